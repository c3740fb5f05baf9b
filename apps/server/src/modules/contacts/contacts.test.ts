import type { PersonRef } from '@chaski/providers';
import { expect, it } from 'vitest';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import {
  applyIdentityChange,
  contactForAddress,
  eraseContacts,
  getContact,
  identitiesOf,
  linkMany,
  recordConsents,
  resolveMany,
} from './index.ts';

const { db, clock } = await testDatabase();
const { workspaceId } = await seedWorkspace(db);
const scope = 'portfolio';

const who = (person: Partial<PersonRef>): PersonRef => ({
  phone: null,
  userId: null,
  parentUserId: null,
  username: null,
  profileName: null,
  ...person,
});

let seen = 0;
/** Meets people in one transaction, one second after the other. */
const meet = (...people: Partial<PersonRef>[]) =>
  db.withSystem('test', (tx) =>
    resolveMany(
      tx,
      people.map((person) => {
        seen += 1;
        return { workspaceId, scope, person: who(person), at: new Date(clock.now().getTime() + seen * 1000) };
      }),
    ),
  );
const aliases = async (id: string) =>
  (await db.withSystem('test', (tx) => identitiesOf(tx, workspaceId, [id]))).map(
    (row) => `${row.kind} ${row.value}${row.supersededAt ? ' (old)' : ''}`,
  );
const read = (id: string) => db.withSystem('test', (tx) => getContact(tx, workspaceId, id));

it('makes one contact of one person, however often a batch shows them', async () => {
  const [a, b, c] = await meet({ phone: '1600', profileName: 'Ann' }, { phone: '1600' }, { phone: '1601' });
  expect(b!.id).toBe(a!.id);
  expect(c!.id).not.toBe(a!.id);
  const [again] = await meet({ phone: '1600' });
  expect(again).toMatchObject({ id: a!.id, profileName: 'Ann', phone: '1600' });
});

it('takes a person without a phone as a contact like any other, and links the phone when one payload shows both', async () => {
  const [nameless] = await meet({ userId: 'US.77', username: 'sheena' });
  expect(nameless).toMatchObject({ phone: null, username: 'sheena', country: 'US' });
  const [both] = await meet({ userId: 'US.77', phone: '1700' });
  expect(both).toMatchObject({ id: nameless!.id, phone: '1700', identityConflict: false });
  const [byPhone] = await meet({ phone: '1700' });
  expect(byPhone!.id).toBe(nameless!.id);
});

it('keeps the BSUIDs of two portfolios apart', async () => {
  const [one] = await meet({ userId: 'US.88' });
  const [other] = await db.withSystem('test', (tx) =>
    resolveMany(tx, [{ workspaceId, scope: 'another', person: who({ userId: 'US.88' }), at: clock.now() }]),
  );
  expect(other!.id).not.toBe(one!.id);
});

it('never takes an alias from another contact: both stay, one is marked', async () => {
  const [phone] = await meet({ phone: '1800' });
  const [user] = await meet({ userId: 'US.18' });
  const [both] = await meet({ phone: '1800', userId: 'US.18' });
  expect(both).toMatchObject({ id: user!.id, identityConflict: true, phone: null });
  expect(await aliases(phone!.id)).toEqual(['phone 1800']);
  expect(await aliases(user!.id)).toEqual(['bsuid US.18']);
});

it('finds Brazilian, Mexican and Argentine numbers in their other writing, and keeps what WhatsApp wrote', async () => {
  for (const [written, other] of [
    ['5511987654321', '551187654321'],
    ['5215512345678', '525512345678'],
    ['5491123456789', '541123456789'],
  ] as const) {
    const [first] = await meet({ phone: written });
    // Of one moment they would stand by value.
    clock.advance(1);
    const [second] = await meet({ phone: other });
    expect(second!.id).toBe(first!.id);
    expect(second!.phone).toBe(written);
    expect(await aliases(first!.id)).toEqual([`phone ${written}`, `phone ${other}`]);
  }
});

it('shows the newest name, whatever order sightings come in', async () => {
  const at = (s: number) => new Date(Date.UTC(2026, 10, 20, 13, 0, s));
  const see = (name: string, s: number) =>
    db.withSystem('test', (tx) =>
      resolveMany(tx, [{ workspaceId, scope, person: who({ phone: '1900', profileName: name }), at: at(s) }]),
    );
  await see('New', 30);
  const [late] = await see('Old', 10);
  expect(late).toMatchObject({ profileName: 'New', lastSeenAt: at(30) });
});

it('makes one contact when two workers meet the same person at once', async () => {
  for (let round = 0; round < 20; round += 1) {
    const phone = `21${round}`;
    const userId = `US.21${round}`;
    const [[a], [b], [c]] = await Promise.all([
      meet({ phone, userId }),
      meet({ userId, phone }),
      meet({ phone }),
    ]);
    expect(new Set([a!.id, b!.id, c!.id]).size).toBe(1);
    expect(await aliases(a!.id)).toHaveLength(2);
  }
});

