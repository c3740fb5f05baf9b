/**
 * What the five reference documents name, and how each of it stands here. `documents/` has the lines of the documents
 * that hold an address, a command, a header, a name of the environment, a status code, a log word or a point of a
 * checklist; inventory.test.ts takes these apart and fails on one without a row, and on a row without a proof.
 */
export type System = 's0' | 's1' | 's2' | 's3' | 's4';
export type Kind = 'address' | 'command' | 'header' | 'name' | 'status' | 'log' | 'checklist';

export type Standing =
  /** As the document says; proved by a test: its file and the words its title begins with. */
  | { stands: 'works'; test: readonly [file: string, title: string] }
  /** Another means to the same end. */
  | { stands: 'equivalent'; test: readonly [file: string, title: string]; instead: string }
  | { stands: 'not-yet'; why: string };

export type Row = Standing & { systems: readonly System[]; kind: Kind; text: string };

type Proof = readonly [file: string, title: string];

const works = (test: Proof): Standing => ({ stands: 'works', test });
const instead = (means: string, test: Proof): Standing => ({ stands: 'equivalent', test, instead: means });
const notYet = (why: string): Standing => ({ stands: 'not-yet', why });

/** Rows of one kind of some systems. */
function rows(systems: System | readonly System[], kind: Kind, all: Record<string, Standing>): Row[] {
  const those = typeof systems === 'string' ? [systems] : systems;
  return Object.entries(all).map(([text, standing]) => ({ systems: those, kind, text, ...standing }));
}

const module = (path: string, title: string): Proof => [`apps/server/src/modules/${path}`, title];
const platform = (path: string, title: string): Proof => [`apps/server/src/platform/${path}`, title];
const suite = (path: string, title: string): Proof => [`apps/server/test/${path}`, title];
const s = (system: System, title: string): Proof => [`acceptance/reference/${system}.test.ts`, title];

const config: Proof = [
  'apps/server/src/config.test.ts',
  'every setting is documented and every name is explained once',
];
const aliases: Proof = ['apps/server/src/config.test.ts', 'aliases set our setting and name it'];
const firstCommand: Proof = ['acceptance/start.test.ts', 'is ready when it says so'];
const supabase = 'the Supabase addresses are the last part of the work';
const deployment = 'deployment files (Dockerfile, compose, Caddy) are not there yet';
const s3Health = s('s3', 'Health Check: {status, timestamp, environment}');
const headers = suite('routes-headers.test.ts', 'what the framework and we ourselves refuse');

