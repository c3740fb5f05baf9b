import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';

const { db } = await testDatabase();

test('lists come back as they were given: quotes, backslashes, nothing, the word NULL, lists of lists', async () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'ä', '🙂', "'", '\n', 'a') }),
    fc.constantFrom('NULL', 'null', '', '\\', '\\"', '{}', '{a,b}'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        texts: fc.array(fc.option(text)),
        numbers: fc.array(fc.option(fc.integer())),
        flags: fc.array(fc.option(fc.boolean())),
        bytes: fc.array(fc.option(fc.uint8Array({ maxLength: 40 }))),
        square: fc.tuple(fc.tuple(text, text), fc.tuple(text, text)),
        days: fc.array(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })),
      }),
      async ({ texts, numbers, flags, bytes, square, days }) => {
        const given = [texts, numbers, flags, bytes.map((one) => one && Buffer.from(one)), square, days];
        const [row] = await db.withSystem('test', (tx) =>
          tx.query<{ all: unknown }>(
            `select array[to_json($1::text[]), to_json($2::bigint[]), to_json($3::boolean[]),
               (select coalesce(json_agg(encode(b, 'hex') order by i), '[]')
                from unnest($4::bytea[]) with ordinality as t (b, i)), to_json($5::text[]),
               (select coalesce(json_agg(extract(epoch from d) * 1000 order by i), '[]')
                from unnest($6::timestamptz[]) with ordinality as t (d, i))]::text[] as all`,
            given,
          ),
        );
        expect((row!.all as string[]).map((one) => JSON.parse(one))).toEqual([
          texts,
          numbers,
          flags,
          bytes.map((one) => one && Buffer.from(one).toString('hex')),
          square,
          days.map(Number),
        ]);
      },
    ),
    { numRuns: 200 },
  );
});
