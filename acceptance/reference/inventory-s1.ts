/** S1, the webhook platform: how each thing that its document names stands here. */
import { config, instead, module, notYet, type Row, rows, s, storage, works } from './standing.ts';

export const s1: Row[] = [
  ...rows('s1', 'address', {
    '/api/webhook': works(s('s1', 'Callback URL and its alternates')),
    '/webhook': works(s('s1', 'Callback URL and its alternates')),
    '/webhook/whatsapp': works(s('s1', 'Callback URL and its alternates')),
    '/api/queue/whatsapp': works(s('s1', 'Queue: a call works off webhooks')),
    '/login': instead(
      'the page signs in at /app; the API answers 401',
      s('s1', 'login: whoever is not signed in'),
    ),
  }),
  ...rows('s1', 'header', {
    'X-Hub-Signature-256': works(s('s1', 'Callback URL and its alternates')),
    'x-queue-secret': works(s('s1', 'Queue: 401 without or with a wrong secret')),
  }),
  ...rows('s1', 'name', {
    NEXT_PUBLIC_SUPABASE_URL: works(storage),
    NEXT_PUBLIC_SUPABASE_ANON_KEY: works(config),
    SUPABASE_SERVICE_ROLE_KEY: works(config),
    AUTH_PASSWORD_SALT: instead('argon2id salts every password itself', s('s1', 'its names of settings')),
    SESSION_SECRET: instead('sessions are opaque and stored hashed', s('s1', 'its names of settings')),
    BASIC_AUTH_USERS: works(s('s1', 'BASIC_AUTH_USERS: email:password:role')),
    WHATSAPP_ACCESS_TOKEN: works([
      'apps/server/src/cli/cli.test.ts',
      'commands bring up the embedded database',
    ]),
    META_TOKEN: works(config),
    ACCESS_TOKEN: works(config),
    WHATSAPP_API_VERSION: works(s('s1', 'its names of settings')),
    WHATSAPP_APP_SECRET: works(s('s1', 'its names of settings')),
    APP_SECRET: works(s('s4', 'its names of settings')),
    WHATSAPP_WEBHOOK_VERIFY_TOKEN: works(s('s1', 'its names of settings')),
    WEBHOOK_VERIFY_TOKEN: works(config),
    VERIFY_TOKEN: works(s('s4', '4) Webhook verification')),
    QUEUE_SECRET: works(s('s1', 'Queue: 401 without or with a wrong secret')),
    QUEUE_RATE_LIMIT_MAX: works(s('s1', 'Queue: 429 over QUEUE_RATE_LIMIT_MAX')),
    QUEUE_RATE_LIMIT_WINDOW_SEC: works(s('s1', 'Queue: 429 over QUEUE_RATE_LIMIT_MAX')),
    WEBHOOK_RATE_LIMIT_MAX: works(module('inbound/accept.test.ts', 'says 503 with Retry-After')),
    WEBHOOK_RATE_LIMIT_WINDOW_SEC: works(module('inbound/accept.test.ts', 'says 503 with Retry-After')),
    LOG_LEVEL: works(config),
    ERP_API_URL: notYet('integrations come later'),
    ERP_API_KEY: notYet('integrations come later'),
    CRM_API_URL: notYet('integrations come later'),
    CRM_API_KEY: notYet('integrations come later'),
    HELPDESK_API_URL: notYet('integrations come later'),
    HELPDESK_API_KEY: notYet('integrations come later'),
  }),
];
