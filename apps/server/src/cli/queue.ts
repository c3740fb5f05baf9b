import type { Command } from 'commander';
import { errors } from '../platform/errors.ts';
import { isId } from '../platform/ids.ts';
import type { CommonOptions } from './environment.ts';

type QueueOptions = CommonOptions & { json?: boolean; limit?: string; name?: string };

/**
 * `chaski queue`: what waits and what gave up. Three kinds give up: messages (their id is a UUID), jobs (a number) and
 * events that one consumer could not take (`consumer:number`).
 */
export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('what waits and what gave up: messages, jobs and events');
  const common = (command: Command): Command =>
    command
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');

  common(
    queue.command('counts').description('what waits, runs and gave up: messages, events, and jobs by name'),
  ).action(async (options: QueueOptions) => {
    const { show, withSession } = await import('./session.ts');
    const { sendQueueCounts } = await import('../modules/messages/index.ts');
    const { listDeadEvents } = await import('../platform/events/index.ts');
    const { jobCounts } = await import('../platform/queue/index.ts');
    await withSession(options, async ({ db }) => {
      const counts = await jobCounts(db);
      const messages = await db.withSystem('count messages for the command line', (tx) =>
        sendQueueCounts(tx),
      );
      const { length: dead } = await listDeadEvents(db, { limit: 10_000 });
      const rows = [
        {
          what: 'messages',
          waiting: messages.due,
          active: messages.claimed,
          completed: null, // in GET /v1/messages
          failed: messages.dead,
          unconfirmed: messages.unconfirmed,
        },
        { what: 'events', waiting: null, active: null, completed: null, failed: dead, unconfirmed: null },
        ...Object.entries(counts).map(([job, each]) => ({ what: `job ${job}`, ...each, unconfirmed: null })),
      ];
      show(rows, options.json);
    });
  });

  common(queue.command('list').description('messages, jobs and events that gave up, oldest first'))
    .option('--limit <n>', 'at most so many of each', '50')
    .option('--name <job>', 'jobs of this name only')
    .action(async (options: QueueOptions) => {
      const { show, withSession } = await import('./session.ts');
      const { parseCount } = await import('./arguments.ts');
      const { listDead } = await import('../modules/messages/index.ts');
      const { listDeadEvents } = await import('../platform/events/index.ts');
      const { listDeadJobs } = await import('../platform/queue/index.ts');
      const limit = parseCount('--limit', options.limit ?? '50');
      await withSession(options, async ({ db }) => {
        const jobs = await listDeadJobs(db, {
          limit,
          ...(options.name === undefined ? {} : { name: options.name }),
        });
        const messages =
          options.name === undefined
            ? await db.withSystem('list dead messages for the command line', (tx) => listDead(tx, { limit }))
            : [];
        const rows = [
          ...messages.map(({ messageId, state, attempts, reason, error, createdAt }) => ({
            kind: 'message',
            id: messageId,
            what: state,
            attempts,
            error: reason ?? error?.message ?? null,
            since: createdAt,
          })),
          ...jobs.map(({ id, name, attempts, error, failedAt }) => ({
            kind: 'job',
            id,
            what: name,
            attempts,
            error: error?.split('\n')[0] ?? null,
            since: failedAt,
          })),
          ...(options.name === undefined ? await listDeadEvents(db, { limit }) : []).map((one) => ({
            kind: 'event',
            id: eventId(one),
            what: one.name,
            attempts: null,
            error: one.error.split('\n')[0] ?? null,
            since: one.createdAt,
          })),
        ];
        show(rows, options.json);
      });
    });

  common(queue.command('inspect <id>').description('everything about one of them')).action(
    async (id: string, options: QueueOptions) => {
      const { withSession } = await import('./session.ts');
      await withSession(options, async ({ db }) => {
        const found = isId(id)
          ? await findMessage(db, id)
          : id.includes(':')
            ? await findEvent(db, id)
            : await findJob(db, id);
        console.log(JSON.stringify(found, null, options.json ? 0 : 2));
      });
    },
  );

  common(queue.command('retry <ids...>').description('try them again, with fresh attempts')).action(
    async (ids: string[], options: QueueOptions) => {
      const { withSession } = await import('./session.ts');
      const { retryDead } = await import('../modules/messages/index.ts');
      const { retryJob } = await import('../platform/queue/index.ts');
      await withSession(options, async ({ db }) => {
        for (const id of ids) {
          let queued: boolean;
          if (isId(id)) {
            const message = await findMessage(db, id);
            queued = (await db.withSystem('retry a dead message', (tx) => retryDead(tx, [message]))) > 0;
          } else if (id.includes(':')) {
            await retryEvent(db, id);
            console.log(`${id} is handled.`);
            continue;
          } else {
            queued = (await retryJob(db, id)) === 'queued';
          }
          console.log(queued ? `${id} is queued again.` : `${id} has not given up; nothing was changed.`);
          if (!queued) process.exitCode = 1;
        }
      });
    },
  );
}

type Database = import('../platform/db/index.ts').Database;

async function findMessage(db: Database, id: string) {
  const { listDead } = await import('../modules/messages/index.ts');
  const dead = await db.withSystem('find a dead message for the command line', (tx) =>
    listDead(tx, { limit: 10_000 }),
  );
  const found = dead.find(({ messageId }) => messageId === id);
  if (found === undefined) throw missing('message', id);
  return found;
}

async function findJob(db: Database, id: string) {
  if (!/^\d+$/.test(id)) throw missing('message or job', id);
  const { listDeadJobs } = await import('../platform/queue/index.ts');
  const [found] = await listDeadJobs(db, { id });
  if (found === undefined) throw missing('job', id);
  return found;
}

const eventId = (one: { consumer: string; seq: number }) => `${one.consumer}:${one.seq}`;

async function findEvent(db: Database, id: string) {
  const { listDeadEvents } = await import('../platform/events/index.ts');
  const found = (await listDeadEvents(db, { limit: 10_000 })).find((one) => eventId(one) === id);
  if (found === undefined) throw missing('event', id);
  return found;
}

/** Here and now: its consumer answers or fails before this ends. */
async function retryEvent(db: Database, id: string): Promise<void> {
  const { consumers } = await import('../consumers.ts');
  const { retryDeadEvent } = await import('../platform/events/index.ts');
  await retryDeadEvent(db, consumers, await findEvent(db, id));
}

function missing(what: string, id: string) {
  return errors.configuration(`No ${what} ${id} has given up. \`chaski queue list\` shows those that have.`);
}
