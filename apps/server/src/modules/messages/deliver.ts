import {
  type Credential,
  mediaIdsOf,
  type Provider,
  replaceMediaIds,
  type SendOutcome,
} from '@chaski/providers';
import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Logger } from '../../platform/log.ts';
import { startLoop } from '../../platform/loop.ts';
import type { Signals } from '../../platform/signals.ts';
import { credentialFor, forgetCredential } from '../numbers/index.ts';
import { firstIdAt, sendFacts, templateOf, templatesOf } from './can-send.ts';
import { resendUnconfirmed } from './dead.ts';
import { createLeases, type Lease } from './lease.ts';
import { attemptRef, type OrphanRecord, orphanResults } from './orphans.ts';
import { Bucket, Pairs, pair } from './pace.ts';
import {
  type ClaimRecord,
  claimDue,
  claimsOfFence,
  leftClaims,
  orphanedClaims,
  queueHeads,
  recentAttempts,
  type SendNumberRecord,
} from './queries-send.ts';
import {
  type AttemptRef,
  notCalled,
  type Result,
  refusedByPolicy,
  resultOf,
  unknown,
  writeResults,
} from './results.ts';
import { decide, type Purpose } from './rules.ts';
import { announceSends } from './send.ts';
import type { Uploads } from './upload.ts';

/**
 * Handing over: lease → claim and attempt (committed) → call, outside any transaction → result, group-committed.
 *
 *   due ──claim──▶ claimed ──accepted──▶ (row gone)         message accepted
 *    ▲               │ ├──refused, later / after──▶ due     five tries, then dead
 *    │               │ ├──refused, fix / never──▶ (gone)    message failed
 *    │               │ └──unknown, or the process died──▶ unconfirmed
 *    └──by hand, or by the workspace's policy──── unconfirmed, dead
 *
 * Dying is possible anywhere: before the claim's commit nothing happened; after it the message becomes unconfirmed as
 * soon as somebody takes the lease; a status that carries the attempt's id clears that up.
 */
export interface DeliveryOptions {
  db: Database;
  signals: Signals;
  log: Logger;
  /** By name, as numbers.provider says. */
  provider(name: string): Provider | undefined;
  uploads?: Uploads;
  /** 15 s: after a crash without its session noticed (a machine gone), the number stands still for so long. */
  leaseMs?: number;
  /** Must be shorter than what a renewed lease has left at worst (leaseMs × 3/4). */
  callTimeoutMs?: number;
  /** Calls in flight for one number: 1,000 messages a second at 200 ms need 200. */
  maxInFlight?: number;
  /** Claimed in one statement. */
  maxClaim?: number;
  random?: () => number;
}

export interface Delivery {
  wake(): void;
  /** Waits for calls in flight, writes their results, gives the leases back. */
  stop(): Promise<void>;
  /** Ends as a crash does: results of calls in flight are lost, the leases stay. For tests. */
  abandon(): Promise<void>;
  /** Read receipts and typing pass the number's bucket too. */
  passBucket(numberId: string, signal?: AbortSignal): Promise<void>;
}

interface HeldNumber {
  lease: Lease;
  info: SendNumberRecord;
  bucket: Bucket;
  pairs: Pairs;
  inFlight: Set<string>;
  /** A claim's answer was lost: rows may be claimed that nobody calls. */
  recover: boolean;
  /** The last claim took all it might: claim again in handfuls, not one by one. */
  backlogged: boolean;
  lastWorkAt: number;
}

const idleMs = 1_000;
const releaseIdleMs = 30_000;
/** Numbers whose claims run at once: each takes a connection. */
const pumpsAtOnce = 4;

