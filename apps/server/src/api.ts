/**
 * api — app.ts's half that answers HTTP: the server with its gates and every route of every module. The program and the
 * tests build it by the same call, so that what is tested is what runs.
 */
import { profileLimits } from '@chaski/contracts';
import { type Calls, parse } from '@chaski/providers';
import { consumers } from './consumers.ts';
import { analyticsRoutes } from './modules/analytics/index.ts';
import { auditRoutes } from './modules/audit/index.ts';
import {
  type AuthDeps,
  accountRoutes,
  factorRoutes,
  impersonateRoutes,
  keyRoutes,
  type Oidc,
  operatorKeyRoutes,
  sendInvitationBy,
  signInRoutes,
} from './modules/auth/index.ts';
import {
  campaignListRoutes,
  campaignReportRoutes,
  campaignRoutes,
  campaignsUsing,
  costsOf,
  linkBaseOf,
  linkRoutes,
  listRateCards,
  rateCardRoutes,
} from './modules/campaigns/index.ts';
import { type CompatOptions, compatRoutes } from './modules/compat/index.ts';
import { exportRoutes } from './modules/contacts/export-routes.ts';
import { importRoutes } from './modules/contacts/import-routes.ts';
import { countContacts } from './modules/contacts/index.ts';
import { labelRoutes } from './modules/contacts/label-routes.ts';
import { mergeRoutes } from './modules/contacts/merge-routes.ts';
import { noteRoutes } from './modules/contacts/note-routes.ts';
import { contactRoutes } from './modules/contacts/routes.ts';
import { segmentRoutes } from './modules/contacts/segment-routes.ts';
import { suppressRoutes } from './modules/contacts/suppress-routes.ts';
import { conversationRoutes } from './modules/conversations/routes.ts';
import { erasureRoutes } from './modules/erasure/index.ts';
import { feedRoutes } from './modules/feed/index.ts';
import { inboundLag, inboundOperatorRoutes, inboundRoutes, parkedRoutes } from './modules/inbound/index.ts';
import { mediaRoutes, readPicture, sizeOfMedia } from './modules/media/index.ts';
import { messageRoutes, templateStatistics } from './modules/messages/index.ts';
import {
  type AccountDeps,
  type AddNumberDeps,
  countNumbersOf,
  numberAccountRoutes,
  numberProfileRoutes,
  numberRoutes,
  refuseUnknownNumbers,
} from './modules/numbers/index.ts';
import { operatorRoutes } from './modules/operator/index.ts';
import { pushRoutes } from './modules/push/index.ts';
import { type RetentionRoutesDeps, retentionRoutes } from './modules/retention/index.ts';
import { searchRoutes } from './modules/search/index.ts';
import { templateRoutes } from './modules/templates/index.ts';
import { workflowRoutes } from './modules/workflows/routes.ts';
import { memberRoutes } from './modules/workspaces/member-routes.ts';
import { workspaceRoutes } from './modules/workspaces/routes.ts';
import { usageRoutes } from './modules/workspaces/usage-routes.ts';
import type { Blobs } from './platform/blobs/index.ts';
import type { Database, TenantTx } from './platform/db/index.ts';
import { buildHttp, type Http, type HttpApp, type HttpOptions } from './platform/http/index.ts';
import { outboxRoutes } from './platform/mail/index.ts';
import type { Signals } from './platform/signals.ts';

/** What routes are made with. */
export interface ApiDeps {
  db: Database;
  signals: Signals;
  /** How people sign in and get mails. */
  auth: Omit<AuthDeps, 'db' | 'log'>;
  /** Single sign-on; left out: there is none. */
  oidc?: Oidc | null;
  numbers: AddNumberDeps;
  accounts: AccountDeps;
  inbound: Parameters<typeof inboundRoutes>[1];
  blobs: Blobs;
  provider: Calls;
  /** Signs short-lived addresses of media. */
  urlKey: Uint8Array | string;
  /** What the installation keeps of what was said. */
  retention: Pick<RetentionRoutesDeps, 'mostMonths' | 'rawDays'>;
  /** The simulator's phones; left out: there is none. */
  phoneUrl?: string | null;
  /** The reference systems' addresses; left out: with credentials only, and no queue. */
  compat?: CompatOptions;
}

const meant = [
  [/^GET \/v1\/conversations\/([^/]+)\/messages$/, 'GET /v1/messages?conversationId=$1'],
  [
    /^POST \/v1\/conversations\/([^/]+)\/messages$/,
    'POST /v1/messages with "conversationId": "$1" in the body',
  ],
] as const;

