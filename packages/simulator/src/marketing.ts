/**
 * Marketing: the cap per person (131049) for a share of people, and the Marketing Messages endpoint.
 * Source: Meta "Per-user marketing template message limits", "Marketing Messages API for WhatsApp".
 */
import { type GraphCode, GraphError } from './errors.ts';
import { hashNumber } from './random.ts';
import type { Order } from './send-rules.ts';
import { limitsOf } from './tier.ts';
import type { Account, Message, Person, World } from './world.ts';

const DAY_MS = 24 * 3600_000;

/** This share of people has had enough of marketing, each for a day at a time. */
export function capMarketing(world: World, share: number): void {
  if (!(share >= 0 && share <= 1)) throw new RangeError('share must be between 0 and 1');
  limitsOf(world).capShare = share;
}

/** Whether WhatsApp keeps a marketing message from this person; trying again within the day is counted. */
export function cappedFor(world: World, person: Person): [GraphCode, string] | null {
  const state = limitsOf(world);
  const now = world.clock.now();
  const failure: [GraphCode, string] = [
    131049,
    'This message was not delivered to maintain healthy ecosystem engagement.',
  ];
  if ((state.capped.get(person.id) ?? 0) > now) {
    state.over.cap += 1;
    return failure;
  }
  if (state.capShare === 0) return null;
  const chance = hashNumber(`${world.seed}/cap/${person.id}/${state.capped.get(person.id) ?? 0}`) / 2 ** 32;
  if (chance >= state.capShare) return null;
  state.capped.set(person.id, now + DAY_MS);
  return failure;
}

/** From now on, or no more, an account's marketing is refused at `/messages`. */
export function moveMarketing(world: World, account: Account, moved: boolean): void {
  const { moved: accounts } = limitsOf(world);
  if (moved) accounts.add(account.id);
  else accounts.delete(account.id);
}

/** What `/messages` leaves to `/marketing_messages`. */
export function checkPlain(world: World, account: Account, order: Order): void {
  if (order.kind !== 'send' || order.template?.category !== 'MARKETING') return;
  if (order.template.optimization !== null)
    throw new GraphError(131061, 'Max-price templates can only be sent with /marketing_messages.');
  if (limitsOf(world).moved.has(account.id))
    throw new GraphError(131063, 'Marketing messages are disabled on Cloud API for this account.');
}

const lite = new WeakSet<Message>();

/** What `/marketing_messages` takes: templates that are marketing, nothing else. */
export function checkMarketing(order: Order): void {
  if (order.kind !== 'send' || order.template === null)
    throw new GraphError(131055, 'Only template messages can be sent with this endpoint.');
  if (order.template.category !== 'MARKETING')
    throw new GraphError(131055, 'Only marketing templates can be sent with this endpoint.');
}

/** It went that way: its statuses say so. */
export function markLite(message: Message | undefined): void {
  if (message) lite.add(message);
}

export const isLite = (message: Message): boolean => lite.has(message);
