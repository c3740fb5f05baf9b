import { type SystemTx, statement } from '../../platform/db/index.ts';

const theirs = statement(
  'conversations.theirs',
  'select id from conversations where workspace_id = $1 and contact_id = any($2::uuid[])',
);

/** The threads of these contacts, those that unions emptied included. */
export async function conversationsOf(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(theirs, [workspaceId, contactIds]);
  return rows.map(({ id }) => id);
}

const place = 'workspace_id = $1 and conversation_id = any($2::uuid[])';
// Unions keep both rows as they were, with their last line.
const gone = [
  statement('conversations.erase_notes', `delete from notes where ${place}`),
  statement('conversations.erase_drafts', `delete from drafts where ${place}`),
  statement('conversations.erase_labels', `delete from conversation_labels where ${place}`),
  statement('conversations.erase_activity', `delete from conversation_activity where ${place}`),
  statement('conversations.erase_participants', `delete from participants where ${place}`),
  statement(
    'conversations.erase_unions',
    `delete from conversation_unions where workspace_id = $1
       and (conversation_id = any($2::uuid[]) or into_id = any($2::uuid[]))`,
  ),
];
// Without a last line a thread is in no list.
const blank = statement(
  'conversations.erase',
  `update conversations set status = 'closed', last_message_at = null, last_message_id = null, last_preview = null,
     last_direction = null, last_inbound_at = null, last_outbound_at = null, due_at = null, waiting_since = null, unread_count = 0,
     assignee_id = null, team_id = null, updated_at = $3
   where workspace_id = $1 and id = any($2::uuid[]) and (last_message_at is not null or status <> 'closed')`,
);
// What they said last in a group stands in its line, too.
const groups = statement(
  'conversations.erase_groups',
  `update conversations set last_preview = null
   where workspace_id = $1 and group_ref is not null and last_message_id = any($2::uuid[]) and last_preview is not null`,
);

/** What a team did and noted in these threads, and their last lines. The rows stay: messages name them. */
export async function eraseConversations(
  tx: SystemTx,
  workspaceId: string,
  conversationIds: readonly string[],
  messageIds: readonly string[],
): Promise<{ conversations: number }> {
  for (const one of gone) await tx.execute(one, [workspaceId, conversationIds]);
  await tx.execute(groups, [workspaceId, messageIds]);
  return {
    conversations: await tx.execute(blank, [workspaceId, conversationIds, tx.now().toISOString()]),
  };
}
