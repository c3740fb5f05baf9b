/** What the generated tests know about routes beyond what the server says. */
import type { Action, Role } from '@chaski/contracts';
import { notAvailable } from '../src/modules/compat/not-available.ts';
import { refusedWrites } from '../src/modules/compat/supabase-rest.ts';
import type { Access, Http } from '../src/platform/http/index.ts';

export interface KnownRoute {
  /** `POST /v1/contacts/:id/block` */
  key: string;
  method: string;
  url: string;
  access: Access | null;
}

/** All routes but the HEAD twins of GET. */
export function routesOf(http: Http): KnownRoute[] {
  return http.routes
    .filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
    .map(({ method, url, access }) => ({ key: `${method} ${url}`, method, url, access }));
}

const webhook = 'WhatsApp calls it; the signature over the raw bytes is the credential';
const webhooks = [
  '/webhooks/cloud',
  '/webhook',
  '/webhook/whatsapp',
  '/api/webhook',
  '/api/v1/webhook',
  '/whatsapp/webhook',
  '/webhooks/cloud/:appKey',
];

/** Routes that ask nothing of their caller, each with the reason. */
export const publicRoutes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    webhooks.flatMap((url) => [
      [`GET ${url}`, webhook],
      [`POST ${url}`, webhook],
    ]),
  ),
  'POST /webhooks/ycloud': 'YCloud calls it; the signature over the raw bytes is the credential',
  'POST /webhooks/ycloud/:appKey': 'the same, for one account',
  'POST /api/functions/v1/whatsapp-webhook': 'S0’s address of the same',
  'GET /openapi.json': 'describes the API and holds nothing of anybody',
  'GET /health': 'for load balancers and S3’s and S4’s clients',
  'GET /api/health': 'S4’s page asks below /api',
  'POST /api/auth/register': 'nobody is anybody yet',
  'POST /api/auth/login': 'e-mail and password are the credential',
  'POST /api/queue/whatsapp': 'the shared secret in x-queue-secret is the credential',
  ...Object.fromEntries(
    notAvailable.map((key) => [key, 'answers 501 or 405 to everybody, and does nothing']),
  ),
  ...Object.fromEntries(refusedWrites.map((key) => [key, 'names the native address, and does nothing'])),
  'GET /api/auth/v1/health': 'says that it is there',
  'GET /api/auth/v1/settings': 'the apikey opens it; holds nothing of anybody',
  'POST /api/auth/v1/signup': 'nobody is anybody yet; the apikey opens it',
  'POST /api/auth/v1/token': 'password or refresh token are the credential; the apikey opens it',
  'POST /api/auth/v1/recover': 'who forgot a password has no credential; the apikey opens it',
  'GET /livez': 'for whoever restarts the process',
  'GET /readyz': 'for load balancers',
  'POST /v1/auth/register': 'nobody is anybody yet',
  'POST /v1/auth/confirm-address': "the mail's link and the password are the credential",
  'POST /v1/auth/login': 'e-mail and password are the credential',
  'POST /v1/auth/forgot-password': 'who forgot a password has no credential',
  'POST /v1/auth/reset-password': "the mail's link is the credential",
  'POST /v1/auth/confirm-new-address': "the mail's link is the credential",
  'POST /v1/invitations/look': "the mail's link is the credential",
  'GET /outbox': 'in development, for this machine alone',
  'GET /outbox/:id': 'in development, for this machine alone',
  'GET /v1/auth/oidc': 'the sign-in page asks whether there is a button',
  'GET /v1/auth/oidc/start': 'whoever signs in is nobody yet',
  'GET /v1/auth/oidc/callback': "the issuer's code, the state and the browser's cookie are the credential",
  'POST /v1/auth/second-factor': 'the challenge and the code are the credential',
  'POST /v1/auth/second-factor/passkey/options': 'the challenge is the credential',
  'POST /v1/auth/second-factor/passkey': "the challenge and the passkey's signature are the credential",
  'POST /v1/auth/passkey/options': 'whoever signs in is nobody yet; the answer is random bytes',
  'POST /v1/auth/passkey': "the passkey's signature is the credential",
  'GET /l/:token': 'whoever got the message taps it; the random bytes in the address are the credential',
  'GET /v1/media/:id/content': 'the signature in the address is the credential',
};

/** Where the row decides beyond the table: who is refused the owner's thing that the sample is about, and why. */
export const finerRules: Readonly<
  Record<string, { refuses: readonly (Role | 'key')[]; keysNeed?: Action; why: string }>
