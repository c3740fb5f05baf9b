import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

export interface QuickReplyRow {
  id: string;
  /** null: the whole workspace's. */
  ownerId: string | null;
  shortcut: string;
  text: string;
  mediaId: string | null;
  uses: number;
  createdAt: Date;
  updatedAt: Date;
}
type Row = QuickReplyRow & Record<string, unknown>;

const columns = `q.id, q.owner_id as "ownerId", q.shortcut, q.text, q.media_id as "mediaId", q.uses,
  q.created_at as "createdAt", q.updated_at as "updatedAt"`;
/** The workspace's and one's own: a colleague's are nobody else's. */
const mine = '(q.owner_id is null or q.owner_id = $2::uuid)';

const list = statement(
  'conversations.quick_replies',
  `select ${columns} from quick_replies q where q.workspace_id = $1 and ${mine}
     and ($3::text is null or starts_with(lower(q.shortcut), lower($3)))
     and ($4::text is null or (lower(q.shortcut), q.id) > (lower($4::text), $5::uuid))
   order by lower(q.shortcut), q.id limit $6 offset $7`,
);

/** By shortcut, after (shortcut, id). */
export function selectQuickReplies(
  tx: TenantTx,
  userId: string | null,
  q: string | null,
  page: Slice<readonly [string, string]>,
): Promise<QuickReplyRow[]> {
  const { limit, offset = 0 } = page;
  const [shortcut = null, id = null] = page.after ?? [];
  return tx.query<Row>(list, [tx.workspaceId, userId, q, shortcut, id, limit, offset]);
}

const one = statement(
  'conversations.quick_reply',
  `select ${columns} from quick_replies q where q.workspace_id = $1 and ${mine} and q.id = $3`,
);
const locked = statement(
  'conversations.quick_reply_locked',
  `select ${columns} from quick_replies q where q.workspace_id = $1 and ${mine} and q.id = $3 for no key update`,
);

export async function selectQuickReply(
  tx: TenantTx,
  userId: string | null,
  id: string,
  how: 'read' | 'lock' = 'read',
): Promise<QuickReplyRow | null> {
  const rows = await tx.query<Row>(how === 'lock' ? locked : one, [tx.workspaceId, userId, id]);
  return rows[0] ?? null;
}

const save = statement(
  'conversations.save_quick_reply',
  `insert into quick_replies as q (workspace_id, id, owner_id, shortcut, text, media_id, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7)
   on conflict (workspace_id, id) do update set shortcut = excluded.shortcut, text = excluded.text,
     media_id = excluded.media_id, updated_at = excluded.updated_at
   returning ${columns}`,
);

export async function upsertQuickReply(
  tx: TenantTx,
  reply: Pick<QuickReplyRow, 'id' | 'ownerId' | 'shortcut' | 'text' | 'mediaId'>,
): Promise<QuickReplyRow> {
  const [row] = await tx.query<Row>(save, [
    tx.workspaceId,
    reply.id,
    reply.ownerId,
    reply.shortcut,
    reply.text,
    reply.mediaId,
    tx.now().toISOString(),
  ]);
  return row!;
}

const remove = statement(
  'conversations.delete_quick_reply',
  'delete from quick_replies where workspace_id = $1 and id = $2',
);

export async function deleteQuickReplyRow(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(remove, [tx.workspaceId, id]);
}

const count = statement(
  'conversations.count_use',
  'update quick_replies set uses = uses + 1 where workspace_id = $1 and id = $2',
);

export async function countUse(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(count, [tx.workspaceId, id]);
}
