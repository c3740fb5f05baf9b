import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDatabase } from '../../test/harness.ts';
import { storableJson, storableText } from './storable.ts';

const { db } = await testDatabase();

const part = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u0000', '\ud83d', '\udc00', '\\u0000', '\\', '😀'),
);
const texts = fc.array(
  fc.array(part).map((parts) => parts.join('')),
  { minLength: 50, maxLength: 50 },
);

test('PostgreSQL takes any text, and what it does not refuse is unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (all) => {
      const [row] = await db.withSystem('test', (tx) =>
        tx.query<{ json: string[]; plain: string[] }>('select $1::jsonb as json, $2::text[] as plain', [
          storableJson(all),
          all.map((text) => storableText(text, 20)),
        ]),
      );
      expect(row).toEqual({
        json: all.map((text) => text.replaceAll('\u0000', '\ufffd').toWellFormed()),
        plain: all.map((text) => {
          const whole = text.replaceAll('\u0000', '');
          const cut = whole.slice(0, 20);
          const half = whole.length > 20 && cut.at(-1)! >= '\ud800' && cut.at(-1)! < '\udc00';
          return (half ? cut.slice(0, -1) : cut).toWellFormed();
        }),
      });
    }),
    { numRuns: 20 },
  );
});

test('a text is cut between characters', () => {
  expect(storableText('a😀', 2)).toBe('a');
  expect(storableText('a😀', 3)).toBe('a😀');
  // Half of one that came so is marked, not hidden.
  expect(storableText('a\ud83d', 2)).toBe('a\ufffd');
});

test('keys are texts too', () => {
  expect(storableJson({ 'a\u0000b': '\\u0000' })).toBe('{"a\\ufffdb":"\\\\u0000"}');
});
