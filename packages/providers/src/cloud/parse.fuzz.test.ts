/** Any JSON, any bytes, wrong types in every field of every public body: never a throw, never a lost neighbour. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, haveFixtures, loadFixtures } from '../../test/fixtures.ts';
import { parse } from './parse.ts';

/** What PostgreSQL refuses in text or jsonb must not leave the parser. */
function storable(items: unknown): void {
  // A literal backslash in a text is doubled in JSON: only an odd one starts an escape.
  const json = JSON.stringify(items).replaceAll('\\\\', '');
  expect(json).not.toMatch(/\\u0000|\\ud[89a-f]/i);
}

const good = {
  from: '16505550000',
  id: 'wamid.good',
  timestamp: '1749416383',
  type: 'text',
  text: { body: 'good' },
};
const goodStatus = {
  id: 'wamid.status',
  status: 'sent',
  timestamp: '1749416383',
  recipient_id: '16505550000',
};

describe('fuzz', () => {
  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (raw) => {
        storable(parse(raw));
      }),
      { numRuns: 2000 },
    );
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8, stringUnit: 'binary' }), (json) => {
        storable(parse(Buffer.from(json)));
      }),
      { numRuns: 2000 },
    );
  });

  test('any JSON where a value, an entry, a message or a status belongs, between authentic ones', () => {
    const any = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
    const part = fc.oneof(
      any,
      fc.record(
        {
          from: any,
          id: any,
          timestamp: any,
          type: fc.oneof(
            any,
            fc.constantFrom('text', 'image', 'interactive', 'system', 'edit', 'order', 'contacts'),
          ),
          text: any,
          image: any,
          interactive: fc.oneof(
            any,
            fc.record({ type: fc.constantFrom('nfm_reply', 'list_reply'), nfm_reply: any, list_reply: any }),
          ),
          system: any,
          edit: any,
          order: any,
          contacts: any,
          context: any,
          referral: any,
          errors: any,
          status: fc.oneof(any, fc.constant('sent')),
          recipient_id: any,
          pricing: any,
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(part, any, any, any, (bad, contacts, metadata, entry) => {
        const items = parse(
          bytes({
            entry: [
              entry,
              {
                id: '1',
                changes: [
                  {
                    field: 'messages',
                    value: { metadata, contacts, messages: [bad, good, bad], statuses: [bad, goodStatus] },
                  },
                ],
              },
              { id: '2', time: entry, changes: [entry, { field: 'messages', value: { messages: [good] } }] },
            ],
          }),
        );
        storable(items);
        const ids = items.flatMap((i) =>
          i.kind === 'message' || i.kind === 'status' ? [i.providerMessageId] : [],
        );
        expect(ids.filter((id) => id === 'wamid.good').length).toBeGreaterThanOrEqual(2);
        expect(ids).toContain('wamid.status');
      }),
      { numRuns: 1500 },
    );
  });
});

/** Every place of a JSON value, as paths. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((v, i) => places(v, [...path, i]))
    : Object.entries(value).flatMap(([k, v]) => places(v, [...path, k]));
  return [path, ...inner];
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((v, i) => (i === key ? replaced(v, rest, by) : v));
  const record = value as Record<string, unknown>;
  return { ...record, [key]: replaced(record[key], rest, by) };
}

const wrong: unknown[] = [
  null,
  true,
  0,
  -1,
  1e300,
  '',
  'x',
  '\u0000\ud800',
  [],
  [[]],
  [null],
  {},
  { a: { b: 1 } },
  'y'.repeat(5000),
];

describe.skipIf(!haveFixtures)('wrong types in every field of every public body', () => {
  test.each([...loadFixtures()])('%s', (_name, body) => {
    const healthy = {
      id: '9',
      changes: [{ field: 'messages', value: { messages: [good], statuses: [goodStatus] } }],
    };
    for (const path of places(body)) {
      for (const by of wrong) {
        const mutated = replaced(body, path, by);
        const entry = (mutated as { entry?: unknown } | null)?.entry;
        if (!Array.isArray(entry)) {
          storable(parse(bytes(mutated)));
          continue;
        }
        const items = parse(bytes({ entry: [healthy, ...entry, healthy] }));
        storable(items);
        const found = items.filter(
          (i) => (i.kind === 'message' || i.kind === 'status') && i.accountRef === '9',
        );
        if (found.length !== 4) expect.fail(`lost a neighbour at ${path.join('.')} = ${JSON.stringify(by)}`);
      }
    }
  });
});
