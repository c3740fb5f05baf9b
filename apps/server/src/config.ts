/**
 * config — one schema for everything that can be set from outside; `docs/env.md` and `.env.example` are made from it.
 *
 * Words: a *setting* has one name of ours; an *alias* is another system's name for it, accepted with a warning that
 * names ours; an *unused* name is one of theirs that means nothing here, named with the reason, never silently ignored.
 *
 * Always true: a flag beats the environment; the real environment beats the files (`.env`, `.env.local`,
 * `.env.<NODE_ENV>`, `.env.<NODE_ENV>.local`, later ones first); an empty value is no value; two names of one setting
 * with different values are a problem, never a choice of ours; all problems are told at once. Nothing here reads
 * `process.env`: cli/environment.ts hands it in.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { parseDsn } from './platform/log-sentry.ts';
import { parseKey } from './platform/seal.ts';

/** Names and their values, as the environment has them. */
export type Environment = Record<string, string | undefined>;

interface Alias {
  name: string;
  /** Their value in our spelling; null where it asks for nothing. */
  read: (value: string) => string | string[] | null;
}

interface Setting {
  group: string;
  /** One or two sentences for the person who sets it. */
  doc: string;
  /** Never printed; `<NAME>_FILE` may name a file that holds it. */
  secret?: boolean;
  aliases?: (string | Alias)[];
  /** Shown in .env.example where the default says nothing. */
  example?: string;
  /** Where the default is decided at start, what it is. */
  defaultText?: string;
}

const registry = z.registry<Setting>();

function setting<Schema extends z.ZodType>(schema: Schema, about: Setting): Schema {
  registry.add(schema, about);
  return schema;
}

const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** `5/900`: so many in so many seconds; `off`: no limit. */
const rate = z
  .string()
  .regex(/^(off|\d{1,9}\/\d{1,5})$/, 'must look like 100/900 (how many / in how many seconds) or be off')
  .transform((value) => {
    if (value === 'off') return null;
    const [max = 0, windowSeconds = 0] = value.split('/').map(Number);
    return { max, windowSeconds };
  })
  .refine(
    (value) => value === null || (value.max > 0 && value.windowSeconds > 0 && value.windowSeconds <= 86_400),
    'must allow at least 1, in 1 to 86400 seconds',
  );

const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], { error: 'must be true or false' }))
  .transform((value) => ['true', '1', 'yes', 'on'].includes(value));

const list = z
  .union([z.string().transform((value) => value.split(',')), z.array(z.string())])
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

