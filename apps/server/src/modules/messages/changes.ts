import type { NewEvent } from '../../platform/events/index.ts';
import type { ChangedRecord } from './queries-send.ts';

const eventNames: Record<string, string> = {
  // WhatsApp took it and gave it an id; `message.sent` is WhatsApp's own word and comes as a status.
  accepted: 'message.accepted',
  failed: 'message.failed',
  cancelled: 'message.failed',
  unconfirmed: 'message.unconfirmed',
  queued: 'message.queued',
};

/** The event of a change of ours; a status that ran ahead has told its own. */
export function changeEvent(row: Omit<ChangedRecord, 'attempt_id'>): NewEvent[] {
  const name = eventNames[row.status];
  if (name === undefined) return [];
  return [
    {
      workspaceId: row.workspace_id,
      name,
      data: {
        messageId: row.id,
        conversationId: row.conversation_id,
        contactId: row.contact_id,
        numberId: row.number_id,
        providerMessageId: row.provider_message_id,
        type: row.type,
        status: row.status,
        error: row.error ?? null,
      },
    },
  ];
}
