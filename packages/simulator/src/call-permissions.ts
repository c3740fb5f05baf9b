/**
 * Whether a business may ring a person: by the person's word, or because the person rang. And how often it may ask.
 * Source: Meta "WhatsApp Business Calling API", "Obtain user call permissions".
 */
import { GraphError } from './errors.ts';
import { asObject, type JsonObject } from './json.ts';
import { saveChat } from './keep.ts';
import type { CallState } from './phone-api.ts';
import type { Chat, Message, World } from './world.ts';

const DAY_MS = 24 * 3600_000;
/** A temporary permission; also what a call of the person's gives (`callback_permission_status`). */
const PERMISSION_MS = 7 * DAY_MS;
/** Connected calls a day to one person. */
export const CALLS_A_DAY = 5;
/** Requests for a permission, per person: within a day, within seven. */
const REQUESTS: readonly (readonly [number, number])[] = [
  [DAY_MS, 1],
  [7 * DAY_MS, 2],
];

export interface PhoneCall {
  state: CallState;
  /** ms; when somebody answered */
  since: number | null;
  seconds: number;
  opaque: string | null;
}

/** What a call's message holds. */
export const factsOf = (message: Message): PhoneCall => message.raw.call as unknown as PhoneCall;

/** Whole seconds, as the webhook tells it. */
export function permissionEnd(world: World): number {
  return Math.floor((world.clock.now() + PERMISSION_MS) / 1000) * 1000;
}

/** What the person says to a request; no takes back what was allowed before. */
export function answerRequest(world: World, chat: Chat, accepted: boolean): void {
  chat.callPermission = null;
  if (accepted) allowCalls(world, chat, permissionEnd(world));
  else saveChat(world, chat);
}

/** `until` null = for good. */
export function allowCalls(world: World, chat: Chat, until: number | null): void {
  const known = chat.callPermission;
  if (known && (known.until === null || (until !== null && known.until > until))) return;
  chat.callPermission = { until };
  saveChat(world, chat);
}

export function mayCall(world: World, { callPermission }: Chat): boolean {
  return (
    callPermission !== null && (callPermission.until === null || callPermission.until > world.clock.now())
  );
}

export const connectedToday = (world: World, chat: Chat): Message[] =>
  chat.messages.filter(
    (message) =>
      message.type === 'call' &&
      message.from === 'business' &&
      (factsOf(message).since ?? 0) > world.clock.now() - DAY_MS,
  );

const isRequest = (message: Message): boolean =>
  message.from === 'business' && asObject(message.raw.interactive).type === 'call_permission_request';

function requestsSince(world: World, chat: Chat, ms: number): number {
  let count = 0;
  // Also those on their way: they are in no chat yet.
  for (const message of world.messages.values())
    if (
      message.personId === chat.person.id &&
      message.numberId === chat.number.id &&
      message.time > world.clock.now() - ms &&
      isRequest(message)
    )
      count++;
  return count;
}

/** 138009 when this person was asked too often already. */
export function takeRequest(world: World, chat: Chat): void {
  if (REQUESTS.some(([ms, most]) => requestsSince(world, chat, ms) >= most))
    throw new GraphError(138009, 'The limit of call permission requests to this recipient is reached.');
}

/** Answer of GET call_permissions. */
export function presentPermission(world: World, chat: Chat): JsonObject {
  const allowed = mayCall(world, chat);
  const until = chat.callPermission?.until ?? null;
  const limits = REQUESTS.map(([ms, most]) => ({
    time_period: ms === DAY_MS ? 'PT24H' : 'P7D',
    max_allowed: most,
    current_usage: requestsSince(world, chat, ms),
  }));
  const used = connectedToday(world, chat).length;
  return {
    messaging_product: 'whatsapp',
    permission: {
      status: !allowed ? 'no_permission' : until === null ? 'permanent' : 'temporary',
      ...(allowed && until !== null ? { expiration_time: Math.floor(until / 1000) } : {}),
    },
    actions: [
      {
        action_name: 'send_call_permission_request',
        can_perform_action: limits.every((limit) => limit.current_usage < limit.max_allowed),
        limits,
      },
      {
        action_name: 'start_call',
        can_perform_action: allowed && used < CALLS_A_DAY,
        limits: [{ time_period: 'PT24H', max_allowed: CALLS_A_DAY, current_usage: used }],
      },
    ],
  };
}