it('keeps the history of a changed number and of a rotated BSUID', async () => {
  const [before] = await meet({ phone: '2200', userId: 'US.22a' });
  await db.withSystem('test', (tx) =>
    applyIdentityChange(tx, [
      {
        workspaceId,
        scope,
        from: who({ phone: '2200', userId: 'US.22a' }),
        to: { phone: '2201', userId: 'US.22b', parentUserId: null },
        at: clock.now(),
      },
    ]),
  );
  expect((await aliases(before!.id)).sort()).toEqual([
    'bsuid US.22a (old)',
    'bsuid US.22b',
    'phone 2200 (old)',
    'phone 2201',
  ]);
  const [late] = await meet({ phone: '2200' });
  const [now] = await meet({ userId: 'US.22b' });
  expect([late!.id, now!.id]).toEqual([before!.id, before!.id]);
  expect(now!.phone).toBe('2201');
  // Somebody else got the old number.
  const [stranger] = await meet({ phone: '2200', userId: 'US.stranger' });
  expect(stranger!.id).not.toBe(before!.id);
  expect(stranger).toMatchObject({ identityConflict: true, phone: null });
});

it('ends with the newest aliases in whatever order their changes arrive, and takes an old number back', async () => {
  const change = (
    from: Partial<PersonRef>,
    [phone, userId, parentUserId]: [string | null, string, string],
    seconds: number,
  ) => ({
    workspaceId,
    scope,
    from: who(from),
    to: { phone, userId, parentUserId },
    at: new Date(clock.now().getTime() + seconds * 1000),
  });
  for (const [n, order] of [
    ['971', [0, 1]],
    ['972', [1, 0]],
  ] as const) {
    const parent = `US.ENT.${n}`;
    const [met] = await meet({ phone: `${n}00`, userId: `US.${n}a`, parentUserId: `${parent}a` });
    const changes = [
      change(
        { phone: `${n}00`, userId: `US.${n}a`, parentUserId: `${parent}a` },
        [null, `US.${n}b`, `${parent}b`],
        10,
      ),
      change(
        { phone: `${n}00`, userId: `US.${n}b`, parentUserId: `${parent}b` },
        [`${n}01`, `US.${n}c`, `${parent}c`],
        20,
      ),
    ];
    await db.withSystem('test', (tx) =>
      applyIdentityChange(
        tx,
        order.map((index) => changes[index]!),
      ),
    );
    expect((await aliases(met!.id)).sort()).toEqual([
      `bsuid US.${n}a (old)`,
      `bsuid US.${n}b (old)`,
      `bsuid US.${n}c`,
      `parent_bsuid ${parent}a (old)`,
      `parent_bsuid ${parent}b (old)`,
      `parent_bsuid ${parent}c`,
      `phone ${n}00 (old)`,
      `phone ${n}01`,
    ]);
    expect(await read(met!.id)).toMatchObject({ phone: `${n}01`, identityConflict: false });
    const back = change({ phone: `${n}01`, userId: `US.${n}c` }, [`${n}00`, `US.${n}d`, `${parent}c`], 30);
    await db.withSystem('test', (tx) => applyIdentityChange(tx, [back]));
    expect(await read(met!.id)).toMatchObject({ phone: `${n}00` });
    expect(await aliases(met!.id)).toEqual(
      expect.arrayContaining([
        `phone ${n}00`,
        `phone ${n}01 (old)`,
        `bsuid US.${n}d`,
        `parent_bsuid ${parent}c`,
      ]),
    );
  }
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  for (const [n, order] of orders.entries()) {
    const id = (letter: string) => [`973${n}${letter}`, `US.973${n}${letter}`, `US.ENT.973${n}`] as const;
    const from = (letter: string) => {
      const [phone, userId, parentUserId] = id(letter);
      return { phone, userId, parentUserId };
    };
    const [met] = await meet(from('1'));
    const changes = [
      change(from('1'), [...id('2')], 10),
      change(from('2'), [...id('3')], 20),
      change(from('3'), [...id('1')], 30),
    ];
    for (const index of order)
      await db.withSystem('test', (tx) => applyIdentityChange(tx, [changes[index]!]));
    expect((await aliases(met!.id)).sort(), order.join()).toEqual([
      `bsuid US.973${n}1`,
      `bsuid US.973${n}2 (old)`,
      `bsuid US.973${n}3 (old)`,
      `parent_bsuid US.ENT.973${n}`,
      `phone 973${n}1`,
      `phone 973${n}2 (old)`,
      `phone 973${n}3 (old)`,
    ]);
    expect(await read(met!.id)).toMatchObject({ phone: `973${n}1` });
    const [next] = await meet({ phone: `973${n}1`, userId: `US.973${n}4` });
    expect(next!.id).toBe(met!.id);
  }
});