export function startDelivery(options: DeliveryOptions): Delivery {
  const { db, log, signals } = options;
  const leaseMs = options.leaseMs ?? 15_000;
  const callTimeoutMs = options.callTimeoutMs ?? 10_000;
  const maxInFlight = options.maxInFlight ?? 256;
  const maxClaim = options.maxClaim ?? 200;
  const random = options.random ?? Math.random;
  const leases = createLeases(db, leaseMs, log);
  const held = new Map<string, HeldNumber>();
  const triedAt = new Map<string, number>();
  const calls = new Set<Promise<void>>();
  const aborted = new AbortController();
  let abandoned = false;
  let stopping = false;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let resentAt = Number.NEGATIVE_INFINITY;
  let tidiedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let timerAt = Number.POSITIVE_INFINITY;

  const clockMs = () => db.clock.now().getTime();

  // ── looking ──────────────────────────────────────────────────────────────────────────────────────────────

  async function step(): Promise<boolean> {
    await renew();
    if (performance.now() - resentAt > 5_000) {
      resentAt = performance.now();
      await resendUnconfirmed(db);
    }
    if (performance.now() - tidiedAt > idleMs) {
      tidiedAt = performance.now();
      await takeLeftClaims();
    }
    const [found] = await db.runSystem('numbers with waiting messages', [{ statement: queueHeads }]);
    const now = clockMs();
    const heads = (found?.rows ?? []) as unknown as {
      workspace_id: string;
      number_id: string;
      due_at: Date;
    }[];
    for (const head of heads) if (head.due_at.getTime() > now) wakeAt(head.due_at.getTime());
    const due = heads.filter((head) => head.due_at.getTime() <= now);
    await acquire(due.filter((head) => !held.has(head.number_id)));
    await refreshPaused(due);
    // What a lost claim took is no longer due: its number is visited all the same.
    const numbers = [
      ...new Set([
        ...due.flatMap((head) => held.get(head.number_id) ?? []),
        ...[...held.values()].filter((number) => number.recover),
      ]),
    ];
    let more = false;
    for (let i = 0; i < numbers.length; i += pumpsAtOnce) {
      const pumped = await Promise.all(numbers.slice(i, i + pumpsAtOnce).map(pump));
      more ||= pumped.includes(true);
    }
    await releaseIdle();
    return more;
  }

  async function renew(): Promise<void> {
    // By both clocks: business time decides who holds a lease, and it may be driven by a test.
    const soon = [...held.values()].some((n) => n.lease.expiresAt - clockMs() < leaseMs * 0.75);
    if (held.size === 0 || (!soon && performance.now() - renewedAt < leaseMs / 4)) return;
    renewedAt = performance.now();
    for (const id of await leases.renew([...held.values()].map((n) => n.lease))) held.delete(id);
    await refresh([...held.values()]);
  }

  async function refresh(numbers: readonly HeldNumber[]): Promise<void> {
    const infos = await leases.info(numbers.map((n) => n.lease));
    for (const info of infos) {
      const number = held.get(info.number_id);
      if (!number) continue;
      if (info.mps !== number.info.mps) number.bucket = bucketFor(info.mps, clockMs());
      number.info = info;
    }
  }

  /** A new token ends a pause; nobody tells this process but the row. */
  async function refreshPaused(due: readonly { number_id: string }[]): Promise<void> {
    const paused = due.flatMap(({ number_id }) => {
      const number = held.get(number_id);
      return number?.info.paused_reason != null ? [number] : [];
    });
    if (paused.length > 0) await refresh(paused);
  }

  async function acquire(wanted: readonly { workspace_id: string; number_id: string }[]): Promise<void> {
    const at = performance.now();
    const free = wanted.filter(({ number_id }) => at - (triedAt.get(number_id) ?? -1_000) >= 250);
    if (free.length === 0) return;
    for (const { number_id } of free) triedAt.set(number_id, at);
    if (triedAt.size > 10_000) triedAt.clear();
    const taken = await leases.acquire(
      free.map((head) => ({ workspaceId: head.workspace_id, numberId: head.number_id })),
    );
    for (const lease of taken) await takeOver(lease);
  }

  /** Claims of a process that ended, on numbers that may have nothing else to send. */
  async function takeLeftClaims(): Promise<void> {
    const [left] = await db.runSystem('claims nobody finishes', [
      { statement: leftClaims, values: [db.clock.now().toISOString()] },
    ]);
    const rows = (left?.rows ?? []) as unknown as { workspace_id: string; number_id: string }[];
    await acquire(rows.filter((row) => !held.has(row.number_id)));
  }

  /** What the former holder left: claims without outcome are unknown; what it spent is spent. */
  async function takeOver(lease: Lease): Promise<void> {
    await settleOrphans(orphanedClaims, lease, null);
    const [info] = await leases.info([lease]);
    if (!info) return;
    const now = clockMs();
    const [recent] = await db.runSystem('what a number sent lately', [
      {
        statement: recentAttempts,
        values: [lease.workspaceId, lease.numberId, firstIdAt(now - pair.memoryMs)],
      },
    ]);
    const attempts = (recent?.rows ?? []) as unknown as { conversation_id: string; started_at: Date }[];
    const pairs = new Pairs();
    pairs.seed(attempts.map((a) => ({ conversationId: a.conversation_id, at: a.started_at.getTime() })));
    const bucket = bucketFor(info.mps, now);
    bucket.take(
      Math.min(burstOf(info.mps), attempts.filter((a) => now - a.started_at.getTime() < 1_000).length),
      now,
    );
    held.set(lease.numberId, {
      lease,
      info,
      bucket,
      pairs,
      inFlight: new Set(),
      recover: false,
      backlogged: false,
      lastWorkAt: performance.now(),
    });
  }

  /** `flying`: attempts that this process is calling right now; null = none can be. */
  async function settleOrphans(
    query: typeof orphanedClaims,
    lease: Lease,
    flying: ReadonlySet<string> | null,
  ): Promise<void> {
    await db.withSystem('claims without outcome', async (tx) => {
      const rows = await tx.query<OrphanRecord & Record<string, unknown>>(query, [
        lease.numberId,
        lease.workspaceId,
        lease.fence,
      ]);
      const orphans = rows.filter((row) => !flying?.has(row.attempt_id));
      if (orphans.length === 0) return;
      log.warn({ numberId: lease.numberId, count: orphans.length }, 'deliver: claims without outcome');
      await writeResults(
        tx,
        // Our own claims whose answer got lost were never called: this process would know.
        flying
          ? orphans.map((row) => notCalled(attemptRef(row), 'the claim’s answer was lost', null))
          : await orphanResults(tx, orphans),
      );
    });
  }

  async function releaseIdle(): Promise<void> {
    const at = performance.now();
    const idle = [...held.values()].filter(
      (n) => n.inFlight.size === 0 && !n.recover && at - n.lastWorkAt > releaseIdleMs,
    );
    if (idle.length === 0) return;
    for (const number of idle) held.delete(number.lease.numberId);
    await leases.release(idle.map((n) => n.lease));
  }

  // ── claiming ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Claims what may go now and starts the calls; true = there may be more at once. */
  async function pump(number: HeldNumber): Promise<boolean> {
    const { lease, info, bucket, pairs } = number;
    if (stopping) return false;
    if (number.recover) {
      await settleOrphans(claimsOfFence, lease, number.inFlight);
      number.recover = false;
    }
    if (info.paused_reason !== null) return false;
    const now = clockMs();
    if (lease.expiresAt - now <= callTimeoutMs) return false;
    const tokens = bucket.available(now);
    // Under full load one token at a time would mean one statement per message; 50 ms gather a handful.
    const wanted = number.backlogged ? Math.ceil(info.mps / 20) : 1;
    if (tokens < Math.min(wanted, burstOf(info.mps))) {
      wakeAt(bucket.nextAt(now, wanted));
      return false;
    }
    const room = Math.min(maxClaim, maxInFlight - number.inFlight.size, tokens);
    if (room <= 0) return false;
    const blocked = pairs.blocked(now);
    if (blocked.nextAt !== null) wakeAt(blocked.nextAt);
    bucket.take(room, now);
    let rows: ClaimRecord[];
    try {
      const ids = Array.from({ length: room }, () => newId(now)).sort();
      const [result] = await db.runSystem('claim messages', [
        {
          statement: claimDue,
          values: [
            lease.workspaceId,
            lease.numberId,
            leases.holder,
            lease.fence,
            new Date(now).toISOString(),
            ids,
            blocked.ids,
          ],
        },
      ]);
      rows = (result?.rows ?? []) as unknown as ClaimRecord[];
    } catch (error) {
      number.recover = true;
      bucket.giveBack(room);
      throw error;
    }
    bucket.giveBack(room - rows.length);
    number.backlogged = rows.length > 0 && rows.length === tokens;
    if (rows.length === 0) return false;
    number.lastWorkAt = performance.now();
    for (const row of rows) {
      pairs.take(row.conversation_id, now);
      number.inFlight.add(row.attempt_id);
    }
    if (!abandoned) handOver(number, rows);
    return rows.length === room;
  }

  function handOver(number: HeldNumber, rows: readonly ClaimRecord[]): void {
    const needTemplates = rows.filter((row) => row.content.type === 'template');
    const start = (templates: Awaited<ReturnType<typeof templatesOf>>) => {
      for (const row of rows) track(number, row, handOverOne(number, row, templates));
    };
    if (needTemplates.length === 0) {
      start(new Map());
      return;
    }
    const loading = db
      .withSystem('templates at hand-over', (tx) => templatesOf(tx, needTemplates.map(candidateOf)))
      .then(start, (error: unknown) => {
        log.warn({ err: error }, 'deliver: templates could not be read; the messages wait');
        for (const row of rows) finish(number, notCalled(refOf(row), 'the database was away', null));
      });
    keep(loading);
  }

  /** Everything between the claim and the result of one message. Never rejects. */
  async function handOverOne(
    number: HeldNumber,
    row: ClaimRecord,
    templates: Awaited<ReturnType<typeof templatesOf>>,
  ): Promise<Result> {
    const ref = refOf(row);
    // Never a second call for what WhatsApp has; writing this result ends its row.
    if (row.rank > 0) return giveBack(number, ref, 'WhatsApp has the message already');
    const candidate = candidateOf(row);
    const verdict = decide(
      sendFacts(candidate, db.clock.now(), templateOf(templates, candidate), { month: null, minute: null }),
    );
    if (verdict.verdict !== 'free-form') {
      number.bucket.giveBack(1);
      return refusedByPolicy(ref, verdict);
    }
    // The row knows of a pause before our copy of the number does.
    if (row.paused_reason !== null) {
      number.info = { ...number.info, paused_reason: row.paused_reason };
      return giveBack(number, ref, 'the account is paused');
    }
    const provider = options.provider(row.provider);
    if (!provider) {
      return resultOf(
        ref,
        { outcome: 'not-sent', reason: `no provider is called ${row.provider}` },
        contextOf(row, true),
      );
    }
    let credential: Credential;
    try {
      credential = await credentialFor(db, row.workspace_id, row.account_id);
    } catch (error) {
      if (error instanceof AppError && error.code === 'token_missing') {
        number.info = { ...number.info, paused_reason: error.message };
        return {
          ...giveBack(number, ref, error.message),
          pause: { accountId: row.account_id, reason: error.message },
        };
      }
      return resultOf(
        ref,
        { outcome: 'not-sent', reason: error instanceof Error ? error.message : String(error) },
        contextOf(row, true),
      );
    }
    const prepared = await prepare(row);
    if (prepared.is === 'failed') return resultOf(ref, prepared.outcome, contextOf(row, true));
    // Uploads take their time: only a lease that outlasts the call's own timeout lets it start.
    if (number.lease.expiresAt - clockMs() <= callTimeoutMs || stopping || abandoned)
      return giveBack(number, ref, 'the lease was about to end');
    let outcome: SendOutcome;
    try {
      outcome = await provider.send({
        credential,
        phoneNumberId: row.phone_number_id,
        to:
          row.group_ref !== null
            ? { kind: 'group', value: row.group_ref }
            : row.phone !== null
              ? { kind: 'phone', value: row.phone }
              : { kind: 'user', value: row.user_id ?? '' },
        content: prepared.content,
        replyTo: row.reply_to,
        callbackData: row.attempt_id,
        timeoutMs: callTimeoutMs,
        signal: aborted.signal,
      });
    } catch (error) {
      // Providers answer with outcomes; whatever else happens, the call may have been made.
      log.error({ err: error, attemptId: row.attempt_id }, 'deliver: a provider threw');
      return unknown(ref, error instanceof Error ? error.message : String(error), contextOf(row, true));
    }
    const dead = outcome.outcome === 'refused' && outcome.class.retry === 'reauth';
    return resultOf(ref, outcome, contextOf(row, dead ? await tokenIsCurrent(row, credential) : true));
  }

  async function tokenIsCurrent(row: ClaimRecord, used: Credential): Promise<boolean> {
    forgetCredential(db, row.account_id);
    try {
      return (await credentialFor(db, row.workspace_id, row.account_id)).token === used.token;
    } catch {
      return true;
    }
  }

  /** The content with WhatsApp's own ids for our files. */
  async function prepare(
    row: ClaimRecord,
  ): Promise<{ is: 'ready'; content: ClaimRecord['content'] } | { is: 'failed'; outcome: SendOutcome }> {
    const ids = mediaIdsOf(row.content);
    if (ids.length === 0) return { is: 'ready', content: row.content };
    if (!options.uploads)
      return { is: 'failed', outcome: { outcome: 'not-sent', reason: 'no store of files is configured' } };
    const translated = new Map<string, string>();
    for (const mediaId of ids) {
      const upload = await options.uploads.upload({
        workspaceId: row.workspace_id,
        numberId: row.number_id,
        mediaId,
      });
      if (upload.outcome === 'ok') {
        translated.set(mediaId, upload.providerMediaId);
        continue;
      }
      if (upload.retry) return { is: 'failed', outcome: { outcome: 'not-sent', reason: upload.reason } };
      return {
        is: 'failed',
        outcome: {
          outcome: 'refused',
          error: {
            code: 131053,
            title: 'Media upload error',
            message: upload.reason,
            details: null,
            href: null,
          },
          class: { retry: 'never' },
          httpStatus: 0,
        },
      };
    }
    return { is: 'ready', content: replaceMediaIds(row.content, translated) as ClaimRecord['content'] };
  }

  function contextOf(row: ClaimRecord, tokenCurrent: boolean) {
    return {
      now: db.clock.now(),
      settings: row.settings,
      accountId: row.account_id,
      tokenIsCurrent: tokenCurrent,
      random: random(),
    };
  }

  function giveBack(number: HeldNumber, ref: AttemptRef, reason: string): Result {
    number.bucket.giveBack(1);
    number.pairs.giveBack(ref.conversationId);
    return notCalled(ref, reason, null);
  }

  function track(number: HeldNumber, row: ClaimRecord, work: Promise<Result>): void {
    keep(
      work.then(
        (result) => finish(number, result),
        (error: unknown) => {
          log.error({ err: error, attemptId: row.attempt_id }, 'deliver: hand-over failed');
          finish(number, unknown(refOf(row), String(error), contextOf(row, true)));
        },
      ),
    );
  }

  function keep(work: Promise<void>): void {
    calls.add(work);
    void work.finally(() => calls.delete(work));
  }

  function finish(number: HeldNumber, result: Result): void {
    if (abandoned) return;
    slowDown(number, result);
    buffer.push({ number, result });
    flush();
  }

  function slowDown(number: HeldNumber, { slow, dueAt, conversationId }: Result): void {
    if (slow === 'account') {
      // Until the row says otherwise; a token that is no longer current has simply been replaced.
      number.info = { ...number.info, paused_reason: number.info.paused_reason ?? 'token refused' };
      return;
    }
    if (!(dueAt instanceof Date)) return;
    const until = dueAt.getTime();
    if (slow === 'pair') number.pairs.close(conversationId, until, clockMs());
    if (slow === 'number') number.bucket.closeUntil(until);
    if (slow === 'app')
      for (const other of held.values())
        if (other.info.app_id === number.info.app_id) other.bucket.closeUntil(until);
  }

  // ── results ──────────────────────────────────────────────────────────────────────────────────────────────

  const buffer: { number: HeldNumber; result: Result }[] = [];
  let flushing: Promise<void> | null = null;

  function flush(): void {
    flushing ??= drain().finally(() => {
      flushing = null;
      if (buffer.length > 0 && !abandoned) flush();
    });
  }

  /** Self-clocking: while one batch is being written, the next gathers. */
  async function drain(): Promise<void> {
    let pause = 100;
    while (buffer.length > 0 && !abandoned) {
      const batch = buffer.splice(0, 500);
      try {
        await save(batch.map((entry) => entry.result));
        pause = 100;
      } catch (error) {
        // Losing an outcome turns a sent message into an unconfirmed one: wait for the database instead.
        log.warn({ err: error }, 'deliver: results could not be written; trying again');
        buffer.unshift(...batch);
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, 2_000);
        continue;
      }
      for (const { number, result } of batch) number.inFlight.delete(result.attemptId);
      loop.wake();
    }
  }

  async function save(results: readonly Result[]): Promise<void> {
    try {
      await db.withSystem('results of sending', (tx) => writeResults(tx, results));
    } catch (error) {
      if (isPassing(error)) throw error;
      const half = Math.ceil(results.length / 2);
      const [only] = results;
      if (results.length > 1) {
        await save(results.slice(0, half));
        await save(results.slice(half));
      } else if (only && only.queueState !== 'unconfirmed') {
        log.error({ err: error, attemptId: only.attemptId }, 'deliver: a result could not be written');
        const reason = `The answer could not be stored: ${error instanceof Error ? error.message : String(error)}`;
        await save([unknown(only, reason, { now: db.clock.now(), settings: {} })]);
      } else {
        // It stays claimed and becomes unconfirmed with the next change of the lease.
        log.error({ err: error, attemptId: only?.attemptId }, 'deliver: an unknown outcome was not stored');
      }
    }
  }

  // ── waking ───────────────────────────────────────────────────────────────────────────────────────────────

  const loop = startLoop({ name: 'deliver', log, step, idleMs });
  const off = signals.on('sends', () => loop.wake());
  // What this process queues itself (the API, automatic replies); without it a send waits for the next look, a second.
  const offQueued = announceSends(signals);
  loop.wake();

  /** Wakes the loop at a business time, as far as the machine's clock tells. */
  function wakeAt(time: number): void {
    if (time >= timerAt || stopping) return;
    if (timer) clearTimeout(timer);
    timerAt = time;
    timer = setTimeout(
      () => {
        timer = null;
        timerAt = Number.POSITIVE_INFINITY;
        loop.wake();
      },
      Math.min(Math.max(time - clockMs(), 1), idleMs),
    );
  }

  async function end(): Promise<void> {
    stopping = true;
    off();
    offQueued();
    if (timer) clearTimeout(timer);
    await loop.stop();
  }

  return {
    wake: () => loop.wake(),
    async stop() {
      if (abandoned) return;
      await end();
      // Each may begin the next: templates that were being read start calls, calls leave results to write.
      while (calls.size > 0 || flushing || buffer.length > 0) {
        await Promise.all(calls);
        if (flushing) await flushing;
        else if (buffer.length > 0) flush();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await leases.release([...held.values()].map((n) => n.lease));
      held.clear();
      await leases.close();
    },
    async abandon() {
      abandoned = true;
      aborted.abort();
      await end();
      await leases.close();
    },
    async passBucket(numberId, signal) {
      while (!signal?.aborted) {
        const number = held.get(numberId);
        const now = clockMs();
        if (!number || number.bucket.available(now) >= 1) {
          number?.bucket.take(1, now);
          return;
        }
        const wait = Math.min(Math.max(number.bucket.nextAt(now) - now, 5), 1_000);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
  };
}

/** A quarter of a second's messages at once: a full second's would be twice the allowed rate after a pause. */
function burstOf(mps: number): number {
  return Math.max(1, Math.ceil(mps / 4));
}

function bucketFor(mps: number, now: number): Bucket {
  return new Bucket(burstOf(mps), mps, now);
}

function refOf(row: ClaimRecord): AttemptRef {
  return {
    workspaceId: row.workspace_id,
    messageId: row.message_id,
    attemptId: row.attempt_id,
    numberId: row.number_id,
    conversationId: row.conversation_id,
    contactId: row.contact_id,
    n: row.n,
  };
}

function candidateOf(row: ClaimRecord) {
  return { facts: row, purpose: row.purpose as Purpose, content: row.content };
}

/** Says nothing about the results: the database is away or busy, or two transactions met. */
function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.status === 503;
  const code = (error as { code?: unknown }).code;
  return code === '40001' || code === '40P01';
}
