/** Where media lies, limits and tuning. */
import { z } from 'zod';
import { GROUPS, httpUrl, number, rate, setting } from './config-setting.ts';

export const limitSettings = {
  BLOBS: setting(z.enum(['fs', 's3', 'supabase'], { error: 'must be fs, s3 or supabase' }).default('fs'), {
    group: GROUPS.blobs,
    doc: 'Where media lies: `fs` is a folder in DATA_DIR, `s3` an S3-compatible bucket, `supabase` the bucket `media` of Supabase Storage at SUPABASE_URL. A bucket must be private; the start looks.',
  }),
  // An address only where it is used: their .env files hold placeholders.
  SUPABASE_URL: setting(z.string().optional(), {
    group: GROUPS.blobs,
    doc: 'With BLOBS=supabase: the project, whose Storage keeps media through its S3 address. Nothing else of it is called.',
    example: 'https://project.supabase.co',
    aliases: ['NEXT_PUBLIC_SUPABASE_URL'],
  }),
  S3_ENDPOINT: setting(httpUrl.optional(), {
    group: GROUPS.blobs,
    doc: 'Address of the S3 service, without the bucket.',
    example: 'https://s3.eu-central-1.amazonaws.com',
  }),
  S3_BUCKET: setting(z.string().optional(), {
    group: GROUPS.blobs,
    doc: 'The bucket.',
    defaultText: '`media` with BLOBS=supabase',
  }),
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
  RETENTION_MAX_MONTHS: setting(number(1, 120).optional(), {
    group: GROUPS.limits,
    doc: 'Months for which messages and the files of people are kept at most; a workspace may say less (settings, Retention).',
    defaultText: 'for ever, unless a workspace says otherwise',
  }),
  RAW_EVENT_DAYS: setting(number(8, 365).default(14), {
    group: GROUPS.limits,
    doc: 'Days for which bodies of webhooks are kept as they came, to be processed again. They belong to no single workspace.',
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
    doc: 'Tries to sign in, register or reset a password, of one address and for one account. Of somebody signed in who changes how they sign in, only what was refused counts.',
  }),
  RATE_LIMIT_ADDRESS_MAILS: setting(rate.prefault('10/86400'), {
    group: GROUPS.limits,
    doc: 'Mails that strangers may have sent to one address, known here or not: registrations and password resets.',
  }),
  RATE_LIMIT_INVITATIONS: setting(rate.prefault('200/3600'), {
    group: GROUPS.limits,
    doc: 'Invitations of one workspace, whoever of it sends them, also when sent again.',
  }),
  RATE_LIMIT_WORKSPACES: setting(rate.prefault('10/86400'), {
    group: GROUPS.limits,
    doc: 'Workspaces that one user may make in a while.',
  }),
  WORKSPACES_PER_USER: setting(number(0, 1_000_000).default(20), {
    group: GROUPS.limits,
    doc: 'Workspaces that one user may own before they can make no more; superadmins have no limit.',
  }),
  RATE_LIMIT_SOCKETS: setting(rate.prefault('600/60'), {
    group: GROUPS.limits,
    doc: 'WebSockets that one address, and one user or key, may open: a whole office may share an address and comes back at once.',
  }),
  RATE_LIMIT_MAILS: setting(rate.prefault('50/3600'), {
    group: GROUPS.limits,
    doc: 'Mails that one user may have sent to addresses of their choice: invitations, also when sent again, and a new address of their own.',
  }),
  RATE_LIMIT_MESSAGES: setting(rate.prefault('30/60'), {
    group: GROUPS.limits,
    doc: "Sends of one user at the reference systems' own addresses; the native API goes by the plan.",
  }),
  RATE_LIMIT_UPLOADS: setting(rate.prefault('10/3600'), {
    group: GROUPS.limits,
    doc: "Uploads of one user at the reference systems' own addresses; the native API goes by the plan.",
  }),
  SEND_BUDGET_APP: setting(rate.prefault('off'), {
    group: GROUPS.limits,
    doc: 'Messages that all numbers of one Meta app may send together, over all processes: how many / in how many seconds, or off.',
  }),
  SEND_BUDGET_PORTFOLIO: setting(rate.prefault('off'), {
    group: GROUPS.limits,
    doc: 'The same for all numbers of one business portfolio in one workspace; which portfolio it is the workspace says itself, so none spends from another’s. What each number may send is its own setting.',
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
  PROCESS_SHARDS: setting(number(1, 256).default(2), {
    group: GROUPS.limits,
    doc: 'Shards that inbound events are processed in, each in order. All processes of an installation need the same number.',
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
};
