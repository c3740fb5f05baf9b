/**
 * seal — secrets at rest.
 *
 * Words: a *sealed* text is `v1.<kid>.<iv>.<ciphertext>.<tag>`, AES-256-GCM, base64url; a *key ring* seals with its
 * first key and opens with all; a *place* is where a sealed text lies (workspace, table, column, row).
 *
 * Always true: the place and the key's id are authenticated with the text, so that what was copied to another row,
 * column, table or workspace does not open; a fresh random 96-bit nonce per text; the 128-bit tag is never shortened.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from './db/index.ts';
import { errors } from './errors.ts';
import { histogram } from './metrics.ts';

export interface SealingKey {
  /** Names the key without telling it: the first 8 hex digits of its SHA-256. */
  kid: string;
  key: Buffer;
}

/** The first seals, all open. */
export type KeyRing = readonly [SealingKey, ...SealingKey[]];

export interface Place {
  /** null: the installation's. */
  workspaceId: string | null;
  table: string;
  column: string;
  rowId: string;
}

const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A key as people write it: 64 hex digits, base64 (or base64url) of exactly 32 bytes, or any text of 32 characters or
 * more, of which SHA-256 is taken. Shorter is refused: it would be guessed.
 */
export function parseKey(text: string): SealingKey {
  const trimmed = text.trim();
  const key = /^[0-9a-fA-F]{64}$/.test(trimmed)
    ? Buffer.from(trimmed, 'hex')
    : (fromBase64(trimmed) ?? derived(trimmed));
  return { kid: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
}

function fromBase64(text: string): Buffer | null {
  // 32 bytes are 43 characters and at most one =; a passphrase of that length with a blank or a dot is none.
  if (!/^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  // The last character has two spare bits: if they are set it was not an encoder that wrote this.
  return bytes.length === 32 && bytes.toString('base64url') === toUrlSafe(text) ? bytes : null;
}

function toUrlSafe(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
}

function derived(text: string): Buffer {
  if ([...text].length < 32) {
    throw errors.configuration(
      'A sealing key is 64 hex digits, base64 of 32 bytes, or any text of 32 characters or more. `openssl rand -hex 32` makes one.',
    );
  }
  return createHash('sha256').update(text, 'utf8').digest();
}

/** The ring of several keys; two texts of one key count once. */
export function keyRing(texts: readonly string[]): KeyRing {
  const keys = new Map<string, SealingKey>();
  for (const text of texts) {
    const key = parseKey(text);
    const known = keys.get(key.kid);
    // One in 4 billion per pair; refused, because the ring finds keys by their id.
    if (known && !known.key.equals(key.key)) {
      throw errors.configuration('Two sealing keys have the same id; make a new one of them.');
    }
    keys.set(key.kid, key);
  }
  const [first, ...rest] = keys.values();
  if (!first) throw errors.configuration('There is no sealing key. `openssl rand -hex 32` makes one.');
  return [first, ...rest];
}

/** Lengths in front of each part: ("a", "bc") and ("ab", "c") must differ. */
function aad(kid: string, place: Place): Buffer {
  const parts = [
    VERSION,
    kid,
    place.workspaceId === null ? '-' : `w${place.workspaceId}`,
    `${place.table}.${place.column}`,
    place.rowId,
  ];
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('|'), 'utf8');
}

export function seal(ring: KeyRing, place: Place, plaintext: string): string {
  const { kid, key } = ring[0];
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad(kid, place));
  const text = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return [VERSION, kid, ...[iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
    '.',
  );
}

const opening = histogram(
  'chaski_secret_open_seconds',
  'Opening one sealed secret.',
  [0.00001, 0.00003, 0.0001, 0.001, 0.01],
  ['outcome'],
);

/** The text that was sealed at this place. Throws `unsealable`, which says which key is missing but nothing of the text. */
export function unseal(ring: KeyRing, place: Place, sealed: string): string {
  const began = performance.now();
  let outcome = 'failed';
  try {
    const text = open(ring, place, sealed);
    outcome = 'opened';
    return text;
  } finally {
    opening.observe({ outcome }, (performance.now() - began) / 1_000);
  }
}

function open(ring: KeyRing, place: Place, sealed: string): string {
  const parts = sealed.split('.');
  const [version, kid, ivText, body, tagText] = parts;
  if (parts.length !== 5 || version !== VERSION || !kid || !ivText || body === undefined || !tagText) {
    throw unsealable(place, 'it has not the form of a sealed text');
  }
  const key = ring.find((candidate) => candidate.kid === kid);
  if (!key) throw unsealable(place, `the key ${kid.slice(0, 8)} is not in the ring`);
  const [iv, text, tag] = [strict(ivText), strict(body), strict(tagText)];
  // Node takes tags of 4 bytes gladly unless told; a text cut there would pass with a guess in 2^32.
  if (iv?.length !== IV_BYTES || text === null || tag?.length !== TAG_BYTES) {
    throw unsealable(place, 'it was changed or cut');
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad(kid, place));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch {
    throw unsealable(place, 'it was changed, or belongs to another row or workspace');
  }
}

/** base64url that encodes back to itself: a flipped spare bit is a change too. */
function strict(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function unsealable(place: Place, why: string): Error {
  return errors.configuration(
    `The stored secret ${place.table}.${place.column} cannot be opened: ${why}. Put the key back into the ring, or enter the secret again.`,
    { table: place.table, column: place.column, rowId: place.rowId, workspaceId: place.workspaceId },
  );
}

/** Which key a sealed text needs; null if it is none. */
export function kidOf(sealed: string): string | null {
  return /^v1\.([0-9a-f]{8})\./.exec(sealed)?.[1] ?? null;
}

/** Was it sealed with another key than the ring's first? */
export function needsReseal(ring: KeyRing, sealed: string): boolean {
  return kidOf(sealed) !== ring[0].kid;
}

/** Equal, in a time that tells neither where they differ nor how long the secret is. */
export function sameSecret(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const hash = (value: string | Uint8Array) => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** A column with sealed texts. Names are ours, never a user's. */
export interface SealedColumn {
  table: string;
  column: string;
  /** Primary key besides the workspace. */
  id: string;
  /** SQL for the workspace in the place: a column, or an expression over the row named `t`; null: the installation's. */
  workspace: string | null;
}

/** Every column that holds sealed texts; the catalogue test finds a `sealed_…` column that is missing here. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'accounts', column: 'sealed_token', id: 'id', workspace: 't.workspace_id' },
  { table: 'accounts', column: 'sealed_webhook_secret', id: 'id', workspace: 't.workspace_id' },
  {
    table: 'app_secrets',
    column: 'sealed_secret',
    id: 'id',
    workspace: '(select a.workspace_id from apps a where a.id = t.app_id)',
  },
  { table: 'totp_secrets', column: 'sealed_secret', id: 'user_id', workspace: null },
  { table: 'audit_keys', column: 'sealed_key', id: 'id', workspace: null },
  { table: 'push_keys', column: 'sealed_private', id: 'id', workspace: null },
];

/** How many sealed texts need which key; a key that is not here may go. `?` = not of our form. */
export async function countByKey(
  db: Database,
  columns: readonly SealedColumn[] = sealedColumns,
): Promise<Record<string, number>> {
  return db.withSystem('count sealed texts by key', async (tx) => {
    const counts: Record<string, number> = {};
    for (const { table, column } of columns) {
      const rows = await tx.query<{ kid: string; count: number }>(
        `select coalesce(substring(${column} from '^v1\\.([0-9a-f]{8})\\.'), '?') as kid, count(*) as count
           from ${table} where ${column} is not null group by 1`,
      );
      for (const row of rows) counts[row.kid] = (counts[row.kid] ?? 0) + row.count;
    }
    return counts;
  });
}

/**
 * Seals everything anew that another key than the ring's first sealed, in batches, while readers and writers go on: a
 * row is changed only if it still holds what we opened, and readers with both keys open either. What does not open is
 * left and counted in `failed`.
 */
export async function reseal(
  db: Database,
  ring: KeyRing,
  columns: readonly SealedColumn[] = sealedColumns,
  batchSize = 200,
): Promise<{ resealed: number; failed: number }> {
  const total = { resealed: 0, failed: 0 };
  for (const { table, column, id, workspace } of columns) {
    const owner = workspace ?? 'null';
    let after = '';
    for (;;) {
      const done = await db.withSystem(`seal ${table}.${column} with the new key`, async (tx) => {
        // Locked in the order of the id: two rotations at once wait for each other and do not deadlock.
        const rows = await tx.query<{ workspace_id: string | null; id: string; sealed: string }>(
          `select ${owner} as workspace_id, t.${id}::text as id, t.${column} as sealed from ${table} t
            where t.${column} is not null and t.${column} not like $1 and t.${id}::text > $2
            order by t.${id}::text limit $3 for update of t`,
          [`v1.${ring[0].kid}.%`, after, batchSize],
        );
        const changes = rows.flatMap((row) => {
          const place = { workspaceId: row.workspace_id, table, column, rowId: row.id };
          try {
            return [{ ...row, fresh: seal(ring, place, unseal(ring, place, row.sealed)) }];
          } catch {
            total.failed++;
            return [];
          }
        });
        total.resealed += await tx.execute(
          `update ${table} t set ${column} = new.fresh
             from unnest($1::text[], $2::text[], $3::text[]) as new (id, sealed, fresh)
            where t.${id}::text = new.id and t.${column} = new.sealed`,
          [changes.map((c) => c.id), changes.map((c) => c.sealed), changes.map((c) => c.fresh)],
        );
        return rows;
      });
      if (done.length < batchSize) break;
      after = done.at(-1)!.id;
    }
  }
  return total;
}
