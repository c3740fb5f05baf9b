import { statement, type TenantTx } from '../../platform/db/index.ts';
import { listNumbers } from '../numbers/index.ts';
import type { PricedLine } from '../templates/index.ts';
import { firstIdAt } from './can-send.ts';

// No counters: rows of one template in a stretch of time, through an index that holds template messages alone. A
// message that is read was delivered, one that is delivered was sent.
const counted = statement(
  'messages.template_statistics',
  `select m.status, m.pricing->>'category' as category, m.pricing->>'type' as type,
     coalesce((m.pricing->>'billable')::boolean, false) as billable, m.country,
     to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as messages
     from template_sends m
    where m.workspace_id = $1 and m.content #>> '{template,name}' = $2 and m.content #>> '{template,language,code}' = $3
      and m.number_id = any($4::uuid[]) and m.id >= $5 and m.id < $6
    group by 1, 2, 3, 4, 5, 6`,
);

interface Counted {
  status: string;
  category: string | null;
  type: string | null;
  billable: boolean;
  country: string | null;
  day: string;
  messages: number;
  [column: string]: unknown;
}

export interface TemplateStatistics {
  queued: number;
  /** WhatsApp took them. */
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  billed: { category: string; type: string; billable: boolean; messages: number }[];
  priced: PricedLine[];
}

/** What became of a template's sends that were queued from `from` until before `to`. */
export async function templateStatistics(
  tx: TenantTx,
  template: { accountId: string; name: string; language: string },
  { from, to }: { from: Date; to: Date },
): Promise<TemplateStatistics> {
  const numbers = await listNumbers(tx, { limit: 1_000, after: null, only: null });
  const rows = await tx.query<Counted>(counted, [
    tx.workspaceId,
    template.name,
    template.language,
    numbers.flatMap(({ id, accountId }) => (accountId === template.accountId ? [id] : [])),
    firstIdAt(from.getTime()),
    firstIdAt(to.getTime()),
  ]);
  const sum = (...statuses: string[]) =>
    rows.filter(({ status }) => statuses.includes(status)).reduce((all, { messages }) => all + messages, 0);
  const billed = new Map<string, TemplateStatistics['billed'][number]>();
  for (const { category, type, billable, messages } of rows) {
    if (category === null) continue;
    const key = `${category} ${type ?? ''} ${billable}`;
    const known = billed.get(key);
    if (known) known.messages += messages;
    else billed.set(key, { category, type: type ?? 'regular', billable, messages });
  }
  return {
    queued: sum('queued', 'unconfirmed'),
    sent: sum('accepted', 'sent', 'delivered', 'read', 'played'),
    delivered: sum('delivered', 'read', 'played'),
    read: sum('read', 'played'),
    failed: sum('failed', 'cancelled'),
    billed: [...billed.values()].sort((a, b) => b.messages - a.messages),
    priced: rows.flatMap(({ category, type, country, day, messages }) =>
      category === null ? [] : [{ day, category, type: type ?? 'regular', country, n: messages }],
    ),
  };
}
