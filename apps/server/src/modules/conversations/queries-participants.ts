import { statement, type TenantTx } from '../../platform/db/index.ts';

export type Part = 'looked' | 'wrote' | 'noted';

// Whoever does something here has also seen what is here.
const note = statement(
  'conversations.note_participants',
  `insert into participants as p (workspace_id, user_id, conversation_id, seen, looked_at, wrote_at, noted_at)
   select c.workspace_id, $2, c.id, c.inbound_count, $5::timestamptz,
     case when $4 = 'wrote' then $5::timestamptz end, case when $4 = 'noted' then $5::timestamptz end
   from conversations c where c.workspace_id = $1 and c.id = any ($3::uuid[]) order by c.id
   on conflict (workspace_id, user_id, conversation_id) do update set
     seen = greatest(p.seen, excluded.seen), marked_unread = false, looked_at = excluded.looked_at,
     wrote_at = coalesce(excluded.wrote_at, p.wrote_at), noted_at = coalesce(excluded.noted_at, p.noted_at)`,
);

export async function upsertParticipants(
  tx: TenantTx,
  userId: string,
  conversationIds: readonly string[],
  part: Part,
): Promise<void> {
  await tx.execute(note, [tx.workspaceId, userId, conversationIds, part, tx.now().toISOString()]);
}

const markUnread = statement(
  'conversations.mark_unread',
  `insert into participants as p (workspace_id, user_id, conversation_id, marked_unread)
   select c.workspace_id, $2, c.id, true
   from conversations c where c.workspace_id = $1 and c.id = any ($3::uuid[]) order by c.id
   on conflict (workspace_id, user_id, conversation_id) do update set marked_unread = true`,
);

export async function upsertUnread(
  tx: TenantTx,
  userId: string,
  conversationIds: readonly string[],
): Promise<void> {
  await tx.execute(markUnread, [tx.workspaceId, userId, conversationIds]);
}

const dealtWith = statement(
  'conversations.dealt_with',
  `update conversations c set unread_count = 0, updated_at = $3
   from (select v.id from conversations v where v.workspace_id = $1 and v.id = any ($2::uuid[])
         order by v.id for no key update) l
   where c.workspace_id = $1 and c.id = l.id and c.unread_count > 0`,
);

/** For everybody: what a program reads, it reads for the team. */
export async function clearUnread(tx: TenantTx, conversationIds: readonly string[]): Promise<void> {
  await tx.execute(dealtWith, [tx.workspaceId, conversationIds, tx.now().toISOString()]);
}

const unread = statement(
  'conversations.unread_of',
  `select c.id, coalesce(greatest(least(c.unread_count, c.inbound_count - p.seen), p.marked_unread::int), 0)::int as messages,
     exists (select from note_mentions x where x.workspace_id = c.workspace_id and x.user_id = $2
       and x.conversation_id = c.id and x.created_at > coalesce(p.looked_at, '-infinity')) as mention
   from conversations c left join participants p
     on p.workspace_id = c.workspace_id and p.conversation_id = c.id and p.user_id = $2
   where c.workspace_id = $1 and c.id = any ($3::uuid[])`,
);

interface Unread {
  messages: number;
  /** A note names the member, who has not looked since. */
  mention: boolean;
}

/** What of each the member has not read; for a program what nobody has dealt with. */
export async function selectUnread(
  tx: TenantTx,
  userId: string | null,
  conversationIds: readonly string[],
): Promise<Map<string, Unread>> {
  const rows = await tx.query<{ id: string } & Unread & Record<string, unknown>>(unread, [
    tx.workspaceId,
    userId,
    conversationIds,
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface ParticipantRow {
  userId: string;
  lookedAt: Date | null;
  wroteAt: Date | null;
  notedAt: Date | null;
}

const participants = statement(
  'conversations.participants',
  `select user_id as "userId", max(looked_at) as "lookedAt", max(wrote_at) as "wroteAt", max(noted_at) as "notedAt"
   from participants
   where workspace_id = $1 and conversation_id = any (array(
     select c.id from conversations c where c.workspace_id = $1 and (c.id = $2 or c.united_into = $2)))
     and coalesce(looked_at, wrote_at, noted_at) is not null
   group by user_id order by greatest(max(looked_at), max(wrote_at), max(noted_at)) desc, user_id limit 500`,
);

export function selectParticipants(tx: TenantTx, conversationId: string): Promise<ParticipantRow[]> {
  return tx.query<ParticipantRow & Record<string, unknown>>(participants, [tx.workspaceId, conversationId]);
}
