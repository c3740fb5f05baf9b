import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testDatabase } from '../test/harness.ts';
import { seedPlans } from './modules/workspaces/index.ts';
import { ensureOwnWorkspace, type OwnMember, withOwner } from './own-workspace.ts';

const { db } = await testDatabase();
await db.withSystem('test', (tx) => seedPlans(tx));

const members = () =>
  db.withSystem('test', (tx) =>
    tx.query(
      'select u.email, m.role, u.email_verified_at is not null as confirmed from members m join users u on u.id = m.user_id order by u.email',
    ),
  );

it("makes the operator's own workspace once; later changes of the value do nothing", async () => {
  const first: OwnMember[] = [
    { email: 'a@example.com', password: 'the first of two', role: 'admin' },
    { email: 'v@example.com', password: 'the second: of two', role: 'viewer' },
  ];
  expect(await ensureOwnWorkspace(db, [], {})).toBe('known');
  expect(await members()).toEqual([]);
  expect(await ensureOwnWorkspace(db, first, {})).toBe('made');
  const made = await members();
  expect(made).toEqual([
    { email: 'a@example.com', role: 'owner', confirmed: true },
    { email: 'v@example.com', role: 'viewer', confirmed: true },
  ]);
  const more: OwnMember[] = [
    ...first,
    { email: 'x@example.com', password: 'too late for that', role: 'owner' },
  ];
  expect(await ensureOwnWorkspace(db, more, {})).toBe('known');
  expect(await members()).toEqual(made);
});

it('has an owner, whoever is named', () => {
  const roles = fc.array(fc.constantFrom('owner', 'admin', 'agent', 'viewer' as const), { minLength: 1 });
  fc.assert(
    fc.property(roles, (named) => {
      const given = named.map((role, i): OwnMember => ({ email: `${i}@x.y`, password: 'p', role }));
      const made = withOwner(given);
      expect(made.filter(({ role }) => role === 'owner').length).toBeGreaterThan(0);
      expect(made.map(({ email }) => email)).toEqual(given.map(({ email }) => email));
      expect(made.filter((one, i) => one.role !== given[i]?.role).length).toBeLessThanOrEqual(1);
    }),
  );
});
