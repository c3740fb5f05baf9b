import type { Command } from 'commander';
import { errors } from '../platform/errors.ts';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

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
    const { withSession } = await import('./session.ts');
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
      const { withSession } = await import('./session.ts');
      const { parseCount } = await import('./arguments.ts');
      const { deadKinds, listDeadLetters } = await import('../modules/operator/index.ts');
      const limit = parseCount('--limit', options.limit ?? '50');
      await withSession(options, async ({ db }) => {
        const page = { limit, after: null };
        const rows =
          options.name === undefined
            ? (await Promise.all(deadKinds.map((kind) => listDeadLetters(db, { kind }, page)))).flat()
            : await listDeadLetters(db, { job: options.name }, page);
        show(
          rows.map(({ workspaceId: _, ...row }) => row),
          options.json,
        );
      });
    });

  common(queue.command('inspect <id>').description('everything about one of them')).action(
    async (id: string, options: QueueOptions) => {
      const { withSession } = await import('./session.ts');
      await withSession(options, async ({ db }) => {
        const { kind: _, ...found } = await find(db, id);
        console.log(JSON.stringify(found, null, options.json ? 0 : 2));
      });
    },
  );

  common(queue.command('retry <ids...>').description('try them again, with fresh attempts')).action(
    async (ids: string[], options: QueueOptions) => {
      const { withSession } = await import('./session.ts');
      const { consumers } = await import('../consumers.ts');
      const { retryDeadLetter } = await import('../modules/operator/index.ts');
      await withSession(options, async ({ db }) => {
        for (const id of ids) {
          const dead = await find(db, id);
          const retried = await retryDeadLetter(db, consumers, dead);
          const done = dead.kind === 'event' ? 'is handled' : 'is queued again';
          console.log(retried ? `${id} ${done}.` : `${id} has not given up; nothing was changed.`);
          if (!retried) process.exitCode = 1;
        }
      });
    },
  );
}

type Database = import('../platform/db/index.ts').Database;

async function find(db: Database, id: string) {
  const { deadKindOf, deadLetterOf } = await import('../modules/operator/index.ts');
  const found = await deadLetterOf(db, deadKindOf(id), id);
  if (found !== null) return found;
  throw errors.configuration(
    `No message, job or event ${id} has given up. \`chaski queue list\` shows those that have.`,
  );
}