const httpUrl = z
  .string()
  .refine(
    (value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
    'must be an http or https address',
  )
  .transform((value) => value.replace(/\/+$/, ''));

const postgresUrl = z.string().superRefine((value, context) => {
  if (!/^postgres(ql)?:\/\//.test(value)) {
    context.addIssue({
      code: 'custom',
      message: 'must look like postgres://user:password@host:5432/database',
    });
    return;
  }
  const reason = refusePooler(value);
  if (reason !== null) context.addIssue({ code: 'custom', message: reason });
});

const GROUPS = {
  process: 'The process',
  operation: 'Logs, metrics, reports',
  addresses: 'Addresses',
  database: 'Database',
  secrets: 'Secrets',
  whatsapp: 'WhatsApp',
  people: 'People and mail',
  signOn: 'Single sign-on',
  aws: 'Sealing keys from AWS',
  gcp: 'Sealing keys from Google',
  blobs: 'Stored media',
  limits: 'Limits and tuning',
} as const;

/** The schema. Keys are the names in the environment; in code they are camelCase (`config.dbPoolSize`). */
export const schema = z.object({
  NODE_ENV: setting(
    z
      .enum(['development', 'test', 'production'], { error: 'must be development, test or production' })
      .default('development'),
    {
      group: GROUPS.process,
      doc: 'In production there is no demo, no simulator and no generated secret: a missing or weak one stops the start.',
    },
  ),
  ROLES: setting(
    list
      .pipe(
        z
          .array(z.enum(['api', 'worker', 'sessions'], { error: 'may hold api, worker and sessions' }))
          .min(1, 'needs at least one of api, worker and sessions'),
      )
      .default(['api', 'worker']),
    {
      group: GROUPS.process,
      doc: 'What this process does: `api` answers HTTP, `worker` processes and sends, `sessions` holds web sessions.',
      aliases: [
        { name: 'START_WEBHOOK_WORKER', read: (value) => (/^(false|0|no|off)$/i.test(value) ? 'api' : null) },
      ],
    },
  ),
  DEMO: setting(flag.optional(), {
    group: GROUPS.process,
    doc: 'Starts the simulator and a demo workspace with one active number. Refused in production.',
    defaultText: 'true; false in production and without the role api',
  }),
  DATA_DIR: setting(z.string().optional(), {
    group: GROUPS.process,
    doc: 'Folder for the embedded database, generated secrets and stored media; kept between starts.',
    defaultText: '/var/lib/chaski as root, else .data in the checkout, else ~/.local/share/chaski',
  }),
  LOG_LEVEL: setting(
    z
      .string()
      .toLowerCase()
      .pipe(
        z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
          error: 'must be debug, info, warn, error or silent',
        }),
      )
      .default('info'),
    {
      group: GROUPS.process,
      doc: 'How much is logged (JSON lines on stderr): debug, info, warn, error or silent.',
    },
  ),
  LOG_DIR: setting(z.string().optional(), {
    group: GROUPS.operation,
    doc: 'Folder that gets `all.log` and `error.log` besides stderr, rotated by size.',
    example: 'logs',
    defaultText: 'no files',
  }),
  LOG_FILE_BYTES: setting(number(10_000, 10_000_000_000).default(10 * 1024 * 1024), {
    group: GROUPS.operation,
    doc: 'Size at which a log file is put aside (`all.log.1`).',
  }),
  LOG_FILE_COUNT: setting(number(0, 1_000).default(5), {
    group: GROUPS.operation,
    doc: 'How many files put aside are kept, of each.',
  }),
  METRICS_TOKEN: setting(z.string().min(16, 'must have 16 characters or more').optional(), {
    group: GROUPS.operation,
    doc: 'What /metrics must bring as bearer token. Without it only callers from loopback and private addresses that came through no proxy are answered.',
    secret: true,
    defaultText: 'only private addresses may read /metrics',
  }),
  METRICS_PORT: setting(number(1, 65_535).optional(), {
    group: GROUPS.operation,
    doc: 'Port on which a process without the role api answers /metrics, /livez and /readyz; with it they are at PORT.',
    defaultText: 'such a process listens nowhere',
  }),
  SENTRY_DSN: setting(
    z
      .string()
      .refine((value) => parseDsn(value) !== null, 'must look like https://<key>@<host>/<project>')
      .optional(),
    {
      group: GROUPS.operation,
      doc: 'Where unexpected errors are reported: type, place in the code and a scrubbed message; never bodies, headers or tokens.',
      secret: true,
      defaultText: 'nothing is reported',
    },
  ),

  PORT: setting(number(0, 65_535).default(3000), {
    group: GROUPS.addresses,
    doc: 'Port of the API and the web app; 0 takes a free one.',
  }),
  HOST: setting(z.string().default('0.0.0.0'), {
    group: GROUPS.addresses,
    doc: 'Address to listen on.',
  }),
  PUBLIC_URL: setting(httpUrl.optional(), {
    group: GROUPS.addresses,
    doc: 'How the world reaches this installation: links, mails, webhook hints.',
    aliases: [{ name: 'DOMAIN', read: (value) => (value.includes('://') ? value : `https://${value}`) }],
    example: 'https://chat.example.com',
    defaultText: 'http://localhost:<port>',
  }),
  CORS_ORIGINS: setting(list.default([]), {
    group: GROUPS.addresses,
    doc: 'Origins of other web pages that may call the API from a browser, separated by commas.',
    aliases: ['CLIENT_ORIGIN'],
  }),
  TRUST_PROXY: setting(list.default([]), {
    group: GROUPS.addresses,
    doc: 'Address ranges (CIDR) of reverse proxies whose X-Forwarded-For is believed, separated by commas.',
    example: '10.0.0.0/8',
  }),
  SIMULATOR_PORT: setting(number(0, 65_535).optional(), {
    group: GROUPS.addresses,
    doc: "Port of the simulator (WhatsApp's side and the phone page), on loopback only.",
    defaultText: 'PORT + 1; a free one if PORT is 0',
  }),

  SIMULATOR_URL: setting(httpUrl.optional(), {
    group: GROUPS.addresses,
    doc: 'A simulator that runs elsewhere (`npm run simulator`); the built-in one is not started then.',
    example: 'http://127.0.0.1:4010',
  }),
  SIMULATOR_KEY: setting(z.string().min(1).optional(), {
    group: GROUPS.addresses,
    doc: 'Admin key of the simulator at SIMULATOR_URL.',
    secret: true,
  }),
  DATABASE_URL: setting(postgresUrl.optional(), {
    group: GROUPS.database,
    doc: 'A PostgreSQL 15 or newer; without it an embedded PostgreSQL runs in DATA_DIR. No transaction-mode pooler.',
    secret: true,
    example: 'postgres://chaski_login:password@localhost:5432/chaski',
    defaultText: 'the embedded database',
  }),
  DATABASE_OWNER_URL: setting(postgresUrl.optional(), {
    group: GROUPS.database,
    doc: 'The login that owns the tables and migrates, if it is not the one of DATABASE_URL.',
    secret: true,
    defaultText: 'DATABASE_URL',
  }),
  DB_ROLE_PREFIX: setting(
    z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,40}$/, 'must be lower-case letters, digits and _, starting with a letter')
      .default('chaski'),
    {
      group: GROUPS.database,
      doc: 'Prefix of the database roles, so that several installations can share a server.',
    },
  ),
  DB_POOL_SIZE: setting(number(2, 500).default(10), {
    group: GROUPS.database,
    doc: 'Connections of the pool; a process holds a few more for locks and notifications.',
  }),

  SEALING_KEYS: setting(
    list
      .superRefine((values, context) => {
        values.forEach((value, index) => {
          if (deriveSealingKey(value) === null) {
            context.addIssue({
              code: 'custom',
              message: `key ${index + 1} is too short: 64 hex digits, base64 of 32 bytes, or any text of 32 characters or more; \`chaski keys\` makes one`,
            });
          }
        });
      })
      .transform((values) => values.map((value) => deriveSealingKey(value) ?? ''))
      .default([]),
    {
      group: GROUPS.secrets,
      doc: 'Keys that seal stored tokens and secrets, separated by commas: the first seals, all open. 64 hex digits, base64 of 32 bytes, or any text of 32 characters or more (its SHA-256 is the key).',
      secret: true,
      aliases: ['TOKEN_MASTER_KEY', 'MASTER_KEY'].map((name) => ({ name, read: (value) => [value] })),
      defaultText: 'generated and kept in DATA_DIR; required in production',
    },
  ),
  JWT_SECRET: setting(z.string().optional(), {
    group: GROUPS.secrets,
    doc: 'Signs bearer tokens; 32 characters or more.',
    secret: true,
    aliases: ['API_JWT_SECRET'],
    defaultText: 'generated and kept in DATA_DIR; required in production',
  }),

  USE_AWS_SECRETS: setting(flag.default(false), {
    group: GROUPS.aws,
    doc: 'Sealing keys come from AWS Secrets Manager and from nowhere else: when AWS cannot be asked the start fails. docs/operations.md has the form of the secret.',
  }),
  AWS_REGION: setting(
    z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must look like eu-central-1')
      .optional(),
    { group: GROUPS.aws, doc: 'Region of the secret and its KMS key.', example: 'eu-central-1' },
  ),
  AWS_SECRET_NAME: setting(z.string().min(1).max(2_048).default('chaski/sealing-keys'), {
    group: GROUPS.aws,
    doc: 'Name or ARN of the secret that holds the sealing keys.',
  }),
  AWS_ACCESS_KEY_ID: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Access key id. Without it the credentials of the container or the machine are taken.',
    secret: true,
  }),
  AWS_SECRET_ACCESS_KEY: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Secret access key of that id.',
    secret: true,
  }),
  AWS_SESSION_TOKEN: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Session token, where these credentials are temporary.',
    secret: true,
  }),
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: setting(
    z.string().startsWith('/', 'must start with /').optional(),
    {
      group: GROUPS.aws,
      doc: 'Set by ECS: where the credentials of its task are asked for.',
    },
  ),
  AWS_CONTAINER_CREDENTIALS_FULL_URI: setting(httpUrl.optional(), {
    group: GROUPS.aws,
    doc: 'Set by EKS and others: the same as a whole address.',
  }),
  AWS_CONTAINER_AUTHORIZATION_TOKEN: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Set with it: what is sent along.',
    secret: true,
  }),
  AWS_ENDPOINT_URL: setting(httpUrl.optional(), {
    group: GROUPS.aws,
    doc: 'Another address for Secrets Manager and KMS: a VPC endpoint, or a double of them.',
    defaultText: 'https://<service>.<region>.amazonaws.com',
  }),
  AWS_EC2_METADATA_SERVICE_ENDPOINT: setting(httpUrl.default('http://169.254.169.254'), {
    group: GROUPS.aws,
    doc: "Where a machine's credentials are asked for (IMDSv2).",
  }),

  GCP_SECRET: setting(
    z
      .string()
      .regex(/^projects\/[\w:.-]+\/secrets\/[\w-]+$/, 'must look like projects/<project>/secrets/<name>')
      .optional(),
    {
      group: GROUPS.gcp,
      doc: 'Sealing keys come from this secret of Google Secret Manager and from nowhere else: when Google cannot be asked the start fails.',
      example: 'projects/acme/secrets/chaski-sealing-keys',
    },
  ),
  GCP_KMS_KEY: setting(
    z
      .string()
      .regex(/^projects\/.+\/cryptoKeys\/[\w-]+$/, 'must look like projects/…/cryptoKeys/<name>')
      .optional(),
    { group: GROUPS.gcp, doc: 'Key of Cloud KMS that opens the entries that are wrapped.' },
  ),
  GCP_SERVICE_ACCOUNT: setting(z.string().optional(), {
    group: GROUPS.gcp,
    doc: "Text of a service account's key file. Without it the account of the machine is taken.",
    secret: true,
  }),
  GCP_ENDPOINT_URL: setting(httpUrl.optional(), {
    group: GROUPS.gcp,
    doc: 'Another address for Secret Manager and KMS: a double of them.',
    defaultText: "Google's own",
  }),
  GCP_METADATA_ENDPOINT: setting(httpUrl.default('http://metadata.google.internal'), {
    group: GROUPS.gcp,
    doc: "Where the token of the machine's account is asked for.",
  }),

  APP_SECRETS: setting(list.default([]), {
    group: GROUPS.whatsapp,
    doc: "Secrets of the Meta apps whose webhooks are accepted, separated by commas (also during a secret's rotation). With none every webhook is refused.",
    secret: true,
    aliases: ['WHATSAPP_APP_SECRET', 'APP_SECRET', 'META_APP_SECRET'],
    defaultText: 'generated for the demo',
  }),
  VERIFY_TOKEN: setting(z.string().optional(), {
    group: GROUPS.whatsapp,
    doc: "The word that Meta's webhook verification must bring.",
    secret: true,
    aliases: ['WHATSAPP_WEBHOOK_VERIFY_TOKEN', 'WEBHOOK_VERIFY_TOKEN', 'META_VERIFY_TOKEN'],
    defaultText: 'generated for the demo',
  }),
  WHATSAPP_ACCESS_TOKEN: setting(z.string().optional(), {
    group: GROUPS.whatsapp,
    doc: "Access token for numbers of the operator's own workspace that bring none.",
    secret: true,
    aliases: ['META_TOKEN', 'ACCESS_TOKEN'],
  }),
  GRAPH_API_VERSION: setting(
    z
      .string()
      .regex(/^v?\d{1,2}(\.\d)?$/, 'must look like v24.0')
      .transform((value) => `v${value.replace(/^v/, '').replace(/\.\d$/, '')}.0`)
      .default('v24.0'),
    {
      group: GROUPS.whatsapp,
      doc: 'Version of the Graph API; an account can have its own.',
      aliases: ['WHATSAPP_API_VERSION'],
    },
  ),
  NUMBER_APPROVAL: setting(
    z
      .enum(['superadmin', 'auto', 'manual', 'automatic'], { error: 'must be superadmin or auto' })
      .transform((value) => (value === 'auto' || value === 'automatic' ? 'automatic' : 'manual'))
      .optional(),
    {
      group: GROUPS.whatsapp,
      doc: 'Whether a new number waits, pending, for a superadmin, or works at once (`auto`). Numbers of the simulator never wait.',
      defaultText: 'superadmin; auto in the demo',
    },
  ),
  GRAPH_BASE_URL: setting(httpUrl.default('https://graph.facebook.com'), {
    group: GROUPS.whatsapp,
    doc: 'Where the Graph API answers; `mock_` tokens go to the simulator whatever stands here.',
  }),
  UNKNOWN_SENDS: setting(z.enum(['never', 'resend'], { error: 'must be never or resend' }).default('never'), {
    group: GROUPS.whatsapp,
    doc: 'New workspaces: what happens to a message whose send has no known outcome and no status. `resend` may double it.',
  }),

  BASIC_AUTH_USERS: setting(
    list
      .transform((entries, context) =>
        entries.map((entry, index) => {
          const found = /^([^\s:@]+@[^\s:]+):(.+?)(?::(owner|admin|agent|viewer))?$/.exec(entry);
          if (found === null) {
            context.addIssue({
              code: 'custom',
              message: `entry ${index + 1} must look like email:password:role (owner, admin, agent or viewer)`,
            });
          }
          const [, email = '', password = '', role = 'viewer'] = found ?? [];
          return { email, password, role: role as 'owner' | 'admin' | 'agent' | 'viewer' };
        }),
      )
      .default([]),
    {
      group: GROUPS.people,
      doc: "Members of the operator's own workspace, `email:password:role`, separated by commas: made with it at the first start that has them; later changes of the value do nothing.",
      secret: true,
    },
  ),
  COMPAT_TENANTS: setting(
    z.enum(['open', 'credentials'], { error: 'must be open or credentials' }).optional(),
    {
      group: GROUPS.people,
      doc: "Whether `/tenants/*` works without credentials, as its reference system does: `open` only in the demo, from this machine, for numbers of the simulator; else an operator's token registers and a workspace's key sends.",
      defaultText: 'open in the demo, else credentials',
    },
  ),
  REGISTRATION: setting(z.enum(['open', 'invite'], { error: 'must be open or invite' }).optional(), {
    group: GROUPS.people,
    doc: 'Who may make an account and a workspace: anybody (`open`), or only who was invited (`invite`).',
    defaultText: 'invite; open with NODE_ENV=development',
  }),
  SMTP_URL: setting(
    z
      .string()
      .regex(/^smtps?:\/\/[^/]/, 'must look like smtps://user:password@mail.example.com')
      .optional(),
    {
      group: GROUPS.people,
      doc: 'Mail server for invitations, confirmations and password resets. Without it, outside production, mails land on the page /outbox.',
      secret: true,
      example: 'smtps://user:password@mail.example.com',
    },
  ),
  MAIL_FROM: setting(z.string().min(3).max(320).default('Chaski <no-reply@localhost>'), {
    group: GROUPS.people,
    doc: 'Sender of these mails.',
    example: 'Chaski <no-reply@example.com>',
  }),

  OIDC_ISSUER: setting(
    z
      .string()
      // Kept as it is written: an issuer's name is compared letter by letter.
      .refine(
        (value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
        'must be an http or https address',
      )
      .optional(),
    {
      group: GROUPS.signOn,
      doc: 'OpenID Connect issuer that people sign in with, beside passwords. Register <PUBLIC_URL>/v1/auth/oidc/callback there.',
      example: 'https://login.example.com/realms/staff',
    },
  ),
  OIDC_CLIENT_ID: setting(z.string().optional(), {
    group: GROUPS.signOn,
    doc: 'Who this installation is at the issuer.',
  }),
  OIDC_CLIENT_SECRET: setting(z.string().optional(), {
    group: GROUPS.signOn,
    doc: 'Secret of that client; without it the installation is a public client.',
    secret: true,
  }),
  OIDC_NAME: setting(z.string().max(60).default('Single sign-on'), {
    group: GROUPS.signOn,
    doc: 'What the button at the sign-in says.',
  }),
  OIDC_AUTO_CREATE: setting(flag.default(false), {
    group: GROUPS.signOn,
    doc: 'Whether the issuer may bring in people whom nobody knows here or invited.',
  }),

  BLOBS: setting(z.enum(['fs', 's3'], { error: 'must be fs or s3' }).default('fs'), {
    group: GROUPS.blobs,
    doc: 'Where media lies: `fs` is a folder in DATA_DIR, `s3` an S3-compatible bucket.',
  }),
  S3_ENDPOINT: setting(httpUrl.optional(), {
    group: GROUPS.blobs,
    doc: 'Address of the S3 service, without the bucket.',
    example: 'https://s3.eu-central-1.amazonaws.com',
  }),
  S3_BUCKET: setting(z.string().optional(), { group: GROUPS.blobs, doc: 'The bucket.' }),
  S3_REGION: setting(z.string().default('auto'), { group: GROUPS.blobs, doc: "The bucket's region." }),
  S3_ACCESS_KEY_ID: setting(z.string().optional(), {
    group: GROUPS.blobs,
    doc: 'Access key id.',
    secret: true,
  }),
  S3_SECRET_ACCESS_KEY: setting(z.string().optional(), {
    group: GROUPS.blobs,
    doc: 'Secret access key.',
    secret: true,
  }),

  WEBHOOK_RATE_LIMIT_MAX: setting(number(1, 1_000_000_000).optional(), {
    group: GROUPS.limits,
    doc: 'Webhooks per window and address above which the answer is 429; without it authentic bodies are never refused.',
    defaultText: 'no limit',
  }),
  WEBHOOK_RATE_LIMIT_WINDOW_SEC: setting(number(1, 86_400).default(60), {
    group: GROUPS.limits,
    doc: 'Length of that window in seconds.',
  }),
  RATE_LIMIT_ANONYMOUS: setting(rate.prefault('100/900'), {
    group: GROUPS.limits,
    doc: 'Requests of one address without credentials that count, in a window: how many / in how many seconds, or off. What plans allow is set on the plans.',
  }),
  RATE_LIMIT_AUTH: setting(rate.prefault('5/900'), {
    group: GROUPS.limits,
    doc: 'Tries to sign in, register or reset a password, of one address and for one account.',
  }),
  RATE_LIMIT_MAILS: setting(rate.prefault('50/3600'), {
    group: GROUPS.limits,
    doc: 'Mails that one user may have sent to addresses of their choice: invitations, also when sent again.',
  }),
  RATE_LIMIT_MESSAGES: setting(rate.prefault('30/60'), {
    group: GROUPS.limits,
    doc: "Sends of one user at the reference systems' own addresses; the native API goes by the plan.",
  }),
  RATE_LIMIT_UPLOADS: setting(rate.prefault('10/3600'), {
    group: GROUPS.limits,
    doc: "Uploads of one user at the reference systems' own addresses; the native API goes by the plan.",
  }),
  QUEUE_SECRET: setting(z.string().min(8, 'must have 8 characters or more').optional(), {
    group: GROUPS.secrets,
    doc: 'What `POST /api/queue/whatsapp` must bring as x-queue-secret to work off what is due, for installations whose worker is a cron. Without it that address answers 503.',
    secret: true,
    defaultText: 'the address is closed',
  }),
  QUEUE_RATE_LIMIT_MAX: setting(number(1, 1_000_000).default(60), {
    group: GROUPS.limits,
    doc: 'Calls of that address per window and caller above which the answer is 429.',
  }),
  QUEUE_RATE_LIMIT_WINDOW_SEC: setting(number(1, 86_400).default(60), {
    group: GROUPS.limits,
    doc: 'Length of that window in seconds.',
  }),
  INGEST_MAX_BUFFER_BYTES: setting(number(1_048_576, 17_179_869_184).default(64 * 1024 * 1024), {
    group: GROUPS.limits,
    doc: 'Bytes of webhooks waiting for their commit above which the door answers 503.',
  }),
  PROCESS_SHARDS: setting(number(0, 256).default(0), {
    group: GROUPS.limits,
    doc: 'Shards that inbound events are processed in, each in order; 0 is one per core.',
  }),
  REDIS_URL: setting(
    z
      .string()
      .refine(
        (value) => /^rediss?:\/\/[^/]/.test(value) && URL.canParse(value),
        'must look like redis://user:password@host:6379/0, or rediss:// with TLS',
      )
      .optional(),
    {
      group: GROUPS.limits,
      doc: 'Redis for presence, typing, wake-ups between processes and for counting limits. One node, no cluster; while it is away PostgreSQL does them.',
      secret: true,
      defaultText: 'PostgreSQL does them',
    },
  ),
  REDIS_HOST: setting(
    z
      .string()
      .regex(/^[\w.:-]+$/, 'must be a host')
      .optional(),
    {
      group: GROUPS.limits,
      doc: "A reference system's name: read as the REDIS_URL of that host and REDIS_PORT.",
    },
  ),
  REDIS_PORT: setting(number(1, 65_535).default(6_379), {
    group: GROUPS.limits,
    doc: 'Port that goes with REDIS_HOST.',
  }),
});

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${CapitalWords<Rest>}`
  : Lowercase<Name>;
type CapitalWords<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Capitalize<Lowercase<Head>>}${CapitalWords<Rest>}`
  : Capitalize<Lowercase<Name>>;

