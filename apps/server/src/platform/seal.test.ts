import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedWorkspace, testDatabase } from '../../test/harness.ts';
import {
  countByKey,
  keyRing,
  kidOf,
  needsReseal,
  type Place,
  parseKey,
  reseal,
  sameSecret,
  seal,
  unseal,
} from './seal.ts';

const t = await testDatabase();
const old = keyRing(['11'.repeat(32)]);
const both = keyRing(['22'.repeat(32), '11'.repeat(32)]);
const place: Place = {
  workspaceId: randomUUID(),
  table: 'accounts',
  column: 'sealed_token',
  rowId: randomUUID(),
};

test('any text opens where it was sealed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(unseal(old, place, seal(old, place, text))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test('the same text is never sealed alike', () => {
  const sealed = new Set(Array.from({ length: 500 }, () => seal(old, place, 'x')));
  expect(sealed.size).toBe(500);
});

test('no flipped bit of the sealed text opens', () => {
  const sealed = seal(old, place, 'EAAGm0PX4ZCpsBO-token');
  let tried = 0;
  for (let at = 0; at < sealed.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(sealed, 'latin1');
      changed[at]! ^= 1 << bit;
      tried++;
      expect(() => unseal(old, place, changed.toString('latin1')), `byte ${at} bit ${bit}`).toThrow(
        /cannot be opened/,
      );
    }
  }
  expect(tried).toBeGreaterThan(600);
});

test('no flipped bit of the bytes inside opens', () => {
  const parts = seal(old, place, 'token').split('.');
  for (const part of [2, 3, 4]) {
    const bytes = Buffer.from(parts[part]!, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const text = parts.with(part, changed.toString('base64url')).join('.');
      expect(() => unseal(old, place, text)).toThrow(/cannot be opened/);
    }
  }
});

test('no cut opens: of the whole, and of tag, nonce and text alone', () => {
  const sealed = seal(old, place, 'token');
  for (let length = 0; length < sealed.length; length++) {
    expect(() => unseal(old, place, sealed.slice(0, length))).toThrow(/cannot be opened/);
  }
  const parts = sealed.split('.');
  for (const part of [2, 3, 4]) {
    const bytes = Buffer.from(parts[part]!, 'base64url');
    for (let length = 0; length < bytes.length; length++) {
      const text = parts.with(part, bytes.subarray(0, length).toString('base64url')).join('.');
      // A tag of 4, 8 or 12 to 15 bytes would be a valid, weaker GCM tag.
      expect(() => unseal(old, place, text)).toThrow(/cannot be opened/);
    }
  }
  expect(() => unseal(old, place, `${sealed}.`)).toThrow();
  expect(() => unseal(old, place, sealed.replace('v1.', 'v2.'))).toThrow();
});

test('what moves to another row, column, table or workspace does not open', () => {
  const sealed = seal(old, place, 'token');
  const moves: Place[] = [
    { ...place, rowId: randomUUID() },
    { ...place, workspaceId: randomUUID() },
    { ...place, workspaceId: null },
    { ...place, column: 'sealed_secret' },
    { ...place, table: 'app_secrets' },
    // The borders between the parts count.
    { ...place, table: 'account', column: 's.sealed_token' },
    { ...place, workspaceId: `${place.workspaceId}|`, rowId: place.rowId.slice(1) },
  ];
  for (const moved of moves) expect(() => unseal(old, moved, sealed)).toThrow(/another row or workspace/);
  expect(unseal(old, { ...place }, sealed)).toBe('token');
});

test('a workspace that is named like none is not the installation', () => {
  const nobody = { ...place, workspaceId: null };
  expect(() => unseal(old, { ...place, workspaceId: '-' }, seal(old, nobody, 'x'))).toThrow();
  expect(() => unseal(old, { ...place, workspaceId: '' }, seal(old, nobody, 'x'))).toThrow();
});

test('the wrong key, and a foreign key under a known id', () => {
  const sealed = seal(both, place, 'token');
  expect(() => unseal(old, place, sealed)).toThrow(/is not in the ring/);
  const relabelled = sealed.replace(kidOf(sealed)!, old[0].kid);
  expect(() => unseal(old, place, relabelled)).toThrow(/changed/);
});

