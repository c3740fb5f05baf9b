import { statement, type TenantTx } from '../../platform/db/index.ts';

export interface DraftRow {
  userId: string;
  text: string;
  replyToId: string | null;
  mediaId: string | null;
  updatedAt: Date;
}
type Row = DraftRow & Record<string, unknown>;

const columns = `user_id as "userId", text, reply_to_id as "replyToId", media_id as "mediaId", updated_at as "updatedAt"`;

const list = statement(
  'conversations.drafts',
  `select ${columns} from drafts where workspace_id = $1 and conversation_id = $2
     and ($3::uuid is null or user_id = $3) order by updated_at desc, user_id limit 100`,
);

/** Everybody's, newest first, or one member's. */
export function selectDrafts(
  tx: TenantTx,
  conversationId: string,
  userId: string | null,
): Promise<DraftRow[]> {
  return tx.query<Row>(list, [tx.workspaceId, conversationId, userId]);
}

const save = statement(
  'conversations.save_draft',
  `insert into drafts (workspace_id, conversation_id, user_id, text, reply_to_id, media_id, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (workspace_id, conversation_id, user_id) do update set text = excluded.text,
     reply_to_id = excluded.reply_to_id, media_id = excluded.media_id, updated_at = excluded.updated_at
   returning ${columns}`,
);

export async function upsertDraft(
  tx: TenantTx,
  conversationId: string,
  userId: string,
  draft: Pick<DraftRow, 'text' | 'replyToId' | 'mediaId'>,
): Promise<DraftRow> {
  const [row] = await tx.query<Row>(save, [
    tx.workspaceId,
    conversationId,
    userId,
    draft.text,
    draft.replyToId,
    draft.mediaId,
    tx.now().toISOString(),
  ]);
  return row!;
}

const remove = statement(
  'conversations.delete_draft',
  'delete from drafts where workspace_id = $1 and conversation_id = $2 and user_id = $3',
);

/** False: there was none. */
export async function deleteDraftRow(tx: TenantTx, conversationId: string, userId: string): Promise<boolean> {
  return (await tx.execute(remove, [tx.workspaceId, conversationId, userId])) > 0;
}
