import { createHash } from 'node:crypto';
import type { EchoItem, InboundItem, MessageItem, NoticeItem, PreferenceItem } from '@chaski/providers';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Logger } from '../../platform/log.ts';
import { storableText } from '../../platform/storable.ts';
import {
  type Ahead,
  isSomebody,
  linkMany,
  lookAhead,
  recordConsents,
  resolveMany,
} from '../contacts/index.ts';
import {
  applyStatuses,
  type Concerned,
  holdConcerned,
  type ReceivedMessage,
  type ReceivedStatus,
  receiveMany,
  sightingOf,
} from '../messages/index.ts';
import {
  accountRoutesFor,
  guessRoute,
  type Notice,
  type NumberRoute,
  onlyActiveNumber,
  recordNotices,
  routesFor,
} from '../numbers/index.ts';
import { markProcessed } from './queries.ts';
import {
  claimItemKeys,
  type ItemKey,
  insertParked,
  itemKeyOf,
  type ParkedItem,
  type ParkReason,
  resolveParked,
} from './queries-items.ts';

export interface ApplyDeps {
  db: Database;
  /** `source`: the provider that the body came from. */
  parse: (raw: Uint8Array, source: string) => InboundItem[];
  log: Logger;
}

/** A body to be applied, fresh or again. */
export interface Body {
  hash: Buffer;
  source: string;
  appId: string;
  body: Buffer;
  receivedAt: Date;
  /** Partition of its raw event; null when it comes from the parked bodies. */
  day: string | null;
  /** Only the items at these paths; all, if not said. */
  paths?: ReadonlySet<string>;
  /** Applied before, perhaps: what of it was parked and goes through now is resolved. */
  again?: boolean;
  /** Its items, where somebody parsed it before; perhaps not all of them. */
  items?: readonly InboundItem[];
  /** More items of it follow in another call: it is not processed with these. */
  unfinished?: boolean;
}

/** A body of 4 MB may hold 38,000 messages: in one transaction it would keep its locks for a minute. */
export const itemsPerTransaction = 500;

export interface Tally {
  items: number;
  parked: number;
}

interface Work {
  from: Body;
  item: InboundItem;
}

/** What failed before, and whether anything went through since: in memory, a new process starts with new patience. */
interface Patience {
  committed: number;
  /** `proven`: tries before each of which something else had gone through. */
  failures: Map<string, { tries: number; proven: number; seen: number }>;
}

const patienceOf = new WeakMap<Database, Patience>();
const triesBeforeParking = 5;
const triesOfTheBusy = 20;

/**
 * Applies bodies with a handful of set-wise statements for up to 500 items at once. When that fails, halves are tried
 * until the one item that cannot be applied stands alone; the rest goes on. It is parked at once when it is the item's
 * fault. Otherwise its body waits and the call fails, so that the loop comes again; after some such calls it is parked
 * if other things went through meanwhile (what breaks everything must not park everything). Every effect is keyed, so
 * applying again, after a crash in the middle too, changes nothing.
 */