const s0: Row[] = [
  ...rows('s0', 'address', {
    '/api/*': instead('one program answers; no gateway stands in front', s('s0', '%s: 501 that names %s')),
    '/api/auth/v1/*': notYet(supabase),
    '/api/rest/v1/*': notYet(supabase),
    '/api/functions/v1/*': notYet('no functions of others run here; the address says so with 501'),
    '/api/functions/v1/whatsapp-webhook': notYet(
      'the provider YCloud is not there yet; the address says so with 501',
    ),
    '/api/realtime/v1/websocket': works(
      module('feed/realtime.test.ts', '101 at each address, subprotocol phoenix selected'),
    ),
    '/api/realtime/v1/websocket?apikey=<ANON_KEY>&vsn=1.0.0': notYet(
      'the socket opens for people and tickets; ANON_KEY comes with the Supabase addresses',
    ),
    '/socket/websocket': works(
      module('feed/realtime.test.ts', '101 at each address, subprotocol phoenix selected'),
    ),
  }),
  ...rows('s0', 'status', {
    '101': works(module('feed/realtime.test.ts', '101 at each address, subprotocol phoenix selected')),
  }),
  ...rows('s0', 'log', {
    'invalid JWT': notYet('the word comes with ANON_KEY and SERVICE_ROLE_KEY'),
    unauthorized: instead(
      'a socket without credentials is refused with 401',
      module('feed/realtime.test.ts', 'by cookie, by bearer in the subprotocol, by access_token'),
    ),
  }),
  ...rows('s0', 'command', {
    'openssl rand -hex 64': instead('`chaski keys`', s('s0', 'Generate Secrets')),
    'openssl rand -hex 32': instead('`chaski keys`', s('s0', 'Generate Secrets')),
    'export JWT_SECRET="<YOUR_SECRET>"': works(s('s0', 'its names of settings')),
    'docker run --rm -e JWT_SECRET node:20-alpine node -e "': notYet(
      'its tokens are understood with the Supabase addresses',
    ),
    'git reset --hard HEAD': notYet(deployment),
    'git pull origin master': notYet(deployment),
    'chmod +x deploy.sh': notYet(deployment),
    './deploy.sh': notYet(deployment),
    "grep -E '^(JWT_SECRET|ANON_KEY|SERVICE_ROLE_KEY)=' .env": instead(
      'the start names every setting that it read under another name, or not at all',
      s('s0', 'its names of settings'),
    ),
    "docker compose exec -T realtime env | grep -E 'API_JWT_SECRET|JWT_SECRET'": instead(
      'one program: the start names what it read',
      s('s0', 'its names of settings'),
    ),
    'docker compose exec -T app env | grep VITE_SUPABASE_ANON_KEY': instead(
      'one program: the start names what it read',
      s('s0', 'its names of settings'),
    ),
    './check_vps.sh': instead('GET /readyz says what is missing, in words', [
      'apps/server/src/platform/http/server.test.ts',
      'readiness asks the checks and says which one failed',
    ]),
    'docker compose exec -T db psql -U postgres -d postgres -c "\\dt public.*"': instead(
      '`chaski migrate` says which migrations are there',
      ['acceptance/cli.test.ts', 'migrate: --check finds nothing to do'],
    ),
    'chmod +x scripts/apply_20251205_updates.sh': instead(
      'migrations run at the start, or by `chaski migrate`',
      platform('db/migrate.test.ts', 'an empty database, then nothing more to do'),
    ),
    './scripts/apply_20251205_updates.sh': instead(
      'migrations run at the start, or by `chaski migrate`',
      platform('db/migrate.test.ts', 'an empty database, then nothing more to do'),
    ),
    'docker compose logs --tail=100 functions': notYet(deployment),
    'docker compose restart caddy realtime kong': notYet(deployment),
    'docker compose logs --tail=50 <service>': notYet(deployment),
    'docker compose logs --tail=50 realtime` for `invalid JWT` or `unauthorized': notYet(deployment),
    'docker image prune -f': notYet(deployment),
  }),
  ...rows('s0', 'name', {
    DOMAIN: works(s('s0', 'its names of settings')),
    POSTGRES_PASSWORD: instead('part of DATABASE_URL', config),
    JWT_SECRET: works(s('s3', 'Login: a JWT for 7 days')),
    API_JWT_SECRET: works(config),
    ANON_KEY: notYet(supabase),
    SERVICE_ROLE_KEY: notYet(supabase),
    VITE_SUPABASE_ANON_KEY: notYet(supabase),
    REALTIME_DB_ENC_KEY: instead('SEALING_KEYS covers it', config),
    YOUR_SECRET: instead('a placeholder of the document', s('s0', 'Generate Secrets')),
  }),
];

