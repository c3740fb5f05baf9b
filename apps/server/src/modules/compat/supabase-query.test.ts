/** The small parser of PostgREST's words: what it takes, and that it takes nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from './supabase-query.ts';
import { compatTables } from './supabase-tables.ts';

const messages = compatTables.find(({ name }) => name === 'messages')!;
const settings = compatTables.find(({ name }) => name === 'api_settings')!;
const parse = (query: string, range: string | null = null, table = messages) =>
  parseQuery(table, new URLSearchParams(query), range);
const id = '01980000-0000-7000-8000-000000000001';

test('nothing said: all columns, a thousand rows', () => {
  expect(parse('')).toEqual({
    columns: Object.keys(messages.columns),
    filters: [],
    order: [],
    limit: 1_000,
    offset: 0,
  });
});

test.each([
  ['select=id,body', { columns: ['id', 'body'] }],
  [`id=eq.${id}`, { filters: [{ column: 'id', is: 'eq', values: [id] }] }],
  ['body=eq.a,b.c', { filters: [{ column: 'body', is: 'eq', values: ['a,b.c'] }] }],
  [
    'body=in.(a,"b,c","d\\"e",)',
    { filters: [{ column: 'body', is: 'in', values: ['a', 'b,c', 'd"e', ''] }] },
  ],
  ['body=in.()', { filters: [{ column: 'body', is: 'in', values: [] }] }],
  ['body=is.null', { filters: [{ column: 'body', is: 'null', values: [] }] }],
  [
    'order=created_at.desc.nullslast,id',
    {
      order: [
        { column: 'created_at', descending: true, nulls: 'last' },
        { column: 'id', descending: false, nulls: null },
      ],
    },
  ],
  ['limit=5&offset=10', { limit: 5, offset: 10 }],
  ['limit=99999', { limit: 1_000 }],
])('%s', (query, expected) => {
  expect(parse(query)).toMatchObject(expected);
});

test('the header Range, instead of limit and offset', () => {
  expect(parse('', '5-9')).toMatchObject({ limit: 5, offset: 5 });
  expect(parse('', 'items=0-')).toMatchObject({ limit: 1_000, offset: 0 });
  for (const range of ['9-5', '-5', 'abc', '10001-10002'])
    expect(parse('', range)).toMatchObject({ code: 'PGRST103' });
  expect(parse('limit=1', '0-1')).toMatchObject({ code: 'PGRST100' });
});

describe('refused by name', () => {
  test.each([
    'body=gt.1',
    'body=like.*a*',
    'body=not.eq.a',
    'body=is.true',
    'body=eq',
    'body=in.(a,"b)',
    'or=(id.eq.1)',
    'and=(id.eq.1)',
    'select=id,contact(name)',
    'select=x:id',
    'select=id::text',
    'select=count()',
    'select=',
    'select=*,id',
    'select=id;drop',
    'order=id.down',
    'order=content.asc',
    'order=nothing',
    'limit=-1',
    'limit=x',
    'offset=1e3',
    'offset=10001',
    'limit=1&limit=2',
    'id=eq.no-uuid',
    'created_at=eq.yesterday',
    'created_at=eq.0000-01-01',
    'created_at=eq.2026-01-01T00:00:00%2B16',
    'created_at=in.(2026-01-01T00:00:00-23:59)',
    'content=eq.{}',
    'workspace_id=eq.1',
    '__proto__=eq.1',
    'constructor=eq.1',
  ])('%s', (query) => {
    const parsed = parse(query);
    if (query === 'select=') expect(parsed).toMatchObject({ limit: 1_000 });
    else expect(parsed).toEqual({ code: expect.any(String), message: expect.stringMatching(/.{8}/) });
  });

  test('a credential, with the place where it is kept', () => {
    expect(parse('select=ycloud_api_key', null, settings)).toMatchObject({
      message: expect.stringContaining('/v1/accounts'),
    });
  });
});

test('whatever is asked: a refusal, or names of the allow-list alone', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'select',
      'order',
      'limit',
      'offset',
      ...Object.keys(messages.columns),
      'eq.',
      'in.(',
      ')',
      '"',
      ',',
      'is.null',
      '.desc',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          word,
          fc.array(word).map((words) => words.join('')),
        ),
      ),
      fc.option(fc.string()),
      (pairs, range) => {
        const parsed = parseQuery(messages, pairs, range);
        if ('code' in parsed) return;
        const known = Object.keys(messages.columns);
        for (const { column } of [...parsed.filters, ...parsed.order]) expect(known).toContain(column);
        for (const column of parsed.columns) expect(known).toContain(column);
        expect(parsed.limit).toBeLessThanOrEqual(1_000);
        expect(parsed.offset).toBeLessThanOrEqual(10_000);
      },
    ),
  );
});