export async function applyBodies(deps: ApplyDeps, bodies: readonly Body[]): Promise<Tally> {
  const { db, parse, log } = deps;
  const work = bodies.flatMap((from) => {
    const items = from.items ?? parse(from.body, from.source);
    const wanted = from.paths;
    return (wanted ? items.filter((item) => wanted.has(item.path)) : items).map((item) => ({ from, item }));
  });
  const finished = bodies.filter((from) => from.day !== null && from.unfinished !== true);
  const tally: Tally = { items: work.length, parked: 0 };
  let patience = patienceOf.get(db);
  if (!patience) {
    patience = { committed: 0, failures: new Map() };
    patienceOf.set(db, patience);
  }
  const { failures } = patience;
  const mood = patience;
  const waiting = new Set<Body>();
  let reason: unknown = null;
  let alone = 0;
  let through = 0;

  const mark = (tx: SystemTx) =>
    markProcessed(
      tx,
      finished.flatMap((from) => (waiting.has(from) ? [] : [{ day: from.day!, hash: from.hash }])),
    );
  const attempt = (part: readonly Work[], last: boolean) =>
    db.withSystem('apply webhook items', async (tx) => {
      const parked = await applyWork(tx, part);
      if (last) mark(tx);
      return parked;
    });

  async function patiently(part: readonly Work[], last: boolean): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        tally.parked += await attempt(part, last);
        if (part.length > 0) {
          through += 1;
          mood.committed += 1;
        }
        return null;
      } catch (error) {
        if (error instanceof AppError && error.code === 'database_unavailable') throw error;
        // Deadlock, serialization, a lock that took too long: the same work may well succeed.
        if (!isPassing(error) || tries >= 4) return error;
        log.warn({ err: error, items: part.length }, 'a batch met another one; trying again');
      }
    }
  }

  async function bisect(part: readonly Work[], error: unknown): Promise<void> {
    if (part.length > 1) {
      const middle = part.length >> 1;
      for (const half of [part.slice(0, middle), part.slice(middle)]) {
        const failure = await patiently(half, false);
        if (failure !== null) await bisect(half, failure);
      }
      return;
    }
    const [poison] = part;
    if (!poison) throw error;
    const hash = poison.from.hash.toString('hex');
    if (!isItsOwnFault(error) && !spent(`${hash}|${poison.item.path}`, error)) {
      waiting.add(poison.from);
      reason = error;
      alone += 1;
      // Not one of several goes through: it is not about items, and the rest would only take long to fail.
      if (alone >= 4 && through === 0) throw error;
      return;
    }
    log.error({ err: error, hash, path: poison.item.path }, 'an item could not be applied and is parked');
    await db.withSystem('park an item', (tx) =>
      park(tx, [{ ...poison, reason: 'failed', detail: say(error), route: null }]),
    );
    failures.delete(`${hash}|${poison.item.path}`);
    tally.parked += 1;
  }

  function spent(key: string, error: unknown): boolean {
    if (failures.size > 10_000) failures.clear();
    const failure = failures.get(key) ?? { tries: 0, proven: 0, seen: mood.committed };
    failure.tries += 1;
    if (mood.committed > failure.seen) failure.proven += 1;
    failure.seen = mood.committed;
    failures.set(key, failure);
    if (failure.tries >= triesOfTheBusy && isPassing(error)) return true;
    return failure.proven >= triesBeforeParking;
  }

  for (let from = 0; from === 0 || from < work.length; from += itemsPerTransaction) {
    const part = work.slice(from, from + itemsPerTransaction);
    const last = from + itemsPerTransaction >= work.length;
    const failure = await patiently(part, last);
    if (failure === null) continue;
    alone = 0;
    through = 0;
    await bisect(part, failure);
    if (last) await db.withSystem('mark raw events', async (tx) => mark(tx));
  }
  if (waiting.size > 0) throw reason;
  return tally;
}

function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'database_busy';
  const code = (error as { code?: string }).code;
  return code === '40P01' || code === '40001';
}

/** Data that cannot be stored or is not what the code expects; everything else may be about the system. */
function isItsOwnFault(error: unknown): boolean {
  if (error instanceof AppError) return error.status < 500;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  return /^2[23]/.test((error as { code?: string }).code ?? '');
}

function say(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return storableText(`${code ? `${code}: ` : ''}${message ?? String(error)}`, 500);
}

interface Refused extends Work {
  reason: ParkReason;
  detail: string;
  route: NumberRoute | null;
}

