import { createHash } from 'node:crypto';
import type { EchoItem, InboundItem, MessageItem, NoticeItem, PreferenceItem } from '@chaski/providers';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Logger } from '../../platform/log.ts';
import { isSomebody, linkMany, recordConsents, resolveMany } from '../contacts/index.ts';
import { applyStatuses, type ReceivedMessage, type ReceivedStatus, receiveMany } from '../messages/index.ts';
import {
  accountRoutesFor,
  type Notice,
  type NumberRoute,
  onlyActiveNumber,
  recordNotices,
  routesFor,
} from '../numbers/index.ts';
import {
  claimItemKeys,
  type ItemKey,
  insertParked,
  itemKeyOf,
  markProcessed,
  type ParkedItem,
  type ParkReason,
  resolveParked,
} from './queries.ts';

export interface ApplyDeps {
  db: Database;
  parse: (raw: Uint8Array) => InboundItem[];
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
}

export interface Tally {
  items: number;
  parked: number;
}

interface Work {
  from: Body;
  item: InboundItem;
}

/**
 * Applies bodies: one transaction with a handful of set-wise statements for all of them. When that fails, halves are
 * tried until the one item that cannot be applied stands alone and is parked with its reason; the rest goes on. Every
 * effect is keyed, so applying again, after a crash in the middle too, changes nothing.
 */
export async function applyBodies(deps: ApplyDeps, bodies: readonly Body[]): Promise<Tally> {
  const { db, parse, log } = deps;
  const work = bodies.flatMap((from) => {
    const items = parse(from.body);
    const wanted = from.paths;
    return (wanted ? items.filter((item) => wanted.has(item.path)) : items).map((item) => ({ from, item }));
  });
  const events = bodies.flatMap(({ day, hash }) => (day === null ? [] : [{ day, hash }]));
  const tally: Tally = { items: work.length, parked: 0 };

  const attempt = (part: readonly Work[], last: boolean) =>
    db.withSystem('apply webhook items', async (tx) => {
      const parked = await applyWork(tx, part);
      if (last) await markProcessed(tx, events);
      return parked;
    });

  async function patiently(part: readonly Work[], last: boolean): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        tally.parked += await attempt(part, last);
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
    if (isPassing(error)) throw error;
    log.error(
      { err: error, hash: poison.from.hash.toString('hex'), path: poison.item.path },
      'an item could not be applied and is parked',
    );
    await db.withSystem('park an item', (tx) =>
      park(tx, [{ ...poison, reason: 'failed', detail: say(error), route: null }]),
    );
    tally.parked += 1;
  }

  const failure = await patiently(work, true);
  if (failure !== null) {
    await bisect(work, failure);
    await db.withSystem('mark raw events', (tx) => markProcessed(tx, events));
  }
  return tally;
}

function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'database_busy';
  const code = (error as { code?: string }).code;
  return code === '40P01' || code === '40001';
}

function say(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return `${code ? `${code}: ` : ''}${message ?? String(error)}`.replaceAll('\0', '').slice(0, 500);
}

interface Refused extends Work {
  reason: ParkReason;
  detail: string;
  route: NumberRoute | null;
}

/** Applies items in one transaction; answers how many had to be set aside. */
async function applyWork(tx: SystemTx, work: readonly Work[]): Promise<number> {
  if (work.length === 0) return 0;
  const { routeOf, accountsOf } = await routing(tx, work);
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
    if (route.status === 'pending') {
      refuse('number-not-active', 'the number is pending', route);
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
  await receiveMany(tx, messages);
  await applyPreferences(tx, first(preferences));
  await recordNotices(
    tx,
    first(notices).map(({ notice }) => notice),
  );
  await applyStatuses(tx, statuses);
  await park(tx, refused);
  await resolveReplayed(tx, work, refused);
  return refused.length;
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