type Parsed = z.output<typeof schema>;
type CamelKeys = { [Key in keyof Parsed as CamelCase<Key & string>]: Parsed[Key] };

/**
 * The configuration as code reads it. `sealingKeys` are 64 hex digits each, whatever form they were given in;
 * `jwtSecret` and `dataDir` are still open here where nobody set them (see secrets.ts and main.ts).
 */
export interface Config extends Omit<CamelKeys, 'demo' | 'simulatorPort'> {
  demo: boolean;
  simulatorPort: number;
  production: boolean;
}

export type ConfigResult =
  | { ok: true; config: Config; warnings: string[] }
  | { ok: false; problems: string[]; warnings: string[] };

export interface ParseOptions {
  /** `start` refuses what a running installation must not lack in production; a command of the CLI need not. */
  purpose?: 'start' | 'command';
  readFile?: (path: string) => string;
}

/** Names of the reference systems that set nothing here, and why. */
const UNUSED: Record<string, string> = {
  POSTGRES_PASSWORD: 'only a compose file needs it; the password is part of DATABASE_URL',
  ANON_KEY: 'the Supabase-style addresses are not served yet',
  NEXT_PUBLIC_SUPABASE_ANON_KEY: 'the Supabase-style addresses are not served yet',
  VITE_SUPABASE_ANON_KEY: 'the Supabase-style addresses are not served yet',
  SERVICE_ROLE_KEY: 'the Supabase-style addresses are not served yet',
  SUPABASE_SERVICE_ROLE_KEY: 'the Supabase-style addresses are not served yet',
  SUPABASE_URL: 'no Supabase is called; media goes to any S3 service by BLOBS=s3',
  NEXT_PUBLIC_SUPABASE_URL: 'no Supabase is called; media goes to any S3 service by BLOBS=s3',
  REALTIME_DB_ENC_KEY: 'SEALING_KEYS covers it',
  AUTH_PASSWORD_SALT: 'argon2id salts every password itself',
  SESSION_SECRET: 'sessions are opaque and stored hashed',
  ERP_API_URL: 'integrations are not there yet',
  ERP_API_KEY: 'integrations are not there yet',
  CRM_API_URL: 'integrations are not there yet',
  CRM_API_KEY: 'integrations are not there yet',
  HELPDESK_API_URL: 'integrations are not there yet',
  HELPDESK_API_KEY: 'integrations are not there yet',
  DEMO_OWNER_ID: 'the demo workspace is made by itself',
  GEMINI_API_KEY: 'AI replies are not there yet',
  MONGO_URI: 'the data lies in PostgreSQL; set DATABASE_URL to use your own',
  VITE_API_BASE: 'only the development server of the web app reads it',
  CHOKIDAR_USEPOLLING: 'only the development server of the web app reads it',
};

