import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { type Database, statement } from '../db/index.ts';
import { errors } from '../errors.ts';
import { installation } from '../ids.ts';
import { canonical, keyOf } from './idempotent.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The key that this request claimed, until its answer is kept. */
    claimed: readonly [route: string, key: string] | null;
  }
  interface FastifyContextConfig {
    /** The answer holds what is told once (a secret, a cookie): it is not kept, and the key counts for nothing. */
    answersOnce?: boolean;
  }
}

const keptMs = 24 * 3_600_000;
/** Whoever claimed a key and has not answered by then has died: nobody knows what came of it. */
const patienceMs = 120_000;

const claim = statement(
  'http.claim_once',
  `insert into idempotency_keys as known (workspace_id, route, key, body_hash, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace_id, route, key) do update
     set body_hash = excluded.body_hash, status = null, answer = null,
         created_at = excluded.created_at, expires_at = excluded.expires_at
     where known.expires_at <= excluded.created_at or (known.status is null and known.created_at < $7)
   returning key`,
);
const known = statement(
  'http.known_once',
  'select body_hash, status, answer::text as answer from idempotency_keys where workspace_id = $1 and route = $2 and key = $3',
);
const keep = statement(
  'http.keep_once',
  'update idempotency_keys set status = $4, answer = $5::json where workspace_id = $1 and route = $2 and key = $3',
);
const release = statement(
  'http.release_once',
  'delete from idempotency_keys where workspace_id = $1 and route = $2 and key = $3 and status is null',
);

/**
 * `Idempotency-Key` for the POSTs of people and operators, which belong to no workspace and are made of several
 * transactions: the key is claimed before the effect and the answer kept after it. Unlike `idempotent` a crash in
 * between leaves a claim without an answer; it ends after two minutes, and the sender then decides again.
 */
export function once(db: Database): {
  begin: preHandlerAsyncHookHandler;
  end(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown>;
} {
  return {
    async begin(request, reply) {
      const key = keyOf(request);
      const who = request.person?.userId ?? request.operatorKey;
      if (key === null || who === null) return;
      // Under whoever asks: one person's key says nothing about another's.
      const route = `${request.method} ${request.url.split('?', 1)[0]} ${who}`;
      const place = [installation, route, key];
      const now = db.clock.now();
      const hash = createHash('sha256').update(canonical(request.body)).digest();
      const [claimed, before] = await db.runSystem('claim an idempotency key', [
        {
          statement: claim,
          values: [
            ...place,
            hash,
            now,
            new Date(now.getTime() + keptMs),
            new Date(now.getTime() - patienceMs),
          ],
        },
        { statement: known, values: place },
      ]);
      if (claimed!.rows.length > 0) {
        request.claimed = [route, key];
        return;
      }
      const row = before!.rows[0] as { body_hash: Buffer; status: number | null; answer: string | null };
      if (!row.body_hash.equals(hash)) throw errors.idempotencyMismatch(key);
      if (row.status === null) throw errors.databaseBusy({ reason: 'the first request is not finished' });
      reply.header('idempotent-replayed', 'true').status(row.status);
      // Text, past the response schema: it has been through it.
      if (row.answer !== null) reply.type('application/json; charset=utf-8');
      return reply.send(row.answer ?? undefined);
    },

    async end(request, reply, payload) {
      const { claimed } = request;
      if (claimed === null) return payload;
      request.claimed = null;
      const place = [installation, ...claimed];
      // A refusal had no effect, and may be gone the next time.
      const isKept = reply.statusCode < 300;
      await db.runSystem('keep an answer', [
        isKept
          ? {
              statement: keep,
              values: [
                ...place,
                reply.statusCode,
                typeof payload === 'string' && payload !== '' ? payload : null,
              ],
            }
          : { statement: release, values: place },
      ]);
      return payload;
    },
  };
}
