import type { TemplateDay } from '@chaski/providers';
import { type SystemTx, statement, type TenantTx, type Tx } from '../../platform/db/index.ts';

/** All SQL of the table template_days. */

const known = statement(
  'templates.known_there',
  `select provider_template_id as ref from templates
   where workspace_id = $1 and account_id = $2 and provider_template_id ~ '^[0-9]+$' and status <> 'DELETED'
   order by 1`,
);

/** What WhatsApp calls the templates of an account. */
export async function templateRefs(tx: Tx, workspaceId: string, accountId: string): Promise<string[]> {
  return (await tx.query<{ ref: string }>(known, [workspaceId, accountId])).map(({ ref }) => ref);
}

const keep = statement(
  'templates.keep_days',
  `insert into template_days as d (workspace_id, template_id, day, sent, delivered, read, clicked, cost_micros, told_at)
   select t.workspace_id, t.id, i.day, i.sent, i.delivered, i.read, i.clicked, i.cost, $4::timestamptz
   from jsonb_to_recordset($3::jsonb) as i("providerTemplateId" text, day date, sent int, delivered int, read int,
     clicked int, cost bigint)
   join templates t on t.workspace_id = $1 and t.account_id = $2 and t.provider_template_id = i."providerTemplateId"
   order by t.id, i.day
   on conflict (workspace_id, template_id, day) do update set sent = excluded.sent, delivered = excluded.delivered,
     read = excluded.read, clicked = excluded.clicked, cost_micros = excluded.cost_micros, told_at = excluded.told_at`,
);

/** What was said of a day replaces what was said before; days on which nothing was sent or tapped are left out. */
export async function keepDays(
  tx: SystemTx,
  workspaceId: string,
  accountId: string,
  days: readonly TemplateDay[],
): Promise<void> {
  const last = new Map(
    days
      .filter(({ sent, clicked }) => sent > 0 || clicked > 0)
      .map((one) => [`${one.providerTemplateId} ${one.day}`, one]),
  );
  if (last.size === 0) return;
  await tx.execute(keep, [
    workspaceId,
    accountId,
    JSON.stringify([...last.values()].map(({ costMicros, ...one }) => ({ ...one, cost: costMicros }))),
    tx.now().toISOString(),
  ]);
}

const summed = statement(
  'templates.days_summed',
  `select coalesce(sum(d.sent), 0)::int as sent, coalesce(sum(d.delivered), 0)::int as delivered,
     coalesce(sum(d.read), 0)::int as read, coalesce(sum(d.clicked), 0)::int as clicked,
     sum(d.cost_micros)::bigint as "costMicros", max(d.told_at) as "toldAt"
   from template_days d where d.workspace_id = $1 and d.template_id = $2 and d.day >= $3::date and d.day <= $4::date`,
);

export interface Told {
  sent: number;
  delivered: number;
  read: number;
  clicked: number;
  costMicros: number | null;
  toldAt: Date;
}

/** What WhatsApp counted of a template on these days (UTC); null where it said nothing. */
export async function toldOf(
  tx: TenantTx,
  templateId: string,
  { from, to }: { from: Date; to: Date },
): Promise<Told | null> {
  const [row] = await tx.query<Omit<Told, 'toldAt'> & { toldAt: Date | null }>(summed, [
    tx.workspaceId,
    templateId,
    from.toISOString().slice(0, 10),
    to.toISOString().slice(0, 10),
  ]);
  return row && row.toldAt !== null ? { ...row, toldAt: row.toldAt } : null;
}