/** Versions up to this one are answered by Meta with a newer one's behaviour, or not at all (v20.0: 2026-09-24). */
const LAST_EXPIRED_GRAPH_VERSION = 20;
const MIN_JWT_SECRET = 32;

/** Reads flags and environment into a Config, or says everything that is wrong with them. */
export function parseConfig(
  env: Environment,
  flags: Environment = {},
  options: ParseOptions = {},
): ConfigResult {
  const problems: string[] = [];
  const warnings: string[] = [];
  const read = options.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const input: Record<string, string | string[]> = {};

  for (const [name, about] of settingEntries()) {
    const chosen = collect(name, about, env, flags, read, problems, warnings);
    if (chosen !== null) input[name] = chosen;
  }
  for (const [name, reason] of Object.entries(UNUSED)) {
    if (given(env, name) !== null) warnings.push(`${name} is not used: ${reason}.`);
  }

  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const about = aboutOf(name);
      const value = input[name];
      const shown = about?.secret === true || typeof value !== 'string' ? '' : ` (it is "${value}")`;
      problems.push(`${name}: ${issue.message}${shown}.`);
    }
    return { ok: false, problems, warnings };
  }
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  const config: Config = {
    ...camelKeys(values),
    production,
    demo: values.DEMO ?? (!production && values.ROLES.includes('api')),
    simulatorPort:
      values.SIMULATOR_PORT ?? (values.PORT === 0 || values.PORT === 65_535 ? 0 : values.PORT + 1),
  };
  check(config, options.purpose ?? 'start', problems, warnings);
  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, config, warnings };
}