/** The server with all routes, not listening yet. */
export async function buildApi(options: HttpOptions, deps: ApiDeps): Promise<Http> {
  const http = await buildHttp({ db: deps.db, meant, ...options });
  await addRoutes(http, deps, options.log);
  return http;
}

async function addRoutes({ app, gate }: Http, deps: ApiDeps, log: HttpOptions['log']): Promise<void> {
  const { db, blobs, provider, urlKey } = deps;
  await app.register((scope) => inboundRoutes(scope, deps.inbound));
  const auth = { ...deps.auth, db, gate, log };
  await app.register(signInRoutes(auth));
  await app.register(accountRoutes(auth));
  await app.register(impersonateRoutes(auth));
  await app.register(factorRoutes({ ...auth, ring: deps.numbers.ring, oidc: deps.oidc ?? null }));
  await app.register(keyRoutes({ db, gate, ring: deps.numbers.ring, refuseUnknownNumbers }));
  await app.register(operatorKeyRoutes({ db, gate }));
  if (auth.mailer.outbox !== null) await app.register(outboxRoutes(auth.mailer.outbox));
  await app.register(workspaceRoutes({ db, gate }));
  await app.register(usageRoutes({ db, gate, standing }));
  await app.register(
    memberRoutes({ db, gate, sendInvitation: sendInvitationBy(auth), refuseUnknownNumbers }),
  );
  await app.register(auditRoutes({ db, gate }));
  await app.register(feedRoutes({ db, gate, signals: deps.signals }));
  await app.register(numberRoutes({ ...deps.numbers, gate }));
  await app.register(numberAccountRoutes({ ...deps.accounts, gate }));
  await app.register(
    numberProfileRoutes({
      db,
      gate,
      calls: provider,
      pictureOf: (workspaceId, id) => readPicture({ db, blobs }, workspaceId, id, profileLimits.picture),
    }),
  );
  await app.register(parkedRoutes({ db, gate }));
  await app.register(contactRoutes({ db, gate }));
  await app.register(labelRoutes({ db, gate }));
  await app.register(mergeRoutes({ db, gate }));
  await app.register(importRoutes({ db, gate, blobs }));
  await app.register(exportRoutes({ db, gate }));
  await app.register(noteRoutes({ db, gate }));
  await app.register(segmentRoutes({ db, gate }));
  await app.register(suppressRoutes({ db, gate }));
  await app.register(conversationRoutes({ db, gate }));
  await app.register(messageRoutes({ db, gate }));
  await app.register(erasureRoutes({ db, gate }));
  await app.register(retentionRoutes({ db, gate, ...deps.retention }));
  await app.register(searchRoutes({ db, gate }));
  await app.register(analyticsRoutes({ db, gate }));
  await app.register(pushRoutes({ db, gate, ring: deps.numbers.ring }));
  const prices = async () => {
    const cards = await db.withSystem('what messages cost', listRateCards);
    return (lines: Parameters<typeof costsOf>[1]) => costsOf(cards, lines);
  };
  await app.register(
    templateRoutes({ db, gate, reports: { statistics: templateStatistics, prices, uses: campaignsUsing } }),
  );
  await app.register(workflowRoutes({ db, gate }));
  const campaigns = { db, gate, blobs, links: () => linkBaseOf(deps.auth.links.publicUrl()) };
  await app.register(campaignRoutes(campaigns));
  await app.register(campaignListRoutes(campaigns));
  await app.register(campaignReportRoutes(campaigns));
  await app.register(linkRoutes({ db, log }));
  await app.register(rateCardRoutes({ db, gate }));
  await app.register(async (scope) =>
    inboundOperatorRoutes(scope as unknown as HttpApp, { db, gate, log, parse }),
  );
  await app.register(
    operatorRoutes({
      db,
      gate,
      inboundLag: () => inboundLag(db),
      consumers,
      phoneUrl: deps.phoneUrl ?? null,
    }),
  );
  await app.register(mediaRoutes({ db, gate, blobs, provider, urlKey }));
  await app.register(
    compatRoutes({
      ...(deps.compat ?? { openTenants: false, queue: null, keys: null }),
      db,
      gate,
      auth,
      numbers: deps.numbers,
      hooks: deps.auth.workspaceHooks,
      blobs,
      urlKey,
    }),
  );
}

/** What three modules keep for a workspace, for its usage. */
async function standing(tx: TenantTx) {
  const numbers = (await countNumbersOf(tx, [tx.workspaceId])).get(tx.workspaceId)?.count ?? 0;
  const { files, bytes } = await sizeOfMedia(tx);
  return { numbers, contacts: await countContacts(tx), files, fileBytes: bytes };
}