> = {
  'POST /v1/conversations/:id/read': {
    refuses: [],
    keysNeed: 'conversations:write',
    why: 'a member has a place of their own there; a key reads for the whole team',
  },
  'PATCH /v1/members/:userId': {
    refuses: ['key'],
    why: 'a key gives nobody a role that may do more than itself',
  },
  'POST /v1/invitations': {
    refuses: ['key'],
    why: 'a key gives nobody a role that may do more than itself',
  },
  'POST /v1/campaigns/:id/approve': {
    refuses: ['key'],
    why: 'the second yes is a person’s: a key is in the hand of whoever made it',
  },
  'PATCH /v1/conversations/:id/notes/:noteId': {
    refuses: ['admin', 'agent', 'key'],
    why: 'only its author edits a note',
  },
  'DELETE /v1/conversations/:id/notes/:noteId': {
    refuses: ['agent', 'key'],
    why: 'its author, admins and owners delete a note',
  },
  ...Object.fromEntries(
    [
      'GET /v1/push/subscriptions',
      'POST /v1/push/subscriptions',
      'DELETE /v1/push/subscriptions/:id',
      'POST /v1/conversations/:id/claim',
      'POST /v1/conversations/:id/unread',
      'PUT /v1/conversations/:id/draft',
      'DELETE /v1/conversations/:id/draft',
      'POST /v1/quick-replies',
      'POST /v1/saved-filters',
      'DELETE /v1/saved-filters/:id',
    ].map((key) => [key, { refuses: ['key'] as const, why: 'it is one member’s own: a key is nobody' }]),
  ),
  'PATCH /v1/quick-replies/:id': {
    refuses: ['agent', 'key'],
    why: 'those of the whole workspace ask for team:write too, personal ones belong to their author',
  },
  'DELETE /v1/quick-replies/:id': {
    refuses: ['agent', 'key'],
    why: 'those of the whole workspace ask for team:write too, personal ones belong to their author',
  },
};

/** Changing requests that write no line of the audit, each with the reason. */
export const unaudited: Readonly<Record<string, string>> = {
  'POST /v1/auth/passkey/options': 'asks only: random bytes for nobody yet',
  'POST /v1/auth/second-factor/passkey/options': 'asks only: random bytes for the login that waits',
  'POST /v1/contacts/import/preview': 'looks at a file and changes nothing',
  'POST /v1/invitations/look': 'says what a link invites to; nothing changes',
  'POST /v1/segments/count': 'counts and keeps nothing',
  'POST /api/v1/auth/me': 'S2 asks with POST who it is; nothing changes',
  'POST /api/rest/v1/rpc/get_my_company_id': 'PostgREST asks functions with POST; nothing changes',
  'POST /api/rest/v1/rpc/get_my_role': 'PostgREST asks functions with POST; nothing changes',
  'PUT /v1/conversations/:id/draft':
    'a line for every pause of a typist would bury what was done; the message is audited',
  'DELETE /v1/conversations/:id/draft': 'the same',
};

/** Asking that does write a line, each with the reason. */
export const auditedReads: Readonly<Record<string, string>> = {
  'GET /v1/contacts/export': 'the whole list of people leaves the house',
  'GET /v1/campaigns/:id/export': 'names and numbers leave the house',
  'GET /v1/operator/raw-events/:n/body': 'the operator looks at what people wrote to a workspace',
};

/** Routes whose owner has yet to give their event its `audit`. Shrinks; must be empty at the end. */
export const notYetAudited: ReadonlySet<string> = new Set([]);

/** POSTs that an Idempotency-Key does not repeat, each with the reason. */
export const notIdempotent: Readonly<Record<string, string>> = {
  'POST /v1/auth/totp': 'the secret is shown once and kept by nobody',
  'POST /v1/auth/totp/confirm': 'a code counts once, and the recovery codes are shown once',
  'POST /v1/auth/totp/remove': 'the code that proves the person counts once',
  'POST /v1/auth/recovery-codes': 'they are shown once and kept by nobody',
  'POST /v1/auth/passkeys/options': 'the challenge is for one answer',
  'POST /v1/auth/passkeys': 'the answer counts once, and the recovery codes are shown once',
  'POST /v1/auth/passkeys/:id/remove': 'the code that proves the person counts once',
  'POST /v1/contacts/import/preview': 'changes nothing',
  'POST /v1/segments/count': 'changes nothing',
  'POST /api/v1/auth/me': 'changes nothing',
  'POST /api/rest/v1/rpc/get_my_company_id': 'changes nothing',
  'POST /api/rest/v1/rpc/get_my_role': 'changes nothing',
  'POST /api/auth/v1/logout': 'ends what it comes with: the second is nobody',
  'POST /v1/auth/email':
    'its body holds the password: a quick hash of it is not for keeping, and asking twice is harmless',
  'POST /v1/operator/keys': 'the key is shown once and kept by nobody',
  'POST /v1/operator/workspaces/:id/impersonate': 'the token is shown once and kept by nobody',
  'POST /v1/auth/logout': 'ends what it comes with: the second is nobody',
};