/** What only shows when the settings are seen together. */
function check(config: Config, purpose: 'start' | 'command', problems: string[], warnings: string[]): void {
  if (config.blobs === 's3') {
    const needed = {
      S3_ENDPOINT: config.s3Endpoint,
      S3_BUCKET: config.s3Bucket,
      S3_ACCESS_KEY_ID: config.s3AccessKeyId,
      S3_SECRET_ACCESS_KEY: config.s3SecretAccessKey,
    };
    const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
    if (missing.length > 0) problems.push(`BLOBS: s3 also needs ${missing.join(', ')}.`);
  }
  if (config.oidcIssuer !== undefined) {
    if (config.oidcClientId === undefined) problems.push('OIDC_ISSUER: also needs OIDC_CLIENT_ID.');
    if (config.production && config.oidcIssuer.startsWith('http:')) {
      problems.push('OIDC_ISSUER: production needs an https address; whoever reads along could sign in.');
    }
    if (config.production && config.publicUrl === undefined) {
      problems.push('OIDC_ISSUER: also needs PUBLIC_URL, which the issuer sends people back to.');
    }
  }
  if (config.useAwsSecrets) {
    if (config.awsRegion === undefined) problems.push('USE_AWS_SECRETS: also needs AWS_REGION.');
    if ((config.awsAccessKeyId === undefined) !== (config.awsSecretAccessKey === undefined)) {
      problems.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: set both or none.');
    }
  }
  if (config.useAwsSecrets && config.gcpSecret !== undefined) {
    problems.push('USE_AWS_SECRETS and GCP_SECRET: sealing keys lie in one place. Keep one of them.');
  }
  const elsewhere = config.useAwsSecrets || config.gcpSecret !== undefined;
  if (elsewhere && config.sealingKeys.length > 0) {
    warnings.push(
      'SEALING_KEYS is not used with USE_AWS_SECRETS or GCP_SECRET. If rows were sealed with it, add it to the secret there as a further key.',
    );
  }
  if (config.redisHost !== undefined) {
    if (config.redisUrl !== undefined) problems.push('REDIS_URL and REDIS_HOST: set one of them.');
    else {
      warnings.push('REDIS_HOST is read as REDIS_URL; please use REDIS_URL.');
      const host = config.redisHost.includes(':') ? `[${config.redisHost}]` : config.redisHost;
      config.redisUrl = `redis://${host}:${config.redisPort}`;
    }
  }
  if (Number.parseInt(config.graphApiVersion.slice(1), 10) <= LAST_EXPIRED_GRAPH_VERSION) {
    warnings.push(
      `GRAPH_API_VERSION ${config.graphApiVersion} has expired at Meta; v24.0 is the default here.`,
    );
  }
  const weak = config.jwtSecret !== undefined && config.jwtSecret.length < MIN_JWT_SECRET;
  if (!config.production) {
    if (weak)
      warnings.push(`JWT_SECRET is shorter than ${MIN_JWT_SECRET} characters; production refuses it.`);
    return;
  }
  if (purpose === 'command') return;
  if (config.compatTenants === 'open') {
    problems.push('COMPAT_TENANTS: open is for the demo; in production anybody could make tenants.');
  }
  if (config.demo)
    problems.push('DEMO: there is no demo in production. Remove it, or set NODE_ENV to development.');
  if (config.jwtSecret === undefined || weak) {
    problems.push(
      `JWT_SECRET: production needs one of ${MIN_JWT_SECRET} characters or more${weak ? ' (it is shorter)' : ''}. \`chaski keys\` makes one.`,
    );
  }
  if (config.sealingKeys.length === 0 && !elsewhere) {
    problems.push(
      'SEALING_KEYS: production needs a sealing key. `chaski keys` makes one; keep a copy elsewhere.',
    );
  }
  if (config.appSecrets.length > 0 && config.verifyToken === undefined) {
    problems.push(
      'VERIFY_TOKEN: APP_SECRETS accepts webhooks, and Meta verifies their address with this word first. `chaski keys` makes one.',
    );
  }
}

