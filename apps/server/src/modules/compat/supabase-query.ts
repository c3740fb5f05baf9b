import { isId } from '../../platform/ids.ts';
import type { ColumnType, CompatTable } from './supabase-tables.ts';

/** What a client of PostgREST asks, as far as it is understood here. Columns are names of the table's allow-list. */
export interface CompatQuery {
  columns: readonly string[];
  filters: readonly { column: string; is: 'eq' | 'in' | 'null'; values: readonly string[] }[];
  order: readonly { column: string; descending: boolean; nulls: 'first' | 'last' | null }[];
  limit: number;
  offset: number;
}

/** Refused with PostgREST's code, so that its clients tell what they always tell. */
export interface CompatRefusal {
  code: string;
  message: string;
}

/** As many rows as Supabase answers at most. */
const maxRows = 1_000;
const maxOffset = 10_000;
const maxValues = 200;

const refuse = (code: string, message: string): CompatRefusal => ({ code, message });

/**
 * Reads an address's query. Small on purpose: `select` of columns, `column=eq.value`, `column=in.(a,b)`,
 * `column=is.null`, `order`, `limit`, `offset` and the header Range; whatever else PostgREST would understand is refused
 * by name, never passed over.
 */
export function parseQuery(
  table: CompatTable,
  parameters: Iterable<readonly [string, string]>,
  range: string | null,
): CompatQuery | CompatRefusal {
  const filters: CompatQuery['filters'][number][] = [];
  const said = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (['select', 'order', 'limit', 'offset'].includes(name)) {
      if (said.has(name)) return refuse('PGRST100', `Say ${name} once.`);
      said.set(name, value);
      continue;
    }
    const type = columnType(table, name);
    if (type === null) return unknownColumn(table, name);
    const filter = parseFilter(name, type, value);
    if ('code' in filter) return filter;
    filters.push(filter);
  }
  const columns = parseSelect(table, said.get('select') ?? '*');
  if ('code' in columns) return columns;
  const order = parseOrder(table, said.get('order') ?? '');
  if ('code' in order) return order;
  const page = parsePage(said.get('limit'), said.get('offset'), range);
  if ('code' in page) return page;
  return { columns, filters, order, ...page };
}

/** `column=eq.value` as the realtime client says it, or as PostgREST does. */
export function parseFilter(
  column: string,
  type: ColumnType,
  text: string,
): CompatQuery['filters'][number] | CompatRefusal {
  const [, operator = '', value = ''] = /^([a-z]+)\.(.*)$/s.exec(text) ?? [];
  if (type === 'jsonb' && operator !== 'is')
    return refuse('PGRST100', `${column} is JSON: it can be read, not compared.`);
  if (operator === 'is' && value === 'null') return { column, is: 'null', values: [] };
  if (operator === 'eq') return checked({ column, is: 'eq', values: [value] }, type);
  const list = operator === 'in' ? /^\((.*)\)$/s.exec(value)?.[1] : undefined;
  const values = list === undefined ? null : splitList(list);
  if (values === null) {
    return refuse('PGRST100', `"${column}=${text}": eq.<value>, in.(<values>) and is.null are understood.`);
  }
  if (values.length > maxValues) return refuse('PGRST100', `in takes ${maxValues} values at most.`);
  return checked({ column, is: 'in', values }, type);
}

/** The type of a column that the table has; null: it has none of this name. */
export function columnType(table: CompatTable, name: string): ColumnType | null {
  return Object.hasOwn(table.columns, name) ? table.columns[name]! : null;
}

export function unknownColumn(table: CompatTable, name: string): CompatRefusal {
  if (table.name === 'api_settings' && /key|token|secret/.test(name)) {
    return refuse('42703', `${name} is a credential: it is sealed and never answered. Use /v1/accounts.`);
  }
  return refuse(
    '42703',
    `column ${table.name}.${name} does not exist; there are ${Object.keys(table.columns).join(', ')}`,
  );
}