/** Applies items in one transaction; answers how many had to be set aside. */
async function applyWork(tx: SystemTx, work: readonly Work[]): Promise<number> {
  if (work.length === 0) return 0;
  const [{ routeOf, accountsOf }, ahead] = await Promise.all([routing(tx, work), seekPeople(tx, work)]);
  const refused: Refused[] = [];
  const messages: ReceivedMessage[] = [];
  const statuses: ReceivedStatus[] = [];
  const preferences: { route: NumberRoute; item: PreferenceItem; at: Date; key: ItemKey }[] = [];
  const notices: { notice: Notice; key: ItemKey }[] = [];

  for (const piece of work) {
    const { from, item } = piece;
    const refuse = (reason: ParkReason, detail: string, route: NumberRoute | null = null) =>
      refused.push({ ...piece, reason, detail, route });
    if (item.kind === 'unreadable') {
      refuse('unreadable', item.reason);
      continue;
    }
    const at = item.at ?? from.receivedAt;
    if (item.kind === 'notice' && item.phoneNumberId === null) {
      const accounts = accountsOf(item);
      const bound = accounts.filter((account) => account.appId === from.appId);
      if (accounts.length === 0) refuse('unknown-number', `no account ${item.accountRef ?? 'is named'} here`);
      else if (bound.length === 0) refuse('wrong-app', 'the account is bound to another app');
      for (const { workspaceId, accountId } of bound) {
        notices.push({
          notice: {
            workspaceId,
            accountId,
            numberId: null,
            field: item.field,
            about: item.about,
            value: item.value,
            at,
          },
          key: keyFor(accountId, item.field, item.value, item.at),
        });
      }
      continue;
    }
    const route = routeOf(item);
    if (route === null) {
      refuse(
        'unknown-number',
        item.phoneNumberId === null
          ? 'no number is named and there is not exactly one active'
          : 'no such number here',
      );
      continue;
    }
    if (route.appId !== from.appId) {
      refuse('wrong-app', 'the number is bound to another app', route);
      continue;
    }
    // Suspended numbers and workspaces go on receiving; what must not leave, canSend keeps back.
    if (route.status === 'pending' || route.status === 'refused') {
      refuse('number-not-active', `the number is ${route.status}`, route);
      continue;
    }
    switch (item.kind) {
      case 'message':
      case 'echo': {
        if (!isSomebody(item.kind === 'message' ? item.from : item.to) && item.groupId === null) {
          refuse('unreadable', 'the message names nobody', route);
          break;
        }
        messages.push({ route, item, providerMessageId: providerIdOf(piece, item), at });
        break;
      }
      case 'status':
        statuses.push({ route, item, receivedAt: from.receivedAt });
        break;
      case 'preference':
        preferences.push({
          route,
          item,
          at,
          key: keyFor(route.numberId, 'user_preferences', preferenceOf(item), item.at),
        });
        break;
      case 'notice':
        notices.push({
          notice: {
            workspaceId: route.workspaceId,
            accountId: route.accountId,
            numberId: route.numberId,
            field: item.field,
            about: item.about,
            value: item.value,
            at,
          },
          key: keyFor(route.numberId, item.field, item.value, item.at),
        });
        break;
    }
  }

  // Contacts before conversations before messages, here and in everything that sends: the order of locks.
  const keys = [...preferences, ...notices].map(({ key }) => key);
  const fresh = keys.length === 0 ? new Set<string>() : await claimItemKeys(tx, keys);
  const first = <T extends { key: ItemKey }>(list: readonly T[]): T[] =>
    list.filter(({ key }) => fresh.delete(itemKeyOf(key)));
  await linkMany(
    tx,
    statuses.flatMap(({ route, item, receivedAt }) =>
      item.groupId === null
        ? [
            {
              workspaceId: route.workspaceId,
              scope: route.portfolioScope,
              person: item.recipient,
              at: item.at ?? receivedAt,
            },
          ]
        : [],
    ),
  );
  let concerned: Concerned | null = null;
  await receiveMany(tx, messages, {
    ahead,
    ask:
      statuses.length === 0
        ? null
        : async () => {
            concerned = await holdConcerned(tx, statuses);
          },
  });
  await applyPreferences(tx, first(preferences));
  await recordNotices(
    tx,
    first(notices).map(({ notice }) => notice),
  );
  await applyStatuses(tx, statuses, concerned);
  await park(tx, refused);
  await resolveReplayed(tx, work, refused);
  return refused.length;
}