test('keys in each of their three spellings', () => {
  const bytes = randomBytes(32);
  const spellings = [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ` ${bytes.toString('hex')}\n`,
  ];
  for (const text of spellings) expect(parseKey(text).key.equals(bytes), text).toBe(true);
  expect(parseKey('a passphrase of more than 32 characters').key).toHaveLength(32);
  expect(parseKey('x'.repeat(32)).key).toHaveLength(32);
  for (const weak of ['', 'short', 'x'.repeat(31), 'ab'.repeat(15)])
    expect(() => parseKey(weak)).toThrow(/32/);
  expect(keyRing([bytes.toString('hex'), bytes.toString('base64')])).toHaveLength(1);
  expect(() => keyRing([])).toThrow(/no sealing key/);
});

test('secrets are equal only if they are', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => sameSecret(a, b) === (a === b)));
  expect(sameSecret('same', Buffer.from('same'))).toBe(true);
});

test('rotation while reads go on: none fails, all are sealed anew, the old key may go', async () => {
  const count = 300;
  const first = await seedWorkspace(t.db, { token: null });
  const ids = Array.from({ length: count }, () => randomUUID());
  const at = (rowId: string): Place => ({
    workspaceId: first.workspaceId,
    table: 'accounts',
    column: 'sealed_token',
    rowId,
  });
  const lone = randomUUID();
  const lonePlace: Place = { workspaceId: null, table: 'app_secrets', column: 'sealed_secret', rowId: lone };
  await t.db.withSystem('test', async (tx) => {
    await tx.execute(
      `insert into accounts (workspace_id, id, app_id, sealed_token, base_url, graph_version, created_at)
       select $1, id, $2, sealed, 'http://127.0.0.1:1', 'v24.0', now() from unnest($3::uuid[], $4::text[]) as n (id, sealed)`,
      [first.workspaceId, first.appId, ids, ids.map((id) => seal(old, at(id), `token ${id}`))],
    );
    await tx.execute(
      'insert into app_secrets (id, app_id, sealed_secret, created_at) values ($1, $2, $3, now())',
      [lone, first.appId, seal(old, lonePlace, 'app secret')],
    );
  });
  expect(await countByKey(t.db)).toEqual({ [old[0].kid]: count + 1 });

  let rotating = true;
  let reads = 0;
  const failures: unknown[] = [];
  const reader = async () => {
    while (rotating) {
      const id = ids[reads++ % count]!;
      try {
        const [row] = await t.db.withSystem('test', (tx) =>
          tx.query<{ sealed_token: string }>('select sealed_token from accounts where id = $1', [id]),
        );
        if (unseal(both, at(id), row!.sealed_token) !== `token ${id}`) failures.push(id);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const readers = [reader(), reader(), reader()];
  // A token that somebody enters meanwhile must win over the rotation.
  const writer = t.db.withSystem('test', (tx) =>
    tx.execute('update accounts set sealed_token = $2 where id = $1', [
      ids[7],
      seal(both, at(ids[7]!), `token ${ids[7]}`),
    ]),
  );
  const results = await Promise.all([reseal(t.db, both, undefined, 20), reseal(t.db, both, undefined, 7)]);
  await writer;
  rotating = false;
  await Promise.all(readers);

  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(20);
  expect(results.map((r) => r.failed)).toEqual([0, 0]);
  expect(await countByKey(t.db)).toEqual({ [both[0].kid]: count + 1 });
  const only = keyRing(['22'.repeat(32)]);
  const rows = await t.db.withSystem('test', (tx) =>
    tx.query<{ id: string; sealed_token: string }>(
      'select id, sealed_token from accounts where sealed_token is not null',
    ),
  );
  for (const row of rows) {
    expect(unseal(only, at(row.id), row.sealed_token)).toBe(`token ${row.id}`);
    expect(needsReseal(only, row.sealed_token)).toBe(false);
  }
  expect(await reseal(t.db, both)).toEqual({ resealed: 0, failed: 0 });
});

test('what does not open is left as it is and counted', async () => {
  const lost = keyRing(['33'.repeat(32)]);
  const { workspaceId, accountId } = await seedWorkspace(t.db, { token: null });
  const sealed = seal(
    lost,
    { workspaceId, table: 'accounts', column: 'sealed_token', rowId: accountId },
    'x',
  );
  await t.db.withSystem('test', (tx) =>
    tx.execute('update accounts set sealed_token = $2 where id = $1', [accountId, sealed]),
  );
  expect(await reseal(t.db, both)).toEqual({ resealed: 0, failed: 1 });
  expect(await countByKey(t.db)).toMatchObject({ [lost[0].kid]: 1 });
});
