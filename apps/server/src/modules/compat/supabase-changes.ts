import type { TenantTx } from '../../platform/db/index.ts';
import { isId } from '../../platform/ids.ts';
import { parseFilter } from './supabase-query.ts';
import { readRows } from './supabase-read.ts';
import { type CompatTable, compatTables } from './supabase-tables.ts';

const tableNamed = (name: string) => compatTables.find((table) => table.name === name)!;
const told = { messages: tableNamed('messages'), conversations: tableNamed('conversations') };
type Told = keyof typeof told;

/** Events of which a new row came; all others that name one changed it. */
const insertsMessage = new Set([
  'message.received',
  'message.echoed',
  'message.reaction',
  'message.edited',
  'message.revoked',
]);
const most = 200;

interface Happened {
  seq: number;
  at: Date;
  name: string;
  data: Record<string, unknown>;
}

interface Change {
  seq: number;
  at: Date;
  table: string;
  type: 'INSERT' | 'UPDATE';
  action: string;
  record: Record<string, unknown>;
}

interface Wish {
  id: number;
  type: 'INSERT' | 'UPDATE' | 'DELETE' | '*';
  table: string | null;
  filter: { column: string; value: string } | null;
}

/** What `postgres_changes` of supabase-js tells: rows of S0's messages and conversations. */
export const supabaseRows = {
  wishes(changes: readonly unknown[]): Wish[] | string {
    const wishes: Wish[] = [];
    for (const [index, change] of changes.entries()) {
      const wish = wishOf(change, index + 1);
      if (typeof wish === 'string') return wish;
      wishes.push(wish);
    }
    return wishes;
  },

  /** One line a row: several events of one batch about it are one change, told where the last of them stands. */
  async changed(tx: TenantTx, events: readonly Happened[]): Promise<Change[]> {
    const found = { messages: new Map<string, Mark>(), conversations: new Map<string, Mark>() };
    for (const event of events) {
      const { data, name } = event;
      if (isRowId(data.messageId)) mark(found.messages, data.messageId, event, isNewMessage(event));
      if (name === 'message.edited' || name === 'message.revoked') {
        const target = await targetOf(tx, data);
        if (target !== null) mark(found.messages, target, event, false);
      }
      const isNew = name === 'conversation.opened' && data.again === false;
      const all = Array.isArray(data.conversationIds) ? data.conversationIds : [];
      for (const id of [data.conversationId, ...all]) {
        if (isRowId(id)) mark(found.conversations, id, event, isNew);
      }
    }
    const changes = [
      ...(await rowsOf(tx, 'conversations', found.conversations)),
      ...(await rowsOf(tx, 'messages', found.messages)),
    ];
    return changes.sort((one, other) => one.seq - other.seq);
  },

  columns: (name: string) =>
    Object.entries(tableNamed(name).columns).map(([column, type]) => ({ name: column, type })),
};

const isRowId = (id: unknown): id is string => typeof id === 'string' && isId(id);

interface Mark {
  seq: number;
  at: Date;
  isNew: boolean;
}

function mark(marks: Map<string, Mark>, id: string, { seq, at }: Happened, isNew: boolean): void {
  marks.set(id, { seq, at, isNew: isNew || marks.get(id)?.isNew === true });
}

/** A message goes back into the queue under the same name; only the first time its event says by whom it was sent. */
function isNewMessage({ name, data }: Happened): boolean {
  return insertsMessage.has(name) || (name === 'message.queued' && data.source !== undefined);
}

/** The message that an edit or a revocation is about. */
async function targetOf(tx: TenantTx, data: Record<string, unknown>): Promise<string | null> {
  const { targetProviderId: target, numberId } = data;
  if (typeof target !== 'string' || !isRowId(numberId)) return null;
  const filters = [
    { column: 'business_number_id', is: 'eq' as const, values: [numberId] },
    { column: 'wa_message_id', is: 'eq' as const, values: [target] },
  ];
  const query = { columns: ['id'], filters, order: [], limit: 1, offset: 0 };
  const [row] = await readRows(tx, told.messages, query, null);
  return row ? String(row.id) : null;
}

async function rowsOf(tx: TenantTx, name: Told, marks: ReadonlyMap<string, Mark>): Promise<Change[]> {
  const table: CompatTable = told[name];
  const ids = [...marks.keys()].sort();
  const changes: Change[] = [];
  for (let at = 0; at < ids.length; at += most) {
    const query = {
      columns: Object.keys(table.columns),
      filters: [{ column: 'id', is: 'in' as const, values: ids.slice(at, at + most) }],
      order: [],
      limit: most,
      offset: 0,
    };
    for (const record of await readRows(tx, table, query, null)) {
      const { seq, at: when, isNew } = marks.get(String(record.id))!;
      const type = isNew ? 'INSERT' : 'UPDATE';
      changes.push({ seq, at: when, table: name, type, action: table.action, record });
    }
  }
  return changes;
}

function wishOf(change: unknown, id: number): Wish | string {
  if (typeof change !== 'object' || change === null) return 'postgres_changes is a list of objects.';
  const { event, schema, table, filter } = change as Record<string, unknown>;
  const type = ['INSERT', 'UPDATE', 'DELETE', '*'].find((one) => one === String(event).toUpperCase());
  if (type === undefined) return 'event is INSERT, UPDATE, DELETE or *.';
  if (schema !== undefined && schema !== 'public' && schema !== '*')
    return 'There is the schema public only.';
  const name = table === undefined || table === '*' ? null : table;
  if (name !== null && name !== 'messages' && name !== 'conversations') {
    return 'Changes are told of messages and conversations; of everything else the events of workspace:<id> tell.';
  }
  const wish = { id, type: type as Wish['type'], table: name };
  if (filter === undefined || filter === null || filter === '') return { ...wish, filter: null };
  if (name === null) return 'A filter needs a table.';
  const [, column = '', condition = ''] = /^(\w+)=(.*)$/s.exec(String(filter)) ?? [];
  const columns = told[name].columns;
  if (!Object.hasOwn(columns, column)) return `${name} has no column ${column.slice(0, 60)}.`;
  const parsed = parseFilter(column, columns[column]!, condition);
  if ('code' in parsed) return parsed.message;
  if (parsed.is !== 'eq') return 'A filter is <column>=eq.<value>.';
  return { ...wish, filter: { column, value: parsed.values[0]! } };
}