it('marks both when the new number has its own contact already', async () => {
  const [old] = await meet({ phone: '2300' });
  const [early] = await meet({ phone: '2301' });
  await db.withSystem('test', (tx) =>
    applyIdentityChange(tx, [
      {
        workspaceId,
        scope,
        from: who({ phone: '2300' }),
        to: { phone: '2301', userId: null, parentUserId: null },
        at: clock.now(),
      },
    ]),
  );
  expect(await read(old!.id)).toMatchObject({ identityConflict: true, phone: '2300' });
  expect(await read(early!.id)).toMatchObject({ identityConflict: true, phone: '2301' });
});

it('links what a status shows together, and creates nobody', async () => {
  const [known] = await meet({ phone: '2400' });
  const link = (person: Partial<PersonRef>) =>
    db.withSystem('test', (tx) =>
      linkMany(tx, [{ workspaceId, scope, person: who(person), at: clock.now() }]),
    );
  await link({ phone: '2400', userId: 'US.24' });
  await link({ phone: '2400', userId: 'US.24' });
  await link({ phone: '2499', userId: 'US.2499' });
  expect(await aliases(known!.id)).toEqual(['bsuid US.24', 'phone 2400']);
  const [nobody] = await db.withSystem('test', (tx) =>
    tx.query<{ count: number }>("select count(*) from identities where value = '2499'"),
  );
  expect(nobody!.count).toBe(0);
});

it('links anew what an erasure took apart, and after an hour what another process did', async () => {
  const person = { phone: '16505552600', userId: 'US.26' };
  const link = () =>
    db.withSystem('test', (tx) =>
      linkMany(tx, [{ workspaceId, scope, person: who(person), at: clock.now() }]),
    );
  const [known] = await meet(person);
  await db.withSystem('test', (tx) =>
    eraseContacts(tx, workspaceId, [known!.id], [person.phone, person.userId]),
  );
  const { id } = await db.withTenant(workspaceId, systemActor, (tx) =>
    contactForAddress(tx, { phone: person.phone }),
  );
  await link();
  expect((await aliases(id)).sort()).toEqual(['bsuid US.26', 'phone 16505552600']);
  await db.withSystem('test', (tx) => tx.query("delete from identities where value = 'US.26'"));
  await link();
  expect(await aliases(id)).toEqual(['phone 16505552600']);
  clock.advance(3_600_000);
  await link();
  expect((await aliases(id)).sort()).toEqual(['bsuid US.26', 'phone 16505552600']);
});

it('finds or makes the contact that a send names, in any writing', async () => {
  const send = (phone: string) =>
    db.withTenant(workspaceId, systemActor, (tx) => contactForAddress(tx, { phone }));
  const made = await send('+1 (650) 555-0199');
  expect(made).toMatchObject({ phone: '16505550199', lastSeenAt: null });
  expect((await send('16505550199')).id).toBe(made.id);
});

it('lets the newest word about being written to count, and keeps WhatsApp’s own preference apart', async () => {
  const [contact] = await meet({ phone: '2500' });
  const at = (s: number) => new Date(Date.UTC(2026, 10, 20, 11, 0, s));
  const say = (action: 'opt-out' | 'opt-in', source: string, s: number, scope: 'all' | 'marketing' = 'all') =>
    db.withSystem('test', (tx) =>
      recordConsents(tx, [
        {
          workspaceId,
          contactId: contact!.id,
          action,
          scope,
          source,
          keyword: source === 'keyword' ? 'STOP' : null,
          at: at(s),
        },
      ]),
    );
  await say('opt-out', 'keyword', 10);
  await say('opt-out', 'whatsapp', 11, 'marketing');
  expect(await read(contact!.id)).toMatchObject({
    optedOut: true,
    optedOutAt: at(10),
    optOutSource: 'keyword',
    optOutKeyword: 'STOP',
    optOutScope: 'all',
    marketingStoppedAt: at(11),
  });
  await say('opt-in', 'keyword', 20);
  await say('opt-out', 'keyword', 15);
  expect(await read(contact!.id)).toMatchObject({
    optedOut: false,
    optedOutAt: null,
    marketingStoppedAt: at(11),
  });
});

