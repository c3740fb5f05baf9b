import type { Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { type ConversationRow, holdPlaces, insertPlaces, type Place, selectPlaces } from './queries.ts';

/** Where something is said: one contact, or one group, on one number. */
export interface ConversationRef {
  workspaceId: string;
  numberId: string;
  contactId?: string | null;
  groupRef?: string | null;
}

const placeKey = (p: Place): string =>
  `${p.workspaceId}|${p.numberId}|${p.contactId ?? ''}|${p.groupRef ?? ''}`;

const placeOf = (ref: ConversationRef): Place => ({
  workspaceId: ref.workspaceId,
  numberId: ref.numberId,
  // A group's thread belongs to the group, whoever speaks.
  contactId: ref.groupRef ? null : (ref.contactId ?? null),
  groupRef: ref.groupRef || null,
});

const distinctPlaces = (refs: readonly ConversationRef[]) =>
  new Map(refs.map((ref) => [placeKey(placeOf(ref)), placeOf(ref)]));

/** Those of these conversations that exist, held for the transaction: for an `openMany` to come. */
export async function holdMany(tx: Tx, refs: readonly ConversationRef[]): Promise<ConversationRow[]> {
  return refs.length === 0 ? [] : holdPlaces(tx, [...distinctPlaces(refs).values()]);
}

/**
 * The conversations of these places, in the order of `refs`; those that do not exist yet are made.
 *
 * `status`: closed is for what a machine says to many. Nobody has to look after it until the person answers, which opens
 * it. `held`: locked by key for the transaction, so that `touchMany` may trust what they are; with those that are held
 * already, if any. Who is not among them is most likely new: looked for and made in one round trip.
 */
export async function openMany(
  tx: Tx,
  refs: readonly ConversationRef[],
  options: { status?: 'open' | 'closed'; held?: readonly ConversationRow[] } = {},
): Promise<ConversationRow[]> {
  if (refs.length === 0) return [];
  const { status = 'open', held } = options;
  const distinct = distinctPlaces(refs);
  const found = new Map<string, ConversationRow>();
  const take = (rows: readonly ConversationRow[]) => {
    for (const row of rows) found.set(placeKey(row), row);
  };
  const missing = () =>
    [...distinct]
      .filter(([key]) => !found.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, place]) => place);
  const look = async (sought: readonly Place[]) => {
    if (sought.length > 0) take(await (held ? holdPlaces : selectPlaces)(tx, sought));
  };
  if (held) take(held);
  else await look(missing());
  const sought = missing();
  if (sought.length > 0) {
    const [, made] = await Promise.all([
      held ? look(sought) : null,
      insertPlaces(
        tx,
        sought,
        sought.map(() => newId()),
        status,
      ),
    ]);
    take(made);
    // What another worker made meanwhile is committed by now: the insert waited for it.
    await look(missing());
    await emit(
      tx,
      (status === 'open' ? made : []).map((row) => ({
        workspaceId: row.workspaceId,
        name: 'conversation.opened',
        data: opened(row, false),
      })),
    );
  }
  return refs.map((ref) => {
    const row = found.get(placeKey(placeOf(ref)));
    if (row) return row;
    // It exists, neither made nor seen: a colleague's, for a member who sees own and unassigned ones only.
    if (tx.actor.reach?.ownOnly) {
      throw errors.forbidden('A colleague looks after this conversation.', { reason: 'not_yours' });
    }
    throw errors.databaseBusy({ reason: 'conversation' });
  });
}

export function opened(
  row: Pick<ConversationRow, 'id' | 'numberId' | 'contactId' | 'groupRef'>,
  again: boolean,
): Record<string, unknown> {
  return {
    conversationId: row.id,
    numberId: row.numberId,
    contactId: row.contactId,
    groupRef: row.groupRef,
    again,
  };
}
