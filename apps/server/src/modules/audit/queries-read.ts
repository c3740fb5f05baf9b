import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

export interface AuditFilter {
  actorId: string | null;
  actorKind: string | null;
  /** `contact.blocked`, or `contact.*`. */
  action: string | null;
  targetKind: string | null;
  targetId: string | null;
  from: string | null;
  to: string | null;
}

export interface AuditRow {
  id: string;
  at: Date;
  action: string;
  actorKind: string;
  actorId: string | null;
  actorRole: string;
  impersonatorId: string | null;
  targetKind: string;
  targetId: string | null;
  ip: string | null;
  userAgent: string | null;
  requestId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  erasedAt: Date | null;
  /** Place in the chain; null: not sealed yet. */
  seal: number | null;
}

const columns = `
  a.id, a.at, a.action, a.actor_kind as "actorKind", a.actor_id as "actorId", a.actor_role as "actorRole",
  a.impersonator_id as "impersonatorId", a.target_kind as "targetKind", a.target_id as "targetId", a.ip,
  a.user_agent as "userAgent", a.request_id as "requestId", a.before, a.after, a.erased_at as "erasedAt",
  (select s.seq from audit_seals s where s.workspace_id = a.workspace_id and s.audit_id = a.id and s.kind = 'line')
    as seal`;

const matches = `
  a.workspace_id = $1 and ($2::text is null or a.actor_id = $2) and ($3::text is null or a.actor_kind = $3)
  and ($4::text is null or a.action = $4 or right($4, 2) = '.*' and starts_with(a.action, left($4, -1)))
  and ($5::text is null or a.target_kind = $5) and ($6::text is null or a.target_id = $6)
  and ($7::timestamptz is null or a.at >= $7) and ($8::timestamptz is null or a.at < $8)`;

const list = statement(
  'audit.list',
  `select ${columns} from audit a
   where ${matches} and ($9::timestamptz is null or (a.at, a.id) < ($9, $10::uuid))
   order by a.at desc, a.id desc limit $11 offset $12`,
);

const total = statement('audit.count', `select count(*) as count from audit a where ${matches}`);

const one = statement('audit.one', `select ${columns} from audit a where a.workspace_id = $1 and a.id = $2`);

const values = (tx: TenantTx, filter: AuditFilter) => [
  tx.workspaceId,
  filter.actorId,
  filter.actorKind,
  filter.action,
  filter.targetKind,
  filter.targetId,
  filter.from,
  filter.to,
];

/** Newest first, after the given place. */
export function selectAudit(tx: TenantTx, filter: AuditFilter, page: Slice): Promise<AuditRow[]> {
  return tx.query<AuditRow>(list, [
    ...values(tx, filter),
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

export async function countAudit(tx: TenantTx, filter: AuditFilter): Promise<number> {
  const [row] = await tx.query<{ count: number }>(total, values(tx, filter));
  return row?.count ?? 0;
}

export async function selectAuditLine(tx: TenantTx, id: string): Promise<AuditRow | null> {
  const [row] = await tx.query<AuditRow>(one, [tx.workspaceId, id]);
  return row ?? null;
}
