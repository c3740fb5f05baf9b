import type { Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { type ConversationRow, insertPlaces, type Place, selectPlaces } from './queries.ts';

/** Where something is said: one contact, or one group, on one number. */
export interface ConversationRef {
  workspaceId: string;
  numberId: string;
  contactId?: string | null;
  groupRef?: string | null;
}

const placeKey = (p: Place): string =>
  `${p.workspaceId}|${p.numberId}|${p.contactId ?? ''}|${p.groupRef ?? ''}`;

/**
 * The conversations of these places, in the order of `refs`; those that do not exist yet are made. `closed`: for what a
 * machine says to many. Nobody has to look after it until the person answers, which opens it.
 */
export async function openMany(
  tx: Tx,
  refs: readonly ConversationRef[],
  status: 'open' | 'closed' = 'open',
): Promise<ConversationRow[]> {
  if (refs.length === 0) return [];
  // A group's thread belongs to the group, whoever speaks.
  const places = refs.map((ref) => ({
    workspaceId: ref.workspaceId,
    numberId: ref.numberId,
    contactId: ref.groupRef ? null : (ref.contactId ?? null),
    groupRef: ref.groupRef || null,
  }));
  const distinct = new Map(places.map((place) => [placeKey(place), place]));
  const found = new Map<string, ConversationRow>();
  const look = async () => {
    const missing = [...distinct].filter(([key]) => !found.has(key)).map(([, place]) => place);
    if (missing.length === 0) return;
    for (const row of await selectPlaces(tx, missing)) found.set(placeKey(row), row);
  };
  await look();
  const missing = [...distinct].filter(([key]) => !found.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (missing.length > 0) {
    const made = await insertPlaces(
      tx,
      missing.map(([, place]) => place),
      missing.map(() => newId()),
      status,
    );
    for (const row of made) found.set(placeKey(row), row);
    // What another worker made meanwhile is committed by now: the insert waited for it.
    await look();
    await emit(
      tx,
      (status === 'open' ? made : []).map((row) => ({
        workspaceId: row.workspaceId,
        name: 'conversation.opened',
        data: opened(row, false),
      })),
    );
  }
  return places.map((place) => {
    const row = found.get(placeKey(place));
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
