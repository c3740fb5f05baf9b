import type { Database, TenantTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { type Authenticate, allows, type Caller, type Principal } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import type { Channel, Connection, JoinRequest } from '../../platform/realtime/index.ts';
import { getConversation } from '../conversations/index.ts';
import type { RowWish } from './changes.ts';
import { parseTopic } from './rules.ts';

/** A channel's place: whose it is, what they may hear, how far they have heard. */
export interface Seat {
  principal: Principal;
  person: Caller['person'];
  workspaceId: WorkspaceId;
  /** null: the whole workspace. */
  conversationId: string | null;
  /** Everything up to this number was heard, or is not for this seat. */
  cursor: number;
  /**
   * Live: the reader pushes, and the cursor is the reader's. Catching: the stretch up to the reader is read for it.
   * Ahead: another process told it more than this one has read yet.
   */
  state: 'live' | 'catching' | 'ahead';
  /** Under way: what they may hear now. Until it is answered (it never rejects) nothing is told. */
  asked: Promise<void> | null;
  /** Rows that it wants to hear of; null: events alone. */
  rows: readonly RowWish[] | null;
  /** The client made its topic up: it is told rows and no events, and shares it with nobody. */
  ownTopic: boolean;
  /** Up to here a realtime-js client is told old things. */
  replayUntil: number;
}

export type FeedChannel = Channel<Seat>;
export type FeedConnection = Connection<Seat>;

/** Those who see the same share one read of the database: everybody without limits, each limited member alone. */
export function viewOf({ actor }: Principal): string {
  return actor.reach
    ? JSON.stringify([actor.kind, actor.id, actor.reach.numberIds, actor.reach.ownOnly])
    : '*';
}

/** One transaction that sees what this principal may see. */
export function asViewer<T>(
  db: Database,
  { workspaceId, actor }: Principal,
  fn: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return db.withTenant(workspaceId, actor, fn);
}

export type Seated =
  | { is: 'seated'; principal: Principal; person: Caller['person']; conversationId: string | null }
  | { is: 'refused'; reason: string; message: string };

const refused = (reason: string, message: string): Seated => ({ is: 'refused', reason, message });

/** Who asks, now, and whether the topic is theirs to hear. A topic of others does not exist. */
export async function seat(
  deps: { db: Database; authenticate: Authenticate },
  connection: FeedConnection,
  name: string,
  bearer: string | null,
  workspaceId: string | null,
  /** Rows are wanted: any name will do, for who is in a workspace. */
  anyTopic = false,
): Promise<Seated> {
  const topic = parseTopic(name) ?? (anyTopic ? { kind: 'own' as const, id: '' } : null);
  const unknown = refused('unknown_topic', 'Join workspace:<id> or conversation:<id>.');
  if (!topic) return unknown;
  let caller: Caller | null;
  try {
    caller = await whoIs(
      deps.authenticate,
      connection,
      bearer,
      topic.kind === 'workspace' ? topic.id : workspaceId,
    );
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return refused(error.code, error.message);
    throw error;
  }
  if (!caller) {
    return refused('unauthenticated', 'Sign in, or send an API key as access_token.');
  }
  const { principal, person } = caller;
  if (!principal || (topic.kind === 'workspace' && principal.workspaceId !== topic.id)) return unknown;
  if (!allows(principal.scopes, 'conversations:read')) {
    return refused('forbidden', 'Hearing events needs conversations:read.');
  }
  if (topic.kind !== 'conversation') return { is: 'seated', principal, person, conversationId: null };
  return (await mayHear(deps.db, principal, topic.id))
    ? { is: 'seated', principal, person, conversationId: topic.id }
    : unknown;
}

/** Whether a conversation is within somebody's reach. */
export async function mayHear(db: Database, principal: Principal, conversationId: string): Promise<boolean> {
  const row = await asViewer(db, principal, (tx) => getConversation(tx, tx.workspaceId, conversationId));
  return row !== null && (principal.numberIds === null || principal.numberIds.includes(row.numberId));
}

async function whoIs(
  authenticate: Authenticate,
  connection: FeedConnection,
  bearer: string | null,
  workspaceId: string | null,
): Promise<Caller | null> {
  const { credentials, ticket } = connection;
  if (ticket && bearer === null) return ticket;
  return authenticate({
    ...credentials,
    ...(bearer === null ? {} : { bearer, cookie: null }),
    workspaceId: workspaceId ?? credentials.workspaceId,
  });
}

/** Asks again for somebody who sits already; null: not theirs any more. */
export async function seatAgain(
  deps: { db: Database; authenticate: Authenticate },
  channel: FeedChannel,
  bearer: string | null,
): Promise<{ principal: Principal; person: Caller['person'] } | null> {
  const { connection, name, seat: place } = channel;
  const answer = await seat(deps, connection, name, bearer, place.workspaceId, place.ownTopic);
  return answer.is === 'seated' && answer.principal.workspaceId === channel.seat.workspaceId ? answer : null;
}

/** Whose sockets are counted together. */
export function ownerOf({ principal, person }: Pick<Seat, 'principal' | 'person'>): string {
  return person ? `user ${person.userId}` : `${principal.actor.kind} ${principal.actor.id}`;
}

/** Who the others see: people, by their name. A key is nobody. */
export function whoOf({ person }: Pick<Seat, 'person'>): { key: string; name: string } | null {
  return person && { key: person.userId, name: person.name };
}

/** `after` of a phoenix client, `config.broadcast.replay` of a realtime-js one. */
export function wishOf(request: JoinRequest<Seat>): { after: number } | { since: Date } | null | 'bad' {
  const { payload, style } = request;
  if (style === 'phoenix') {
    const { after } = payload;
    if (after === undefined || after === null) return null;
    return Number.isSafeInteger(after) && (after as number) >= 0 ? { after: after as number } : 'bad';
  }
  const broadcast = (payload.config as { broadcast?: { replay?: unknown } } | undefined)?.broadcast;
  const replay = broadcast?.replay as { since?: unknown } | undefined | null;
  if (!replay || typeof replay !== 'object') return null;
  const { since } = replay;
  if (typeof since !== 'number' || !Number.isFinite(since) || since < 0 || since > 8e15) return 'bad';
  return { since: new Date(since) };
}
