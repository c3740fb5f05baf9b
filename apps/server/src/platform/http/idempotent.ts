import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Database, statement, type TenantTx } from '../db/index.ts';
import { errors } from '../errors.ts';
import { type CronEntry, defineJob, type Handler, handle } from '../queue/index.ts';
import { inTenant, principalOf } from './gates.ts';

export interface Answer {
  status: number;
  body: unknown;
}

/** What is needed of a request and a reply, whatever the schemas of their route make of their types. */
type AnyRequest = Pick<FastifyRequest, 'method' | 'url' | 'headers' | 'body' | 'principal'>;
interface AnyReply {
  header(name: string, value: string): unknown;
  status(code: number): { send(body: never): unknown };
}

/** For bodies that are streams: what they are is known when `prepare` has read them, also for a known answer. */
export interface Upload<Prepared> {
  fingerprint(prepared: Prepared): unknown;
  /** What a repeated request brought is not needed. */
  discard(prepared: Prepared): Promise<void>;
}

/** For answers with a secret that is shown once: how it lies in the table meanwhile. */
export interface Secrecy {
  hide(body: unknown): unknown;
  show(kept: unknown): unknown;
}

const keptMs = 24 * 3_600_000;

// A parallel request waits here for the first one's end: its commit shows the row, its rollback lets this one insert.
// An expired row is taken over.
const claim = statement(
  'http.claim',
  `insert into idempotency_keys as known (workspace_id, route, key, body_hash, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace_id, route, key) do update
     set body_hash = excluded.body_hash, status = null, answer = null,
         created_at = excluded.created_at, expires_at = excluded.expires_at
     where known.expires_at <= excluded.created_at
   returning key`,
);
const known = statement(
  'http.answer',
  'select body_hash, status, answer::text as answer from idempotency_keys where workspace_id = $1 and route = $2 and key = $3',
);
const keep = statement(
  'http.keep',
  'update idempotency_keys set status = $4, answer = $5::json where workspace_id = $1 and route = $2 and key = $3',
);
const expire = statement(
  'http.expire',
  `delete from idempotency_keys where (workspace_id, route, key) in (
     select workspace_id, route, key from idempotency_keys where expires_at <= $1 order by expires_at limit 5000
   )`,
);

/**
 * A POST handler in one tenant transaction. With `Idempotency-Key` (or S3's `X-Idempotency-Key`) the claim of the key,
 * the effect and the answer commit together: repeated or parallel requests get the first one's answer, a crash leaves
 * all or nothing. A key is whoever's sent it first; from somebody else it is refused. Refusals are not kept: they had no effect, and may be gone the next time. `prepare` is for what asks
 * somebody outside, which no transaction may wait for; it runs before, and not at all for an answer that is known.
 */
export function idempotent<Request extends AnyRequest, Prepared = undefined>(
  db: Database,
  handler: (tx: TenantTx, request: Request, prepared: Prepared) => Promise<Answer>,
  prepare?: (request: Request) => Promise<Prepared>,
  upload?: Upload<Prepared>,
  secrecy: Secrecy = { hide: (body) => body, show: (kept) => kept },
): (request: Request, reply: AnyReply) => Promise<never> {
  return async (request, reply) => {
    const key = keyOf(request);
    if (key === null) {
      const prepared = (await prepare?.(request)) as Prepared;
      const answer = await inTenant(db, request, (tx) => handler(tx, request, prepared));
      reply.status(answer.status).send(answer.body as never);
      return reply as never;
    }
    const route = `${request.method} ${request.url.split('?', 1)[0]}`;
    const isKnown =
      prepare !== undefined &&
      (await inTenant(db, request, async (tx) => {
        const [row] = await tx.query<{ status: number | null }>(known, [tx.workspaceId, route, key]);
        return typeof row?.status === 'number';
      }));
    const prepared = (isKnown && !upload ? undefined : await prepare?.(request)) as Prepared;
    const { kind, id } = principalOf(request).actor;
    // With whoever asks: an answer may hold what only they may see, and a key's text is told to its maker alone.
    const hash = createHash('sha256')
      .update(`${kind} ${id} ${canonical(upload ? upload.fingerprint(prepared) : request.body)}`)
      .digest();
    const { status, text, replayed } = await inTenant(db, request, async (tx) => {
      const place = [tx.workspaceId, route, key];
      const now = tx.now();
      const claimed = await tx.query(claim, [...place, hash, now, new Date(now.getTime() + keptMs)]);
      if (claimed.length === 0) {
        const [row] = await tx.query<{ body_hash: Buffer; status: number | null; answer: string | null }>(
          known,
          place,
        );
        if (!row || row.status === null)
          throw errors.databaseBusy({ reason: 'the first request is not finished' });
        if (!row.body_hash.equals(hash)) {
          await upload?.discard(prepared);
          throw errors.idempotencyMismatch(key);
        }
        return { status: row.status, text: row.answer ?? 'null', replayed: true };
      }
      // Known a moment ago, and expired since: the next try does it anew.
      if (isKnown) throw errors.databaseBusy({ reason: 'the answer expired just now' });
      const answer = await handler(tx, request, prepared);
      const written = JSON.stringify(secrecy.hide(answer.body ?? null));
      await tx.execute(keep, [...place, answer.status, written]);
      return { status: answer.status, text: written, replayed: false };
    });
    if (replayed) {
      reply.header('idempotent-replayed', 'true');
      await upload?.discard(prepared);
    }
    // First and repeated answers take the same way out, so that their bytes are equal.
    reply.status(status).send(secrecy.show(JSON.parse(text)) as never);
    return reply as never;
  };
}

/** The key that a request brings along, or null. */
export function keyOf(request: Pick<AnyRequest, 'headers'>): string | null {
  const given = request.headers['idempotency-key'] ?? request.headers['x-idempotency-key'];
  if (given === undefined) return null;
  const key = Array.isArray(given) ? given.join(',') : given;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw errors.invalidRequest([
      {
        path: 'headers.idempotency-key',
        message: 'Use 1 to 255 printable ASCII characters, such as a UUID.',
      },
    ]);
  }
  return key;
}

/** The same body in another order of keys is the same body. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}

/** Removes answers older than 24 h. */
export const expireAnswers = defineJob({ name: 'http.expire-answers', schema: z.object({}) });

export const expireAnswersCron: CronEntry = { job: expireAnswers, match: '0 */6 * * *' };

export function expireAnswersHandler(db: Database): Handler {
  return handle(expireAnswers, async (_payload, { signal }) => {
    let removed = 0;
    do {
      removed = await db.withSystem('remove expired idempotency answers', (tx) =>
        tx.execute(expire, [tx.now()]),
      );
    } while (removed > 0 && !signal.aborted);
  });
}
