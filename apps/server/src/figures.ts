/**
 * figures — what /metrics asks the modules for when somebody reads it: what waits, what gave up, who used how much.
 * app.ts's. What happens is counted where it happens (platform/metrics.ts).
 */
import { sendQueueCounts } from './modules/messages/index.ts';
import { readUsageEverywhere } from './modules/workspaces/index.ts';
import type { Database } from './platform/db/index.ts';
import { listDeadEvents } from './platform/events/index.ts';
import type { Figure, Reading } from './platform/metrics-routes.ts';
import { jobCounts } from './platform/queue/index.ts';

export interface FigureSources {
  db: Database;
  inboundLag(): Promise<{ waiting: number; oldestSeconds: number | null; parked: number }>;
  /** Of the door of this process. */
  intake: { stored: number; refused: number };
  /** Open in this process. */
  sockets: () => number;
}

/** An installation with more of them has its figures from the database. */
const usageSeries = 5_000;

/** In the order in which they are shown. */
export function figuresOf({ db, inboundLag, intake, sockets }: FigureSources): Figure[] {
  const inbound = shared(inboundLag);
  const sends = shared(() => db.withSystem('figures of the send queue', (tx) => sendQueueCounts(tx)));
  const jobs = shared(() => jobCounts(db));
  const { pool } = db;
  return [
    {
      kind: 'counter',
      name: 'chaski_webhooks_total',
      help: 'Authentic webhook bodies: accepted (committed, 200) or refused (503; WhatsApp sends them again).',
      read: () => [
        { labels: { outcome: 'accepted' }, value: intake.stored },
        { labels: { outcome: 'refused' }, value: intake.refused },
      ],
    },
    {
      name: 'chaski_inbound_waiting',
      help: 'Webhook bodies stored and not processed.',
      read: async () => [{ value: (await inbound()).waiting }],
    },
    {
      name: 'chaski_inbound_lag_seconds',
      help: 'Age of the oldest of them; 0 when none waits.',
      read: async () => [{ value: (await inbound()).oldestSeconds ?? 0 }],
    },
    {
      name: 'chaski_inbound_parked',
      help: 'Items of webhooks that could not be applied and wait for somebody.',
      read: async () => [{ value: (await inbound()).parked }],
    },
    {
      name: 'chaski_sends',
      help: 'Messages in the send queue: due, claimed, unconfirmed (nobody knows), dead (gave up).',
      read: async () => each('state', Object.entries(await sends())),
    },
    {
      name: 'chaski_jobs',
      help: 'Jobs by name: waiting, active, failed (gave up).',
      read: async () =>
        Object.entries(await jobs()).flatMap(([job, { waiting, active, failed }]) =>
          Object.entries({ waiting, active, failed }).map(([state, value]) => ({
            labels: { job, state },
            value,
          })),
        ),
    },
    {
      kind: 'counter',
      name: 'chaski_jobs_completed_total',
      help: 'Jobs done, of the whole installation.',
      read: async () =>
        Object.entries(await jobs()).map(([job, { completed }]) => ({ labels: { job }, value: completed })),
    },
    {
      name: 'chaski_dead_letters',
      help: 'What gave up: messages, jobs, events (of these at most 1,001 are counted).',
      read: async () =>
        each('kind', [
          ['message', (await sends()).dead],
          ['job', Object.values(await jobs()).reduce((sum, { failed }) => sum + failed, 0)],
          ['event', (await listDeadEvents(db, { limit: 1_001 })).length],
        ]),
    },
    {
      name: 'chaski_sockets',
      help: 'Realtime sockets open in this process.',
      read: () => [{ value: sockets() }],
    },
    {
      name: 'chaski_db_pool_connections',
      help: 'Connections of the pool, and requests that wait for one.',
      read: () =>
        each('state', [
          ['idle', pool.idleCount],
          ['busy', pool.totalCount - pool.idleCount],
          ['waiting', pool.waitingCount],
        ]),
    },
    {
      name: 'chaski_workspace_usage',
      help: `What a workspace used this calendar month (UTC), by metric; the ${usageSeries} largest.`,
      read: async () => {
        const rows = await db.withSystem('figures of usage', (tx) => readUsageEverywhere(tx, usageSeries));
        return rows.map(({ workspaceId, metric, count }) => ({
          labels: { workspace: workspaceId, metric },
          value: count,
        }));
      },
    },
  ];
}

const each = (label: string, entries: readonly (readonly [string, number])[]): Reading[] =>
  entries.map(([name, value]) => ({ labels: { [label]: name }, value }));

/** One query for all figures of one answer: what was asked within the last second is not asked again. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let until = 0;
  return () => {
    if (answer === null || performance.now() > until) {
      answer = ask();
      until = performance.now() + 1_000;
    }
    return answer;
  };
}