/** The value of one setting from all its names: a flag, else its name, `_FILE` and aliases, which must agree. */
function collect(
  name: string,
  about: Setting,
  env: Environment,
  flags: Environment,
  read: (path: string) => string,
  problems: string[],
  warnings: string[],
): string | string[] | null {
  const flagged = given(flags, name);
  if (flagged !== null) return flagged;
  const aliases: Alias[] = (about.aliases ?? []).map((alias) =>
    typeof alias === 'string' ? { name: alias, read: (value) => value } : alias,
  );
  const found: { source: string; value: string | string[] }[] = [];
  for (const { name: spelling, read: translate } of [{ name, read: (value: string) => value }, ...aliases]) {
    for (const source of about.secret === true ? [spelling, `${spelling}_FILE`] : [spelling]) {
      let value = given(env, source);
      if (value === null) continue;
      if (source !== spelling) {
        try {
          value = read(value).trim();
        } catch (error) {
          problems.push(
            `${source}: cannot read ${value} (${error instanceof Error ? error.message : error}).`,
          );
          continue;
        }
      }
      const ours = spelling === name ? value : translate(value);
      if (spelling !== name) {
        const target = source === spelling ? name : `${name}_FILE`;
        warnings.push(
          ours === null
            ? `${source} is understood but asks for nothing here; ${name} is our name for it.`
            : `${source} is read as ${name}; please use ${target}.`,
        );
      }
      if (ours !== null) found.push({ source, value: ours });
    }
  }
  const [first, ...others] = found;
  if (first === undefined) return null;
  const differing = others.filter(({ value }) => String(value) !== String(first.value));
  if (differing.length > 0) {
    const names = [first, ...differing].map(({ source }) => source).join(' and ');
    problems.push(`${names} set the same thing (${name}) to different values. Keep one of them.`);
  }
  return first.value;
}

