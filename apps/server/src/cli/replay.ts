import type { Command } from 'commander';
import { errors } from '../platform/errors.ts';
import { isId } from '../platform/ids.ts';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type ReplayOptions = CommonOptions & {
  from?: string;
  to?: string;
  all?: boolean;
  parked?: boolean;
  number?: string;
  list?: boolean;
  json?: boolean;
};

/** `chaski replay`: applies stored webhooks again; what took effect already changes nothing. */
export function addReplay(program: Command): void {
  program
    .command('replay [ids...]')
    .description(
      'apply stored webhooks again: ids of parked items, numbers of raw events, a range, or all parked',
    )
    .option('--from <n>', 'first raw event of a range')
    .option('--to <n>', 'last raw event of a range (included)')
    .option('--all', 'in place of --to: up to the newest')
    .option('--parked', 'every parked item')
    .option('--number <phone number id>', 'with --parked: those of one number')
    .option('--list', 'show what is parked and why, and apply nothing')
    .option('--data-dir <path>', 'folder of the embedded database')
    .option('--json', 'one JSON object a line')
    .action(async (ids: string[], options: ReplayOptions) => {
      const chosen = options.list ? [] : selection(ids, options);
      const { withSession } = await import('./session.ts');
      const { listParked, rawEventsFrom, replay } = await import('../modules/inbound/index.ts');
      const ofNumber = options.number === undefined ? {} : { phoneNumberId: options.number };
      await withSession(options, async ({ db, log }) => {
        if (options.list) {
          show(await listParked(db, ofNumber), options.json);
          return;
        }
        const { parse } = await import('@chaski/providers');
        const done = [];
        for (const what of chosen) {
          const bounded = 'open' in what ? bound(what.open, await rawEventsFrom(db, what.open.from)) : what;
          done.push({ ...(await replay({ db, parse, log }, bounded)) });
        }
        show(done, options.json);
        if (done.every(({ bodies }) => bodies === 0)) console.error('There was nothing to apply.');
        const parked = done.reduce((sum, each) => sum + each.parked, 0);
        if (parked > 0) {
          console.error(`${parked} could still not be applied; \`chaski replay --list\` says why.`);
          process.exitCode = 1;
        }
      });
    });
}

/**
 * A range without an end is what a forgotten --to looks like: it is said how much that would be, and applied only where
 * somebody asked for all. What comes while it runs is not of it.
 */
function bound(
  { from, all }: { from: number; all: boolean },
  { count, newest }: { count: number; newest: number },
): { range: { from: number; to: number } } {
  const what = `${count} ${count === 1 ? 'body' : 'bodies'}, from ${from} to the newest (${newest})`;
  if (!all && count > 0) {
    throw errors.configuration(
      `--from ${from} without --to would apply ${what}. Say where it ends (\`--from ${from} --to ${newest}\`), or ` +
        `\`--from ${from} --all\`.`,
    );
  }
  if (count > 0) console.error(`Applying ${what} …`);
  return { range: { from, to: newest } };
}

type Selection =
  | { open: { from: number; all: boolean } }
  | { range: { from: number; to: number } }
  | { parked: { ids?: readonly string[]; phoneNumberId?: string } };

/** Exactly one of ids, a range and --parked, so that a typing mistake does not replay everything. */
export function selection(ids: readonly string[], options: ReplayOptions): Selection[] {
  const ranged = options.from !== undefined || options.to !== undefined;
  if (options.all === true && (options.from === undefined || options.to !== undefined)) {
    throw errors.configuration(
      '--all goes with --from, in place of --to: `--from 1 --all` is everything. What is parked is `--parked`.',
    );
  }
  if (Number(ids.length > 0) + Number(ranged) + Number(options.parked === true) !== 1) {
    throw errors.configuration(
      'Say what to replay: ids (`chaski replay <id…>`), a range (`--from 100 --to 200`), or `--parked`. ' +
        '`chaski replay --list` shows what is parked.',
    );
  }
  if (options.parked) {
    return [{ parked: options.number === undefined ? {} : { phoneNumberId: options.number } }];
  }
  const eventNumber = (name: string, text: string): number => {
    if (!/^\d{1,15}$/.test(text)) throw errors.configuration(`${name}: "${text}" is no raw event's number.`);
    return Number(text);
  };
  if (ranged) {
    const from = options.from === undefined ? 1 : eventNumber('--from', options.from);
    if (options.to === undefined) return [{ open: { from, all: options.all === true } }];
    const to = eventNumber('--to', options.to);
    if (from > to) throw errors.configuration(`--from ${from} comes after --to ${to}.`);
    return [{ range: { from, to } }];
  }
  const numbers = ids.filter((id) => /^\d+$/.test(id)).map((id) => eventNumber('replay', id));
  const parked = ids.filter((id) => !/^\d+$/.test(id));
  const wrong = parked.find((id) => !isId(id));
  if (wrong !== undefined) {
    throw errors.configuration(
      `"${wrong}" is neither a parked item's id nor a raw event's number. \`chaski replay --list\` shows what is parked.`,
    );
  }
  return [
    ...numbers.map((n) => ({ range: { from: n, to: n } })),
    ...(parked.length > 0 ? [{ parked: { ids: parked } }] : []),
  ];
}