const s1: Row[] = [
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
    NEXT_PUBLIC_SUPABASE_URL: instead('no Supabase is called', s('s1', 'its names of settings')),
    NEXT_PUBLIC_SUPABASE_ANON_KEY: notYet(supabase),
    SUPABASE_SERVICE_ROLE_KEY: notYet(supabase),
    AUTH_PASSWORD_SALT: instead('argon2id salts every password itself', s('s1', 'its names of settings')),
    SESSION_SECRET: instead('sessions are opaque and stored hashed', s('s1', 'its names of settings')),
    BASIC_AUTH_USERS: notYet('people are invited or made by `chaski admin create`'),
    WHATSAPP_ACCESS_TOKEN: works(aliases),
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

const auditLine = s('s2', 'Audit logs: a message sent and a contact made');
const optOut = s('s2', '3b. Test Opt-Out Detection');
const rate = s('s2', '3c. Test Rate Limiting');
const queue = s('s2', '3d. Test Webhook Queue');
const s2Names = s('s2', 'its names of settings');
const redis: Proof = ['apps/server/src/config.test.ts', 'the host and port of a Redis make its address'];
const aws: Proof = ['apps/server/src/config.test.ts', 'keys from AWS need a region and whole credentials'];
const sentry = platform('log.test.ts', 'SENTRY_DSN: an unexpected error arrives');
const keysMade = s('s0', 'Generate Secrets');
const embeddedSignup = 'Embedded Signup comes later; its addresses say so with 501';

const s2: Row[] = [
  ...rows('s2', 'address', {
    '/api/v1/auth/me': works(s('s2', '3a. Test Token Storage')),
    '/api/v1/webhook': works(optOut),
    '/api/v1/messages/send': works(rate),
    '/api/v1/onboarding/esb/start': notYet(embeddedSignup),
    '/api/v1/onboarding/esb/retry-subscription': notYet(
      'the app is subscribed in Meta’s dashboard; the address says so with 501',
    ),
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
    'export REDIS_URL="redis://your-redis-host:6379"': works(redis),
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
    'db.workspaces.findOne({_id: xxx}).esbFlow.webhooksSubscribed': notYet(embeddedSignup),
    'echo $META_VERIFY_TOKEN  # Should output something': instead('the start names what it read', s2Names),
    'redis-cli LLEN bull:webhooks:* # Should decrease': instead('`chaski queue counts`', queue),
    'curl -X POST http://localhost:5000/api/v1/onboarding/esb/retry-subscription': notYet(embeddedSignup),
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
    REDIS_URL: works(redis),
    LOG_LEVEL: works(config),
    SENTRY_DSN: works(sentry),
    USE_AWS_SECRETS: works(aws),
    AWS_REGION: works(aws),
    AWS_ACCESS_KEY_ID: works(aws),
    AWS_SECRET_ACCESS_KEY: works(aws),
    LIMITS_BY_PLAN: instead(
      'the operator edits plans: PUT /v1/operator/plans/{name}',
      module('operator/operator.test.ts', 'plans and suspensions'),
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
    '**Webhooks arrive & process**': works(optOut),
    '**Opt-out works**': works(optOut),
    '**Rate limiting works**': works(rate),
    '**Token storage secure**': works(s('s2', 'No plain tokens in logs')),
    '**Audit logs created**': works(auditLine),
  }),
];

const people = (title: string): Proof => module('auth/people.test.ts', title);
const uploading = s('s3', 'POST /api/upload/media, GET signed-url, DELETE');
const uploadLimits = s('s3', 'Upload limits: 413 names the limit');
const sessionsLater = 'QR sessions come later; the Cloud API needs none';
const jwt = s('s3', 'Login: a JWT for 7 days');
const unique = module('inbound/process.test.ts', 'changes nothing when the same comes again');

const s3: Row[] = [
  ...rows('s3', 'address', {
    '/api/auth/register': works(s('s3', 'Register: 201')),
    '/api/auth/login': works(jwt),
    '/api/auth/me': works(s('s3', '/api/auth/me: who it is')),
    '/api/whatsapp/send': works(s('s3', 'Send Message')),
    '/api/upload/media': works(uploading),
    '/signed-url': works(uploading),
    '/health': works(s3Health),
  }),
  ...rows('s3', 'header', {
    'Authorization: Bearer': works(s('s3', '/api/auth/me: who it is')),
    'X-Idempotency-Key': works(s('s3', 'X-Idempotency-Key')),
  }),
  ...rows('s3', 'status', { '404': works(headers) }),
  ...rows('s3', 'log', {
    'error.log': works(platform('log.test.ts', 'LOG_DIR: all.log has every line')),
    'all.log': works(platform('log.test.ts', 'LOG_DIR: all.log has every line')),
  }),
  ...rows('s3', 'command', {
    'git clone <your-repo>': works(firstCommand),
    'cd awfar-crm-backend': works(firstCommand),
    'npm install': works(firstCommand),
    'cp .env.example .env': works(['apps/server/src/config.test.ts', '.env files in order']),
    'npm run build': works(firstCommand),
    'NODE_ENV=production npm start': works([
      'apps/server/src/config.test.ts',
      'production wants its secrets and no demo',
    ]),
    'NODE_ENV=production': works([
      'apps/server/src/config.test.ts',
      'production wants its secrets and no demo',
    ]),
    'curl https://your-domain.com/health': works(s3Health),
  }),
  ...rows('s3', 'name', {
    PORT: works(config),
    NODE_ENV: works(s3Health),
    SUPABASE_URL: instead('media goes to any S3 service by BLOBS=s3', s('s3', 'its names of settings')),
    SUPABASE_SERVICE_ROLE_KEY: notYet(supabase),
    JWT_SECRET: works(jwt),
    CLIENT_ORIGIN: works(s('s3', 'CORS is closed but for CLIENT_ORIGIN')),
    DEMO_OWNER_ID: instead('the demo workspace is made by itself', s('s3', 'its names of settings')),
    GEMINI_API_KEY: notYet('AI replies come later'),
    SENTRY_DSN: works(sentry),
    REDIS_URL: works(redis),
  }),
  ...rows('s3', 'checklist', {
    'JWT authentication middleware (7-day expiry)': works(jwt),
    'Password hashing with bcrypt (12 rounds)': instead(
      'argon2id; imported bcrypt hashes verify once',
      people('verifies an imported bcrypt hash once'),
    ),
    'Rate limiting (API: 100/15min, Auth: 5/15min, Messages: 30/min, Upload: 10/hr)': works(
      s('s3', 'General API: 100 in 15 minutes'),
    ),
    'Helmet.js security headers': instead('the same headers, on every answer', headers),
    'Input validation with Joi': instead(
      'zod schemas, which the API description is made of',
      platform('http/server.test.ts', 'a body is refused with the path and the fix'),
    ),
    'XSS protection': instead('a content security policy without inline scripts', headers),
    'CORS configuration': works(s('s3', 'CORS is closed but for CLIENT_ORIGIN')),
    'Request sanitization': instead(
      'unknown keys and __proto__ are refused',
      platform('http/server.test.ts', 'a body is refused with the path and the fix'),
    ),
    'Auth routes: /api/auth/register, /api/auth/login, /api/auth/me': works(s('s3', 'Register: 201')),
    'Database schema with session persistence (migration 003)': notYet(sessionsLater),
    'SessionManager service (save/load/expire/reconnect)': notYet(sessionsLater),
    'Auto-save session data on connection': notYet(sessionsLater),
    'Auto-reconnect on disconnect (max 3 attempts, 5s delay)': notYet(sessionsLater),
    '30-day session expiry': notYet(sessionsLater),
    'Session state tracking (active/inactive)': notYet(sessionsLater),
    'Repository functions (updateSessionData, getSessionData, etc.)': notYet(sessionsLater),
    'Hourly cleanup cron job for expired sessions': notYet(sessionsLater),
    'Multer middleware for file upload handling': works(uploading),
    'File validation (type & size limits)': works(uploadLimits),
    'Supabase Storage integration (private bucket)': instead(
      'files are private: a folder or any S3 bucket',
      platform('blobs/blobs.test.ts', 'S3: another secret is refused'),
    ),
    'StorageService with upload/delete/signed URL methods': works(uploading),
    'Upload routes: POST /api/upload/media, GET /signed-url, DELETE': works(uploading),
    'WhatsApp media message sending (images, videos, docs, audio)': instead(
      'POST /v1/messages with the id that the upload answered',
      module('messages/send.test.ts', 'are checked before anything is queued'),
    ),
    'Temp file cleanup after upload': instead(
      'bytes are streamed to where they stay; a refused file leaves nothing',
      uploadLimits,
    ),
    'Rate limiting: 10 uploads per hour': works(s('s3', 'File Upload: 10 an hour')),
    'Winston logger with file rotation (logs/error.log, logs/all.log)': instead(
      'LOG_DIR=logs writes and rotates both',
      platform('log.test.ts', 'LOG_DIR: all.log has every line'),
    ),
    'Global error handler middleware': works(headers),
    'Custom error classes (AppError with statusCode/isOperational)': instead(
      'one catalogue of errors',
      headers,
    ),
    'Async error wrapper (asyncHandler)': instead('the framework awaits', headers),
    '404 handler': works(headers),
    'Development vs Production error responses': instead(
      'the same answer everywhere; the stack is in the log',
      headers,
    ),
    'Error creators (BadRequest, Unauthorized, Forbidden, NotFound, etc.)': works(headers),
    'Migration 004: Unique constraints and indexes': works(unique),
    'Prevent duplicate messages (wa_message_id unique)': works(unique),
    'Prevent duplicate chats (owner_id + wa_chat_id unique)': works(s('s3', 'Send Message')),
    'Prevent duplicate contacts (owner_id + wa_id unique)': works(
      module('contacts/contacts.test.ts', 'makes one contact of one person'),
    ),
    'Performance indexes:': works(
      module('conversations/list.test.ts', 'pages newest, oldest and longest waiting'),
    ),
    'Message pagination (limit, offset, cursor-based)': works(
      module('conversations/list.test.ts', 'pages newest, oldest and longest waiting'),
    ),
    'Idempotency middleware (X-Idempotency-Key header)': works(s('s3', 'X-Idempotency-Key')),
    'API request deduplication table (24-hour cache)': works(
      platform('http/idempotent.test.ts', 'after 24 hours the key is free'),
    ),
    'Upsert logic for contacts, chats, messages': works(unique),
    'API request cleanup cron job (runs every 6 hours)': works(
      platform('http/idempotent.test.ts', 'after 24 hours the key is free'),
    ),
    'Add indexes to Supabase tables': instead(
      'indexes are part of the migrations',
      platform('db/migrate.test.ts', 'an empty database, then nothing more to do'),
    ),
    'Database migrations system': works(
      platform('db/migrate.test.ts', 'an empty database, then nothing more to do'),
    ),
    'Message pagination': works(
      module('conversations/list.test.ts', 'pages newest, oldest and longest waiting'),
    ),
    'Bulk operations': works(module('conversations/work.test.ts', 'does one thing to many')),
    'Database backup strategy': notYet(deployment),
    'Redis integration': works(module('feed/redis.test.ts', 'two processes hear each other through Redis')),
    'Cache frequently accessed data': instead(
      'measured; PostgreSQL answers',
      module('conversations/list.test.ts', 'carries all that an inbox shows'),
    ),
    'WebSocket connection pooling': works(module('feed/realtime.test.ts', 'two processes on one database')),
    'Query optimization': works(module('conversations/list.test.ts', 'carries all that an inbox shows')),
    'Response compression': notYet('answers are not compressed yet'),
    'Sentry error tracking': works(sentry),
    'Performance monitoring': notYet('metrics come with operations'),
    'User analytics': notYet('analytics come later'),
    'API usage metrics': instead('GET /v1/usage', suite('routes.test.ts', 'has a sample')),
    'Health check dashboard': instead('GET /v1/operator/health', suite('routes.test.ts', 'has a sample')),
    'Unit tests (Jest)': instead('vitest', platform('http/server.test.ts', 'a page ends without a cursor')),
    'Integration tests': works(suite('routes.test.ts', 'has a sample')),
    'E2E tests': works(['acceptance/first-command.test.ts', 'hi, reply, ticks, kill -9']),
    'Load testing': instead('`npm run bench` and `npm run chaos`', [
      'bench/chaos.test.ts',
      'loses nothing and doubles nothing',
    ]),
    'Security testing': works(suite('routes-tenancy.test.ts', 'ids were tried')),
    'Docker containerization': notYet(deployment),
    'CI/CD pipeline (GitHub Actions)': notYet(deployment),
    'Environment management': works(['apps/server/src/config.test.ts', '.env files in order']),
    'SSL/HTTPS setup': notYet(deployment),
    'Domain configuration': works(s('s0', 'its names of settings')),
    'Backup & recovery plan': notYet(deployment),
    'Passwords hashed with bcrypt': instead('argon2id', people('verifies an imported bcrypt hash once')),
    'JWT tokens with expiration': works(jwt),
    'Rate limiting on all endpoints': works(s('s3', 'General API: 100 in 15 minutes')),
    'Input validation on all user data': works(
      platform('http/server.test.ts', 'a body is refused with the path and the fix'),
    ),
    'CORS configured properly': works(s('s3', 'CORS is closed but for CLIENT_ORIGIN')),
    'Helmet security headers': works(headers),
    'SQL injection protection (using Supabase client)': instead(
      'values travel beside the statement, always',
      platform('db/db.test.ts', 'every statement of the program fits the migrated schema'),
    ),
    'HTTPS only (production)': notYet(deployment),
    'Environment variables secured': works([
      'apps/server/src/config.test.ts',
      'NAME_FILE works for every secret',
    ]),
    'API keys rotated regularly': works(module('workspaces/members.test.ts', 'rotate with a grace time')),
    'Database backups enabled': notYet(deployment),
    "Error messages don't leak sensitive info": works(headers),
    'Database queries with indexes': works(
      module('conversations/list.test.ts', 'carries all that an inbox shows'),
    ),
    'Error handling without blocking': works(headers),
    'Async operations': works(headers),
    'Connection pooling (Supabase)': works(
      platform('db/db.test.ts', 'a full pool is refused as unavailable'),
    ),
    'Redis caching': instead('Redis carries fan-out and limits only', redis),
    'CDN for static files': notYet(deployment),
    'WebSocket optimization': works(module('feed/realtime.test.ts', 'two processes on one database')),
  }),
];

const s4Names = s('s4', 'its names of settings');
const composed = 'the program starts with one command; compose files come with deployment';

const s4: Row[] = [
  ...rows('s4', 'address', {
    '/health': works(s('s4', '1) Health')),
    '/tenants/register': works(s('s4', '2) Register tenant')),
    '/tenants/:tenantId/send': works(s('s4', '3) Send message')),
    '/tenants/<TENANT_ID>/send': works(s('s4', '3) Send message')),
    '/whatsapp/webhook': works(s('s4', '5) Webhook POST')),
    '/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=<VERIFY_TOKEN>&hub.challenge=<challenge>': works(
      s('s4', '4) Webhook verification'),
    ),
    '/api/*': works(s('s4', 'its page asks below /api')),
    '/api': works(s('s4', 'its page asks below /api')),
    '/api/': works(s('s4', 'its page asks below /api')),
    '/api/...': works(s('s4', 'its page asks below /api')),
  }),
  ...rows('s4', 'header', {
    'X-Hub-Signature-256': works(s('s4', 'the signature is sha256= HMAC-SHA256')),
  }),
  ...rows('s4', 'status', { '401': works(s('s4', '5) … a wrong signature is 401')) }),
  ...rows('s4', 'log', {
    'whatsapp-send-queue': instead(
      '`chaski queue counts`; five tries, then a dead letter',
      module('messages/deliver.test.ts', 'gives up after five tries'),
    ),
    'auto-reply:': works(s('s4', '5) Webhook POST')),
  }),
  ...rows('s4', 'command', {
    'docker-compose up --build': notYet(composed),
    'docker-compose build app worker': notYet(composed),
    'docker-compose logs -f app': notYet(composed),
    'docker-compose logs -f worker': notYet(composed),
    'docker-compose logs -f mongo': notYet(composed),
    'docker-compose logs -f redis': notYet(composed),
    'docker-compose up --build app frontend': notYet(composed),
    'docker-compose.yml': notYet(composed),
    'db.js # mongoose connect (with retry)': instead('a file of that system', s4Names),
    'npm install': works(firstCommand),
    'npm run dev': works(firstCommand),
    'curl -X POST http://localhost:3000/tenants/register   -H "Content-Type: application/json"   -d \'{"name":"Tenant A","phoneNumberId":"111111111111111","accessToken":"mock_token_tenant_A"}\'':
      works(s('s4', '2) Register tenant')),
    'curl -X POST http://localhost:3000/tenants/<TENANT_ID>/send  -H "Content-Type: application/json"  -d \'{"to":"+919012345678","text":"Hello","idempotency_key":"order-1234"}\'':
      works(s('s4', '3) Send message')),
  }),
  ...rows('s4', 'name', {
    APP_SECRET: works(s4Names),
    VERIFY_TOKEN: works(s('s4', '4) Webhook verification')),
    MASTER_KEY: works(s4Names),
    MONGO_URI: instead('not read: the data lies in PostgreSQL', s4Names),
    REDIS_HOST: works(redis),
    REDIS_PORT: works(redis),
    WHATSAPP_API_VERSION: works(s4Names),
    PORT: works(config),
    TENANT_ID: works(s('s4', '3) Send message')),
    VITE_API_BASE: instead('the page asks the address it came from', config),
    CHOKIDAR_USEPOLLING: instead('only a development server of theirs reads it', config),
  }),
];

export const inventory: readonly Row[] = [...s0, ...s1, ...s2, ...s3, ...s4];
