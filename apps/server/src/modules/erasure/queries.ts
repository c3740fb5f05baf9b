import { type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

export interface ErasureRow {
  id: string;
  contactId: string;
  state: 'waiting' | 'done';
  report: Record<string, unknown> | null;
  requestedAt: Date;
  finishedAt: Date | null;
}
type Row = ErasureRow & Record<string, unknown>;

const columns = `id, contact_id as "contactId", state, report, requested_at as "requestedAt",
  finished_at as "finishedAt"`;

const insert = statement(
  'erasure.insert',
  `insert into contact_erasures (workspace_id, id, contact_id, requested_at) values ($1, $2, $3, $4)
   on conflict (workspace_id, contact_id) where state = 'waiting' do nothing returning ${columns}`,
);

/** Null: one waits already. */
export async function insertErasure(tx: TenantTx, id: string, contactId: string): Promise<ErasureRow | null> {
  const rows = await tx.query<Row>(insert, [tx.workspaceId, id, contactId, tx.now().toISOString()]);
  return rows[0] ?? null;
}

const one = statement(
  'erasure.get',
  `select ${columns} from contact_erasures where workspace_id = $1 and id = $2`,
);

export async function selectErasure(
  tx: TenantTx | SystemTx,
  workspaceId: string,
  id: string,
): Promise<ErasureRow | null> {
  return (await tx.query<Row>(one, [workspaceId, id]))[0] ?? null;
}

const list = statement(
  'erasure.list',
  `select ${columns} from contact_erasures where workspace_id = $1
     and ($2::timestamptz is null or (requested_at, id) < ($2, $3::uuid))
   order by requested_at desc, id desc limit $4 offset $5`,
);

export function selectErasures(tx: TenantTx, page: Slice): Promise<ErasureRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

const finish = statement(
  'erasure.finish',
  `update contact_erasures set state = 'done', report = $3::jsonb, finished_at = $4
    where workspace_id = $1 and id = $2 and state = 'waiting'`,
);

export async function finishErasure(
  tx: SystemTx,
  workspaceId: string,
  id: string,
  report: Record<string, unknown>,
): Promise<void> {
  await tx.execute(finish, [workspaceId, id, JSON.stringify(report), tx.now().toISOString()]);
}

const note = statement(
  'erasure.note',
  `update contact_erasures set report = $3::jsonb where workspace_id = $1 and id = $2 and state = 'waiting'`,
);

/** What went so far: whoever goes on after a kill adds to it. */
export async function noteErased(
  tx: SystemTx,
  workspaceId: string,
  id: string,
  counts: Record<string, number>,
): Promise<void> {
  await tx.execute(note, [workspaceId, id, JSON.stringify(counts)]);
}
