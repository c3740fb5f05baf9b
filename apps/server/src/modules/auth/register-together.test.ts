import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';

const api = await testApi();

const ask = (email: string, i: number) =>
  api.send('POST /v1/auth/register', {
    body: { email, password: `a long word of person ${i}`, name: `Person ${i}` },
  });

const accountsOf = async (email: string) => {
  const rows = await api.db.withSystem('test', (tx) =>
    tx.query<{ id: string }>('select id from users where lower(email) = lower($1)', [email]),
  );
  return rows.length;
};

test('twenty who register one address at once: one account, and all hear the same', async () => {
  const email = 'together@example.com';
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => ask(i % 2 === 0 ? email : email.toUpperCase(), i)),
  );
  const first = answers[0]!;
  expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
  expect(await accountsOf(email)).toBe(1);
  // Nor does somebody new hear anything else.
  const stranger = await ask('alone@example.com', 1);
  expect([stranger.status, stranger.body]).toEqual([first.status, first.body]);
});