const fits: Record<ColumnType, (value: string) => boolean> = {
  uuid: isId,
  text: (value) => value.length <= 4_096,
  bool: (value) => value === 'true' || value === 'false',
  int4: (value) => /^-?\d{1,9}$/.test(value),
  timestamptz: (value) =>
    // No year 0 and no zone beyond 15:59: PostgreSQL has neither.
    /^(?!0000)\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)?)?$/.test(
      value,
    ) && !Number.isNaN(Date.parse(value.replace(/(:[\d.]+[+-]\d\d)$/, '$1:00'))),
  jsonb: () => false,
};

function checked(
  filter: CompatQuery['filters'][number],
  type: ColumnType,
): CompatQuery['filters'][number] | CompatRefusal {
  const wrong = filter.values.find((value) => !fits[type](value));
  return wrong === undefined
    ? filter
    : refuse('22P02', `invalid input syntax for type ${type}: "${wrong.slice(0, 100)}"`);
}

/** `a,"b,c"`: quotes keep commas, a backslash keeps what follows. Null: quotes that do not end. */
function splitList(text: string): string[] | null {
  if (text === '') return [];
  const values: string[] = [];
  const one = /(?:"((?:[^"\\]|\\.)*)"|([^",]*))(,|$)/gsy;
  for (let at = 0; ; at = one.lastIndex) {
    one.lastIndex = at;
    const found = one.exec(text);
    if (!found) return null;
    const [, quoted, bare = '', end] = found;
    values.push(quoted === undefined ? bare : quoted.replaceAll(/\\(.)/gs, '$1'));
    if (end === '') return values;
  }
}

function parseSelect(table: CompatTable, text: string): readonly string[] | CompatRefusal {
  const names = text.split(',').map((name) => name.trim());
  if (names.length === 1 && (names[0] === '*' || names[0] === '')) return Object.keys(table.columns);
  for (const name of names) {
    if (!/^\w+$/.test(name)) {
      return refuse('PGRST100', `"${name}" in select: plain columns and * are understood, nothing embedded.`);
    }
    if (columnType(table, name) === null) return unknownColumn(table, name);
  }
  return [...new Set(names)];
}

function parseOrder(table: CompatTable, text: string): CompatQuery['order'] | CompatRefusal {
  if (text === '') return [];
  const order: CompatQuery['order'][number][] = [];
  for (const part of text.split(',')) {
    const [, column = '', direction, nulls] =
      /^(\w+)(?:\.(asc|desc))?(?:\.nulls(first|last))?$/.exec(part.trim()) ?? [];
    const type = columnType(table, column);
    if (column === '') return refuse('PGRST100', `"${part}" in order: <column>.asc or .desc is understood.`);
    if (type === null) return unknownColumn(table, column);
    if (type === 'jsonb') return refuse('PGRST100', `${column} is JSON: it can be read, not sorted by.`);
    order.push({
      column,
      descending: direction === 'desc',
      nulls: (nulls as 'first' | 'last' | undefined) ?? null,
    });
  }
  return order;
}

function parsePage(
  limit: string | undefined,
  offset: string | undefined,
  range: string | null,
): { limit: number; offset: number } | CompatRefusal {
  const whole = (text: string | undefined) =>
    text === undefined ? null : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  let [most, from] = [whole(limit), whole(offset)];
  if (range !== null) {
    if (most !== null || from !== null) {
      return refuse('PGRST100', 'Say limit and offset, or the header Range, not both.');
    }
    const [, first, last] = /^(?:items=)?(\d{1,9})-(\d{0,9})$/.exec(range.trim()) ?? [];
    if (first === undefined) return refuse('PGRST103', 'Range looks like 0-24.');
    if (last !== '' && Number(last) < Number(first)) {
      return refuse('PGRST103', 'Requested range not satisfiable: it ends before it begins.');
    }
    from = Number(first);
    most = last === '' ? null : Number(last) - from + 1;
  }
  if (Number.isNaN(most) || Number.isNaN(from)) {
    return refuse('PGRST100', 'limit and offset are whole numbers.');
  }
  if ((from ?? 0) > maxOffset) {
    return refuse('PGRST103', `offset goes to ${maxOffset}; deeper, the lists at /v1 have cursors.`);
  }
  return { limit: Math.min(most ?? maxRows, maxRows), offset: from ?? 0 };
}