it('lets STOP win over an opt-in of the same second, and no word from the future have the last say', async () => {
  const [contact] = await meet({ phone: '2600' });
  const say = async (action: 'opt-out' | 'opt-in', source: string, at: string) =>
    (
      await db.withSystem('test', (tx) =>
        recordConsents(tx, [
          { workspaceId, contactId: contact!.id, action, scope: 'all', source, at: new Date(at) },
        ]),
      )
    )[0];
  const optedOut = async () => (await read(contact!.id))!.optedOut;
  expect(await say('opt-in', 'api', '2026-11-20T11:10:05.700Z')).toBe(true);
  // Said after that, but WhatsApp tells whole seconds.
  expect(await say('opt-out', 'keyword', '2026-11-20T11:10:05Z')).toBe(true);
  expect(await optedOut()).toBe(true);
  expect(await say('opt-in', 'api', '2026-11-20T11:10:05.800Z')).toBe(false);
  expect(await optedOut()).toBe(true);
  expect(await say('opt-in', 'keyword', '2099-01-01T00:00:00Z')).toBe(true);
  expect(await optedOut()).toBe(false);
  clock.advance(1000);
  expect(await say('opt-out', 'keyword', clock.now().toISOString())).toBe(true);
  expect(await optedOut()).toBe(true);
  // Our own words are told apart by milliseconds.
  clock.advance(1000);
  const base = clock.now().getTime();
  clock.advance(900);
  expect(await say('opt-out', 'api', new Date(base + 100).toISOString())).toBe(true);
  expect(await say('opt-in', 'api', new Date(base + 200).toISOString())).toBe(true);
  expect(await say('opt-out', 'api', new Date(base + 150).toISOString())).toBe(false);
  expect(await optedOut()).toBe(false);
  // So are words that came without a time and have that of their arrival.
  expect(await say('opt-out', 'keyword', new Date(base + 300).toISOString())).toBe(true);
  expect(await say('opt-in', 'keyword', new Date(base + 310).toISOString())).toBe(true);
  expect(await optedOut()).toBe(false);
});

it('lets one of two opposite words recorded at once wait for the other', async () => {
  const at = new Date(Math.floor(clock.now().getTime() / 1000) * 1000);
  for (let round = 0; round < 10; round += 1) {
    const [contact] = await meet({ phone: `27${round}` });
    const say = (action: 'opt-out' | 'opt-in', source: string) =>
      db.withSystem('test', (tx) =>
        recordConsents(tx, [{ workspaceId, contactId: contact!.id, action, scope: 'all', source, at }]),
      );
    await Promise.all([say('opt-in', 'api'), say('opt-out', 'keyword')]);
    expect((await read(contact!.id))!.optedOut).toBe(true);
  }
});

it('counts a word for both contacts that one payload named', async () => {
  const [phone] = await meet({ phone: '2800' });
  const [user] = await meet({ userId: 'US.28' });
  const [both] = await meet({ phone: '2800', userId: 'US.28' });
  expect(both!.id).toBe(user!.id);
  const say = (contactId: string, action: 'opt-out' | 'opt-in') => {
    clock.advance(1000);
    return db.withSystem('test', (tx) =>
      recordConsents(tx, [
        { workspaceId, contactId, action, scope: 'all', source: 'keyword', at: clock.now() },
      ]),
    );
  };
  const flags = async () => [(await read(phone!.id))!.optedOut, (await read(user!.id))!.optedOut];
  expect(await say(user!.id, 'opt-out')).toEqual([true]);
  expect(await flags()).toEqual([true, true]);
  expect(await say(phone!.id, 'opt-in')).toEqual([true]);
  expect(await flags()).toEqual([false, false]);
});

it('copies an opt-out that was said before two contacts were seen to be one person', async () => {
  const [phone] = await meet({ phone: '2900' });
  const [user] = await meet({ userId: 'US.29' });
  clock.advance(1000);
  const say = (contactId: string, action: 'opt-out' | 'opt-in', source: string, scope: 'all' | 'marketing') =>
    db.withSystem('test', (tx) =>
      recordConsents(tx, [
        { workspaceId, contactId, action, scope, source, keyword: 'STOP', at: clock.now() },
      ]),
    );
  await say(phone!.id, 'opt-out', 'keyword', 'all');
  await say(user!.id, 'opt-out', 'whatsapp', 'marketing');
  clock.advance(1000);
  // Said later, but by somebody of whom nobody knew the STOP: the stricter word counts.
  await say(user!.id, 'opt-in', 'api', 'all');
  await meet({ phone: '2900', userId: 'US.29' });
  for (const one of [phone!, user!]) {
    expect(await read(one.id)).toMatchObject({
      optedOut: true,
      optOutSource: 'keyword',
      optOutKeyword: 'STOP',
      optOutScope: 'all',
      marketingStoppedAt: expect.any(Date),
    });
  }
  // Only once: who opts in afterwards is not opted out again by the next message.
  clock.advance(1000);
  await say(user!.id, 'opt-in', 'keyword', 'all');
  await meet({ phone: '2900', userId: 'US.29' });
  expect([(await read(phone!.id))!.optedOut, (await read(user!.id))!.optedOut]).toEqual([false, false]);
});
