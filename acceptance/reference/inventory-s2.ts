/** S2, the parity checklist: how each thing that its document names stands here. */
import {
  away,
  config,
  figures,
  firstCommand,
  instead,
  module,
  notYet,
  type Proof,
  platform,
  queue,
  type Row,
  redis,
  rows,
  s,
  sentry,
  works,
} from './standing.ts';

const embeddedSignup = 'Embedded Signup comes later; its addresses say so with 501';
const keysMade = s('s0', 'Generate Secrets');
const aws: Proof = [
  'apps/server/src/secrets.test.ts',
  'USE_AWS_SECRETS: the keys are those of AWS; when it is away nothing starts',
];
const s2Names = s('s2', 'its names of settings');
const rate = s('s2', '3c. Test Rate Limiting');
const optOut = s('s2', '3b. Test Opt-Out Detection');
const auditLine = s('s2', 'Audit logs: a message sent and a contact made');

export const s2: Row[] = [
  ...rows('s2', 'address', {
    '/api/v1/auth/me': works(s('s2', '3a. Test Token Storage')),
    '/api/v1/webhook': works(optOut),
    '/api/v1/messages/send': works(rate),
    '/api/v1/onboarding/esb/start': notYet(embeddedSignup),
    '/api/v1/onboarding/esb/retry-subscription': works(s('s2', '5. Retry subscription')),
  }),
  ...rows('s2', 'header', {
    'Authorization: Bearer': works(s('s2', '3a. Test Token Storage')),
    'X-Hub-Signature-256': works(optOut),
    'X-RateLimit': works(rate),
    'X-RateLimit-*': works(rate),
  }),
  ...rows('s2', 'status', { '403': works(optOut), '429': works(rate) }),
  ...rows('s2', 'log', {
    WebhookQueue: instead('component inbound; `chaski queue counts`', queue),
    OptOut: instead('events contact.opted_out, GET /v1/contacts?optedOut=true', optOut),
    WorkspaceRateLimit: instead('429 with the limit and its key in the answer', rate),
    SecureTokens: instead('chaski_secret_open_seconds at /metrics', [
      'acceptance/docs-page.test.ts',
      'the reference comes compressed, a health check says',
    ]),
    RBAC: instead('chaski_permission_refusals_total at /metrics', figures),
    'Webhook queue': instead('`chaski queue counts`', queue),
    'Webhook worker': instead('`chaski queue counts`', queue),
    'Tokens securely stored': instead(
      'secrets are sealed or refused; nothing is said',
      s('s2', 'No plain tokens in logs'),
    ),
    'Stored systemUserToken': instead(
      'secrets are sealed or refused; nothing is said',
      s('s2', 'No plain tokens in logs'),
    ),
  }),
  ...rows('s2', 'command', {
    'export META_APP_SECRET="your_app_secret_from_meta"': works(s2Names),
    "node -e \"console.log(require('crypto').randomBytes(32).toString('hex'))\"": works(s2Names),
    'export TOKEN_MASTER_KEY="<32-byte-hex-string>"': works(s2Names),
    'redis-server --port 6379': instead(
      'not needed: PostgreSQL does what Redis did; REDIS_URL adds it',
      redis,
    ),
    'export REDIS_URL="redis://your-redis-host:6379"': works(away),
    'export START_WEBHOOK_WORKER=true': works(s2Names),
    'export META_VERIFY_TOKEN="your_verify_token"': works(s2Names),
    'npm install bullmq rate-limiter-flexible': instead('`npm install` brings all there is', firstCommand),
    'npm install @aws-sdk/client-secrets-manager  # Optional for AWS': instead(
      'nothing more is installed for AWS',
      aws,
    ),
    'npm install --save-dev cross-env': instead('`npm install` brings all there is', firstCommand),
    'curl -X POST http://localhost:5000/api/v1/auth/me': works(s('s2', '3a. Test Token Storage')),
    'curl -X POST http://localhost:5000/api/v1/webhook': works(optOut),
    'for i in {1..110}; do': works(rate),
    'curl http://localhost:5000/api/v1/messages/send -X POST': works(rate),
    done: works(rate),
    'redis-cli': instead('`chaski queue counts`', queue),
    'LLEN "bull:webhooks:*"  # Should see jobs being processed': instead('`chaski queue counts`', queue),
    'HGETALL "bull:webhooks:*"  # See job details': instead('`chaski queue list` and `inspect`', queue),
    'grep "Webhook queue" logs/*': instead('`chaski queue counts`', queue),
    'grep "Webhook worker" logs/*': instead('`chaski queue counts`', queue),
    'grep "Tokens securely stored" logs/*': instead(
      'secrets are sealed or refused',
      s('s2', 'No plain tokens in logs'),
    ),
    'grep "Stored systemUserToken" logs/*': instead(
      'secrets are sealed or refused',
      s('s2', 'No plain tokens in logs'),
    ),
    'grep "OptOut" logs/*': instead('GET /v1/contacts?optedOut=true', optOut),
    'grep "WorkspaceRateLimit" logs/*': instead('429 names the limit', rate),
    'db.workspaces.findOne({_id: xxx}).esbFlow.webhooksSubscribed': instead(
      'GET /v1/accounts: webhooksSubscribed, webhooksSubscribedAt, webhooksProblem',
      s('s2', '5. Retry subscription'),
    ),
    'echo $META_VERIFY_TOKEN  # Should output something': instead('the start names what it read', s2Names),
    'redis-cli LLEN bull:webhooks:* # Should decrease': instead('`chaski queue counts`', queue),
    'curl -X POST http://localhost:5000/api/v1/onboarding/esb/retry-subscription': works(
      s('s2', '5. Retry subscription'),
    ),
    'export AWS_ACCESS_KEY_ID=xxx': works(aws),
    'export AWS_SECRET_ACCESS_KEY=xxx': works(aws),
    'export AWS_REGION=ap-south-1': works(aws),
    'AWS_REGION=ap-south-1': works(aws),
    'AWS_ACCESS_KEY_ID=<your-key>': works(aws),
    'AWS_SECRET_ACCESS_KEY=<your-secret>': works(aws),
    'export USE_AWS_SECRETS=false': works(aws),
    'export TOKEN_MASTER_KEY=<32-byte-hex>': works(s2Names),
    'curl -X POST /api/v1/auth/me -H "Authorization: Bearer <token>"': works(
      s('s2', '3a. Test Token Storage'),
    ),
    'grep "\\[OptOut\\]" logs/* | head -5': instead(
      'GET /v1/contacts/{id} shows the word and its time',
      optOut,
    ),
    'grep "STOP_KEYWORDS\\|START_KEYWORDS" src/services/optOutService.js': instead(
      'settings of the workspace: stopWords',
      module('workspaces/workspaces.test.ts', 'have complete settings from the start'),
    ),
    'db.contacts.findOne({phone:"919876543210"}).optOut.status': instead(
      'GET /v1/contacts/{id} → optOut.status',
      optOut,
    ),
    'tail -f logs/app.log': instead(
      'LOG_DIR=logs writes all.log',
      platform('log.test.ts', 'LOG_DIR: all.log has every line'),
    ),
    'redis-cli ping': instead('the log says when a Redis is lost', away),
    'grep -E "ERROR|FATAL|Failed|Exception" logs/app.log | tail -20': instead(
      'LOG_DIR=logs writes error.log',
      platform('log.test.ts', 'LOG_DIR: all.log has every line'),
    ),
  }),
  ...rows('s2', 'name', {
    META_APP_SECRET: works(s2Names),
    META_VERIFY_TOKEN: works(s2Names),
    TOKEN_MASTER_KEY: works(s2Names),
    START_WEBHOOK_WORKER: works(s2Names),
    REDIS_URL: works(away),
    LOG_LEVEL: works(config),
    SENTRY_DSN: works(sentry),
    USE_AWS_SECRETS: works(aws),
    AWS_REGION: works(aws),
    AWS_ACCESS_KEY_ID: works(aws),
    AWS_SECRET_ACCESS_KEY: works(aws),
    LIMITS_BY_PLAN: instead(
      'the operator edits plans: PATCH /v1/operator/plans/{name}',
      module('operator/operator.test.ts', 'a plan that is edited counts without a restart'),
    ),
    STOP_KEYWORDS: instead(
      'settings of the workspace: stopWords',
      module('workspaces/workspaces.test.ts', 'have complete settings from the start'),
    ),
    START_KEYWORDS: instead(
      'settings of the workspace',
      module('workspaces/workspaces.test.ts', 'have complete settings from the start'),
    ),
  }),
  ...rows('s2', 'checklist', {
    '**Set `META_APP_SECRET` in production**': works(s2Names),
    '**Generate and set `TOKEN_MASTER_KEY`**': works(keysMade),
    '**Ensure Redis is running**': instead('not needed', redis),
    '**Enable webhook worker**': works(s2Names),
    '**Set webhook verification token** (same one Meta expects)': works(s2Names),
    '**ESB flow succeeds**': notYet(embeddedSignup),
    'Start ESB: `/api/v1/onboarding/esb/start`': notYet(embeddedSignup),
    'Complete callback': notYet(embeddedSignup),
    'Check: `workspace.esbFlow.webhooksSubscribed === true`': instead(
      'GET /v1/accounts → webhooksSubscribed',
      s('s2', '5. Retry subscription'),
    ),
    'Check: `workspace.esbFlow.phoneRegistered === true`': notYet(embeddedSignup),
    '**Webhooks arrive & process**': works(optOut),
    'Inbox shows incoming messages': works([
      'acceptance/inbox-list.test.ts',
      'a message moves its conversation to the top',
    ]),
    'Check queue: `LLEN bull:webhooks:*` decreases over time': instead('`chaski queue counts`', queue),
    'Monitor: No `[WebhookQueue] ❌ Job failed` messages': instead('`chaski queue list`', queue),
    '**Opt-out works**': works(optOut),
    'Send "STOP" to number': works(optOut),
    'Contact should have `optOut.status = true`': works(optOut),
    'Next message attempt should fail with 403': works(optOut),
    '**Rate limiting works**': works(rate),
    'Rapid requests → 429 after limit': works(rate),
    'Different workspace → different counter': works(rate),
    'Headers `X-RateLimit-*` present': works(rate),
    '**Token storage secure**': works(s('s2', 'No plain tokens in logs')),
    'No plain tokens in logs': works(s('s2', 'No plain tokens in logs')),
    'AWS Secrets Manager shows secrets (if using)': works(
      module('numbers/token.test.ts', 'is created there; the row holds its sealed name'),
    ),
    'Tokens decrypt correctly on retrieval': works(
      module('messages/vault.test.ts', 'waits while the vault is away, with the reason'),
    ),
    '**Audit logs created**': works(auditLine),
    'Send message → audit log entry created': works(auditLine),
    'Create contact → audit log entry created': works(auditLine),
    'Query: `AuditLog.countDocuments({workspace: id})`': instead('GET /v1/audit?count=true', auditLine),
  }),
];
