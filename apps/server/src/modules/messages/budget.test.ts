/** How much an app and a portfolio may send: what one tenant says is its portfolio costs no other tenant anything. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { createBuckets } from '../../platform/limits/index.ts';
import { createBudgets, type Spender } from './budget.ts';
import { log } from './testing.ts';

const { db, clock } = await testDatabase();

test('a portfolio is counted within its workspace: another that names the same one spends its own', async () => {
  const budgets = createBudgets(createBuckets({ db, log }), {
    app: null,
    portfolio: { max: 5, windowSeconds: 60 },
  })!;
  const take = async (from: Spender, wanted: number) =>
    (await budgets.take(from, wanted, clock.now().getTime())).granted;
  const one = { workspace_id: 'one', app_id: 'app', portfolio: '77' };
  expect(await take(one, 9)).toBe(5);
  expect(await take({ ...one, app_id: 'other' }, 1)).toBe(0);
  expect(await take({ ...one, workspace_id: 'two' }, 9)).toBe(5);
  budgets.giveBack(one, 2);
  expect(await take({ ...one, workspace_id: 'two' }, 1)).toBe(0);
  expect(await take(one, 9)).toBe(2);
});
