/** What a setting is made of: its schema with its documentation, and the forms that values have. */
import { z } from 'zod';
import { parseKey } from './platform/seal.ts';

export interface Alias {
  name: string;
  /** Their value in our spelling; null where it asks for nothing. */
  read: (value: string) => string | string[] | null;
}

export interface Setting {
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

export const registry = z.registry<Setting>();

export function setting<Schema extends z.ZodType>(schema: Schema, about: Setting): Schema {
  registry.add(schema, about);
  return schema;
}

export const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** `5/900`: so many in so many seconds; `off`: no limit. */
export const rate = z
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

export const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], { error: 'must be true or false' }))
  .transform((value) => ['true', '1', 'yes', 'on'].includes(value));

export const list = z
  .union([z.string().transform((value) => value.split(',')), z.array(z.string())])
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

/** Compared letter by letter with what a browser sends, which is never more than this. */
export const origins = list.superRefine((values, context) => {
  for (const value of values) {
    if (URL.canParse(value) && new URL(value).origin === value.replace(/\/$/, '')) continue;
    context.addIssue({
      code: 'custom',
      message: `each must be an origin such as https://desk.example.com, without a path and never *; "${value}" is none`,
    });
  }
});

export const httpUrl = z
  .string()
  .refine(
    (value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
    'must be an http or https address',
  )
  .transform((value) => value.replace(/\/+$/, ''));

export const postgresUrl = z.string().superRefine((value, context) => {
  if (!/^postgres(ql)?:\/\//.test(value)) {
    context.addIssue({
      code: 'custom',
      message: 'must look like postgres://user:password@host:5432/database',
    });
    return;
  }
  if (!isReadable(value)) {
    context.addIssue({ code: 'custom', message: UNREADABLE });
    return;
  }
  const reason = refusePooler(value);
  if (reason !== null) context.addIssue({ code: 'custom', message: reason });
});

export const UNREADABLE =
  'cannot be read. In the password write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25; a socket is postgres://user:password@%2Fvar%2Frun%2Fpostgresql/database';

/** Whether its parts can be decoded: else pg shows the whole of it, password included. */
function isReadable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, pathname } = new URL(url);
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
  } catch {
    return false;
  }
  return true;
}

export const GROUPS = {
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
