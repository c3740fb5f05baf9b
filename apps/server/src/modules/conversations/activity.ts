import type { Tx } from '../../platform/db/index.ts';
import { emit, type NewEvent } from '../../platform/events/index.ts';
import { insertActivity } from './queries-activity.ts';

/** Something that was done with a conversation. */
export interface Told extends Pick<NewEvent, 'workspaceId' | 'name' | 'data' | 'audit'> {
  id: string;
  numberId: string;
  contactId: string | null;
}

/** An event of each, and a line of each conversation's own timeline, in the change's transaction. */
export async function tell(tx: Tx, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await insertActivity(tx, told);
  await emit(tx, told.map(eventOf));
}

/** The event alone: for what belongs to no timeline (who has read, what somebody is about to say). */
export function eventOf(one: Told): NewEvent {
  return {
    workspaceId: one.workspaceId,
    name: one.name,
    data: { conversationId: one.id, numberId: one.numberId, contactId: one.contactId, ...one.data },
    ...(one.audit ? { audit: one.audit } : {}),
  };
}
