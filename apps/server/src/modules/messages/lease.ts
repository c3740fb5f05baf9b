import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../../platform/db/index.ts';
import { joinWork, partnersOf, shareOf } from '../../platform/fair-share.ts';
import type { Logger } from '../../platform/log.ts';
import {
  acquireLeases,
  aliveClass,
  leasesHeld,
  releaseLeases,
  renewLeases,
  type SendNumberRecord,
  sendNumbers,
} from './queries-lease.ts';

export interface Lease {
  workspaceId: string;
  numberId: string;
  fence: number;
  /** Business time, ms. */
  expiresAt: number;
}

/**
 * The leases of one process. Who holds a number's lease hands over its messages; `fence` grows with each change of
 * holder, and a claim under an old fence finds nothing.
 *
 * A holder keeps an advisory lock on a session of its own: when its process dies the lock is gone at once, and others
 * need not wait for the lease to run out. A session that was only cut makes others take over too early, which is
 * safe: claims are fenced, and what was in flight becomes unconfirmed until its answer or status comes.
 */
export interface Leases {
  readonly holder: string;
  /** Takes what is free of these; answers the new ones. */
  acquire(wanted: readonly { workspaceId: string; numberId: string }[]): Promise<Lease[]>;
  /** Makes these last again; answers the numbers that are ours no more. */
  renew(held: readonly Lease[]): Promise<string[]>;
  release(held: readonly Lease[]): Promise<void>;
  /** How many of the numbers that are held one process may hold. */
  share(): Promise<number>;
  info(numbers: readonly { workspaceId: string; numberId: string }[]): Promise<SendNumberRecord[]>;
  /** Ends the sign of life; with it everything that is still held is free. */
  close(): Promise<void>;
}

/** The name under which processes divide numbers among themselves. */
const work = 'deliver';

export function createLeases(db: Database, leaseMs: number, log: Logger): Leases {
  const holder = randomUUID();
  let session: Promise<pg.Client> | null = null;
  let closed = false;

  async function live(): Promise<pg.Client> {
    if (session) return session;
    const opening = db.session('deliver').then(async (client) => {
      client.on('end', () => {
        if (session === opening) session = null;
      });
      await client.query('select pg_advisory_lock($1::int, hashtext($2))', [aliveClass, holder]);
      await joinWork(client, work);
      return client;
    });
    session = opening;
    try {
      const client = await opening;
      if (closed) await client.end();
      return client;
    } catch (error) {
      session = null;
      throw error;
    }
  }

  const times = () => {
    const now = db.clock.now().getTime();
    return { now, until: now + leaseMs };
  };
  const iso = (ms: number) => new Date(ms).toISOString();

  return {
    holder,
    async acquire(wanted) {
      if (wanted.length === 0 || closed) return [];
      await live();
      const { now, until } = times();
      const [result] = await db.runSystem('take number leases', [
        {
          statement: acquireLeases,
          values: [
            wanted.map((w) => w.workspaceId),
            wanted.map((w) => w.numberId),
            holder,
            iso(now),
            iso(until),
          ],
        },
      ]);
      return (result?.rows ?? []).map((row) => ({
        workspaceId: row.workspace_id as string,
        numberId: row.number_id as string,
        fence: row.fence as number,
        expiresAt: until,
      }));
    },
    async renew(held) {
      if (held.length === 0) return [];
      await live();
      const { until } = times();
      const [result] = await db.runSystem('renew number leases', [
        {
          statement: renewLeases,
          values: [
            held.map((l) => l.workspaceId),
            held.map((l) => l.numberId),
            held.map((l) => l.fence),
            holder,
            iso(until),
          ],
        },
      ]);
      const ours = new Set((result?.rows ?? []).map((row) => row.number_id as string));
      for (const lease of held) if (ours.has(lease.numberId)) lease.expiresAt = until;
      const lost = held.filter((lease) => !ours.has(lease.numberId)).map((lease) => lease.numberId);
      if (lost.length > 0) log.warn({ numbers: lost }, 'deliver: leases went to another process');
      return lost;
    },
    async release(held) {
      if (held.length === 0) return;
      await db.runSystem('release number leases', [
        {
          statement: releaseLeases,
          values: [
            held.map((l) => l.workspaceId),
            held.map((l) => l.numberId),
            held.map((l) => l.fence),
            holder,
          ],
        },
      ]);
    },
    async share() {
      const client = await live();
      const partners = await partnersOf(client, work);
      if (partners === 1) return Number.POSITIVE_INFINITY;
      const [result] = await db.runSystem('numbers held', [
        { statement: leasesHeld, values: [iso(times().now)] },
      ]);
      return shareOf(Number(result?.rows[0]?.held ?? 0), partners);
    },
    async info(numbers) {
      if (numbers.length === 0) return [];
      const [result] = await db.runSystem('numbers to send from', [
        {
          statement: sendNumbers,
          values: [numbers.map((n) => n.workspaceId), numbers.map((n) => n.numberId)],
        },
      ]);
      return (result?.rows ?? []) as unknown as SendNumberRecord[];
    },
    async close() {
      closed = true;
      const open = session;
      session = null;
      await open?.then((client) => client.end()).catch(() => {});
    },
  };
}