/** Who speaks, asked together with whose their numbers are: a guess, which is asked again where it was wrong. */
async function seekPeople(tx: SystemTx, work: readonly Work[]): Promise<Ahead | null> {
  const refs = work.flatMap(({ from, item }) => {
    if (item.kind !== 'message' || item.phoneNumberId === null) return [];
    const route = guessRoute(item.phoneNumberId);
    const ref = route && sightingOf({ route, item, at: item.at ?? from.receivedAt });
    return ref ? [ref] : [];
  });
  return refs.length === 0 ? null : lookAhead(tx, refs);
}

async function routing(tx: SystemTx, work: readonly Work[]) {
  const ids = new Set<string>();
  const accountRefs = new Set<string>();
  let unnamed = false;
  for (const { item } of work) {
    if (item.phoneNumberId !== null) ids.add(item.phoneNumberId);
    else if (item.kind === 'notice') {
      if (item.accountRef !== null) accountRefs.add(item.accountRef);
    } else unnamed = true;
  }
  const routes = await routesFor(tx, [...ids].sort());
  const accounts = await accountRoutesFor(tx, [...accountRefs].sort());
  const only = unnamed ? await onlyActiveNumber(tx) : null;
  return {
    routeOf: (item: InboundItem) =>
      item.phoneNumberId === null ? only : (routes.get(item.phoneNumberId) ?? null),
    accountsOf: (item: NoticeItem) => accounts.get(item.accountRef ?? '') ?? [],
  };
}

/** Where a body gives a message no id (S4's), the body and the place in it are one. */
function providerIdOf({ from }: Work, item: MessageItem | EchoItem): string {
  return item.providerMessageId ?? `raw.${from.hash.toString('hex').slice(0, 40)}.${item.path}`;
}

function keyFor(scope: string, field: string, value: unknown, at: Date | null): ItemKey {
  const hash = createHash('sha256')
    .update(JSON.stringify([value, at?.getTime() ?? null]))
    .digest();
  return { scope, field, hash };
}

// Names may change between two deliveries of one choice.
function preferenceOf({ person, category, value }: PreferenceItem): unknown {
  return [person.phone, person.userId, category, value];
}

async function applyPreferences(
  tx: SystemTx,
  preferences: readonly { route: NumberRoute; item: PreferenceItem; at: Date }[],
): Promise<void> {
  if (preferences.length === 0) return;
  const contacts = await resolveMany(
    tx,
    preferences.map(({ route, item, at }) => ({
      workspaceId: route.workspaceId,
      scope: route.portfolioScope,
      person: item.person,
      at,
    })),
  );
  await recordConsents(
    tx,
    preferences.flatMap(({ item, at }, index) => {
      const contact = contacts[index]!;
      // `signup` and values to come are kept in the raw event; only these two say yes or no.
      if (item.value !== 'stop' && item.value !== 'resume') return [];
      return [
        {
          workspaceId: contact.workspaceId,
          contactId: contact.id,
          action: item.value === 'stop' ? ('opt-out' as const) : ('opt-in' as const),
          scope: 'marketing' as const,
          source: 'whatsapp',
          at,
        },
      ];
    }),
  );
}

async function park(tx: SystemTx, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  const bodies = new Map(refused.map(({ from }) => [from.hash.toString('hex'), from]));
  await insertParked(
    tx,
    refused.map(
      ({ from, item, reason, detail, route }): ParkedItem => ({
        id: newId(),
        reason,
        detail,
        // Whose number it is, also when another app spoke for it: its owner's support wants to see it.
        workspaceId: route?.workspaceId ?? null,
        phoneNumberId: item.phoneNumberId,
        hash: from.hash,
        path: item.path,
      }),
    ),
    [...bodies.values()],
  );
}

async function resolveReplayed(
  tx: SystemTx,
  work: readonly Work[],
  refused: readonly Refused[],
): Promise<void> {
  const again = new Set(refused.map(({ from, item }) => `${from.hash.toString('hex')}|${item.path}`));
  await resolveParked(
    tx,
    work
      .filter(
        ({ from, item }) => from.again === true && !again.has(`${from.hash.toString('hex')}|${item.path}`),
      )
      .map(({ from, item }) => ({ hash: from.hash, path: item.path })),
  );
}