function given(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function settingEntries(): [string, Setting][] {
  return Object.keys(schema.shape).map((name) => {
    const about = aboutOf(name);
    if (about === undefined) throw new Error(`${name} has no documentation in config.ts`);
    return [name, about];
  });
}

function aboutOf(name: string): Setting | undefined {
  const field = Object.entries(schema.shape).find(([key]) => key === name)?.[1];
  return field === undefined ? undefined : registry.get(field);
}

function camelKeys(values: Parsed): CamelKeys {
  const entries = Object.entries(values).map(([name, value]) => [
    name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries) as CamelKeys; // the mapped type says what the line above does
}

/** A sealing key in the ring's own spelling, 64 hex digits, or null if the text is too weak (see platform/seal.ts). */
export function deriveSealingKey(text: string): string | null {
  try {
    return parseKey(text).key.toString('hex');
  } catch {
    return null;
  }
}

/**
 * Why this address cannot be used, or null. A pooler in transaction mode gives each transaction another server
 * session, and advisory locks, LISTEN and prepared statements live in sessions. Known by port (Supabase 6543,
 * DigitalOcean 25061), by `pgbouncer=true`, or by host (Neon's `-pooler`); what hides better is found by the pool.
 */
export function refusePooler(url: string): string | null {
  const address = URL.canParse(url) ? new URL(url) : null;
  const sign =
    address === null
      ? /[?&]pgbouncer=true/i.test(url) && 'pgbouncer=true'
      : (['6543', '25061'].includes(address.port) && `port ${address.port}`) ||
        (address.searchParams.get('pgbouncer') === 'true' && 'pgbouncer=true') ||
        (/-pooler\./.test(address.hostname) && `host ${address.hostname}`);
  return sign
    ? `leads to a pooler in transaction mode (${sign}), where advisory locks, LISTEN and prepared statements do not work; use the direct or session-mode address (usually port 5432)`
    : null;
}

/**
 * The environment with its files underneath, in Vite's order: `.env`, `.env.local`, `.env.<NODE_ENV>`,
 * `.env.<NODE_ENV>.local`; a later file beats an earlier one, the real environment beats them all.
 */
export function readEnvironment(folder: string, env: Environment): Environment {
  const load = (file: string): Environment => {
    try {
      return parseEnv(readFileSync(join(folder, file), 'utf8'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
        return {};
      throw error;
    }
  };
  const common = { ...load('.env'), ...load('.env.local') };
  const mode = given(env, 'NODE_ENV') ?? given(common, 'NODE_ENV') ?? 'development';
  const real = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  return { ...common, ...load(`.env.${mode}`), ...load(`.env.${mode}.local`), ...real };
}

/** One row of the generated documentation. */
export interface SettingDoc {
  name: string;
  group: string;
  doc: string;
  secret: boolean;
  defaultText: string;
  example: string | null;
  aliases: string[];
}

/** All settings in the schema's order, for the generated documentation. */
export function describeSettings(): SettingDoc[] {
  return settingEntries().map(([name, about]) => {
    const field = Object.entries(schema.shape).find(([key]) => key === name)?.[1];
    const parsed = field?.safeParse(undefined);
    const value = parsed?.success === true ? parsed.data : undefined;
    const shown = Array.isArray(value) ? value.join(',') : value === undefined ? '' : String(value);
    return {
      name,
      group: about.group,
      doc: about.doc,
      secret: about.secret === true,
      defaultText: about.defaultText ?? shown,
      example: about.example ?? null,
      aliases: (about.aliases ?? []).map((alias) => (typeof alias === 'string' ? alias : alias.name)),
    };
  });
}

/** Foreign names that set nothing here, with the reason. */
export function describeUnused(): { name: string; reason: string }[] {
  return Object.entries(UNUSED).map(([name, reason]) => ({ name, reason }));
}
