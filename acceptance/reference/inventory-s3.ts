/** S3, the CRM: how each thing that its document names stands here. */
import {
  away,
  config,
  deployment,
  figures,
  firstCommand,
  instead,
  module,
  notYet,
  people,
  platform,
  port,
  type Row,
  redis,
  restored,
  rows,
  s,
  sentry,
  storage,
  suite,
  works,
} from './standing.ts';

const unique = module('inbound/replay.test.ts', 'changes nothing when the same comes again');
const jwt = s('s3', 'Login: a JWT for 7 days');
const sessionsLater = 'QR sessions come later; the Cloud API needs none';
const uploadLimits = s('s3', 'Upload limits: 413 names the limit');
const uploading = s('s3', 'POST /api/upload/media, GET signed-url, DELETE');
const uploadTypes = module('media/rules.test.ts', 'keeps %s as %s');
const indexes = suite('schema.test.ts', 'schema.sql shows what the migrations make');
const headers = suite('routes-headers.test.ts', 'what the framework and we ourselves refuse');
const s3Health = s('s3', 'Health Check: {status, timestamp, environment}');

export const s3: Row[] = [
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
    'cp .env.example .env': works(['apps/server/src/config.test.ts', '.env.example as it is sets nothing']),
    'npm run build': works(firstCommand),
    'NODE_ENV=production npm start': instead(
      'the same, with PUBLIC_URL and SEALING_KEYS; the start asks for them',
      [
        'acceptance/start.test.ts',
        'missing secrets stop the start, each named with the command that makes it',
      ],
    ),
    'NODE_ENV=production': works([
      'apps/server/src/config.test.ts',
      'production wants its secrets and no demo',
    ]),
    'curl https://your-domain.com/health': works(s3Health),
  }),
  ...rows('s3', 'name', {
    PORT: works(port),
    NODE_ENV: works(s3Health),
    SUPABASE_URL: works(storage),
    SUPABASE_SERVICE_ROLE_KEY: works(config),
    JWT_SECRET: works(jwt),
    CLIENT_ORIGIN: works(s('s3', 'CORS is closed but for CLIENT_ORIGIN')),
    DEMO_OWNER_ID: instead('the demo workspace is made by itself', s('s3', 'its names of settings')),
    GEMINI_API_KEY: notYet('AI replies come later'),
    SENTRY_DSN: works(sentry),
    REDIS_URL: works(away),
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
    'Images: 5MB max (jpeg, png, gif, webp)': works(uploadTypes),
    'Videos: 50MB max (mp4, mpeg, quicktime, webm)': works(uploadTypes),
    'Documents: 10MB max (pdf, doc, docx, xls, xlsx, txt)': works(uploadTypes),
    'Audio: 15MB max (mp3, ogg, wav, webm)': works(uploadTypes),
    'Supabase Storage integration (private bucket)': works(
      platform('blobs/blobs.test.ts', 'the start looks whether the bucket is private'),
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
    'General API | 100 requests | 15 minutes': works(s('s3', 'General API: 100 in 15 minutes')),
    'Authentication | 5 requests | 15 minutes': works(s('s3', 'Authentication: 5 tries in 15 minutes')),
    'Messages | 30 messages | 1 minute': works(s('s3', 'Messages: 30 a minute')),
    'File Upload | 10 uploads | 1 hour': works(s('s3', 'File Upload: 10 an hour')),
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
    'Development vs Production error responses': works(
      platform('http/compress.test.ts', 'errors carry the stack where it was asked for'),
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
    'profiles.email': instead('a unique index of users', indexes),
    'chats(owner_id, last_message_at DESC)': instead('an index of conversations', indexes),
    'messages(chat_id, created_at DESC)': instead('an index of messages', indexes),
    'contacts(owner_id, wa_id)': instead('a unique index of identities', indexes),
    'contacts.phone': instead('a unique index of identities', indexes),
    'Message pagination (limit, offset, cursor-based)': works([
      'apps/server/test/routes-lists.test.ts',
      'every list with a cursor takes an offset',
    ]),
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
    'Database backup strategy': instead(
      'pg_dump by a role that reads everything, as docs/operations.md says',
      restored,
    ),
    'Redis integration': works(module('feed/redis.test.ts', 'two processes hear each other through Redis')),
    'Cache frequently accessed data': instead(
      'no cache: one request answers all that a list shows',
      module('conversations/list.test.ts', 'carries all that an inbox shows'),
    ),
    'WebSocket connection pooling': works(module('feed/realtime.test.ts', 'two processes on one database')),
    'Query optimization': works(module('conversations/list.test.ts', 'carries all that an inbox shows')),
    'Response compression': works(platform('http/compress.test.ts', 'lists above 1 KB come as br or gzip')),
    'Sentry error tracking': works(sentry),
    'Performance monitoring': works(figures),
    'User analytics': works(module('analytics/analytics.test.ts', 'by member, number, label and source')),
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
    'Backup & recovery plan': instead(
      'docs/operations.md: backup, restore, and what to compare afterwards',
      restored,
    ),
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
    'WebSocket optimization': instead(
      'no polling between processes: what one writes the sockets of another hear',
      module('feed/realtime.test.ts', 'two processes on one database'),
    ),
  }),
];
