import { hash as bcrypt } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import {
  authenticateKey,
  createApiKey,
  createSuperadmin,
  hashPassword,
  listApiKeys,
  needsRehash,
  resetPassword,
  revokeApiKey,
  startSession,
  tokenKeyOf,
  verifyPassword,
} from './index.ts';

const { db, clock } = await testDatabase();
const a = await seedWorkspace(db, { name: 'A' });
const b = await seedWorkspace(db, { name: 'B' });

const make = (command: Parameters<typeof createApiKey>[1]) =>
  db.withTenant(a.workspaceId, systemActor, (tx) => createApiKey(tx, command));
const keysOf = (workspaceId: typeof a.workspaceId) =>
  db.withTenant(workspaceId, systemActor, (tx) => listApiKeys(tx));

describe('API keys', () => {
  it('stand for their workspace, scopes and numbers', async () => {
    const { id, key } = await make({ name: 'site', scopes: ['messages:*'], numberIds: [a.numberId] });
    expect(key).toMatch(/^ck_[a-z2-7]{16}_[A-Za-z0-9_-]{43}$/);
    expect(await authenticateKey(db, key)).toEqual({
      keyId: id,
      workspaceId: a.workspaceId,
      actor: { kind: 'key', id, role: 'key', reach: { numberIds: [a.numberId], ownOnly: false } },
      scopes: ['messages:*'],
      numberIds: [a.numberId],
      plan: 'free',
    });
  });

  it('are stored as a hash only', async () => {
    const { key } = await make({ name: 'secretive' });
    const rows = await db.withSystem('test', (tx) =>
      tx.query<{ row: string }>('select row_to_json(k)::text as row from api_keys k'),
    );
    const secret = key.split('_').slice(2).join('_');
    const hex = Buffer.from(secret, 'base64url').toString('hex');
    for (const { row } of rows) {
      expect(row).not.toContain(secret);
      expect(row).not.toContain(hex);
    }
  });

  it('are refused when wrong in any character, unknown, of another shape', async () => {
    const { id, key } = await make({ name: 'mutants' });
    const secret = key.slice(`ck_${id}_`.length);
    const mutants = [...secret].map((char, at) => {
      // The last letter of 43 holds 4 bits: only a change of those is another key.
      const other = at === 42 ? (char === 'A' ? 'Q' : 'A') : char === 'x' ? 'y' : 'x';
      return `ck_${id}_${secret.slice(0, at)}${other}${secret.slice(at + 1)}`;
    });
    const answers = await Promise.all(mutants.map((mutant) => authenticateKey(db, mutant)));
    expect(answers.filter((answer) => answer !== null)).toEqual([]);
    for (const wrong of [
      '',
      'ck_',
      `ck_${'a'.repeat(16)}_${secret}`,
      `${key} `,
      key.slice(0, -1),
      'x'.repeat(1e5),
    ]) {
      expect(await authenticateKey(db, wrong)).toBeNull();
    }
    expect(await authenticateKey(db, key)).not.toBeNull();
  });

  it('end when revoked or expired', async () => {
    const { id, key } = await make({ name: 'short', expiresAt: new Date(clock.now().getTime() + 60_000) });
    expect(await authenticateKey(db, key)).not.toBeNull();
    clock.advance(61_000);
    forgetCallers();
    expect(await authenticateKey(db, key)).toBeNull();

    const other = await make({ name: 'revoked' });
    expect(await authenticateKey(db, other.key)).not.toBeNull();
    await db.withTenant(a.workspaceId, systemActor, (tx) => revokeApiKey(tx, other.id));
    forgetCallers();
    expect(await authenticateKey(db, other.key)).toBeNull();
    await expect(
      db.withTenant(b.workspaceId, systemActor, (tx) => revokeApiKey(tx, id)),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('note their last use at most once a minute', async () => {
    const { id, key } = await make({ name: 'used' });
    const lastUse = async () =>
      (await keysOf(a.workspaceId)).find((one) => one.id === id)!.lastUsedAt?.getTime() ?? null;
    const use = async () => {
      forgetCallers();
      await authenticateKey(db, key);
    };
    expect(await lastUse()).toBeNull();
    await use();
    const first = clock.now().getTime();
    expect(await lastUse()).toBe(first);
    clock.advance(59_000);
    await use();
    expect(await lastUse()).toBe(first);
    clock.advance(2_000);
    await use();
    expect(await lastUse()).toBe(clock.now().getTime());
  });

  it('are listed in their own workspace only, and want known scopes', async () => {
    expect(await keysOf(b.workspaceId)).toEqual([]);
    expect((await keysOf(a.workspaceId)).length).toBeGreaterThan(3);
    await expect(make({ name: 'x', scopes: ['everything'] })).rejects.toMatchObject({ status: 400 });
    await expect(make({ name: 'x', scopes: [] })).rejects.toMatchObject({ status: 400 });
  });

  it('do not remember a database that was away', async () => {
    const { key } = await make({ name: 'away' });
    forgetCallers();
    const gone = await testDatabase();
    await gone.close();
    await expect(authenticateKey(gone.db, key)).rejects.toBeDefined();
    await expect(authenticateKey(gone.db, key)).rejects.toBeDefined();
  });
});

describe('passwords', () => {
  it('are argon2id with the agreed costs, and every character counts', async () => {
    const long = `${'p'.repeat(72)}A`;
    const stored = await hashPassword(long);
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(stored, long)).toBe(true);
    expect(await verifyPassword(stored, `${'p'.repeat(72)}B`)).toBe(false);
    expect(await verifyPassword(null, long)).toBe(false);
    expect(await verifyPassword('$2b$10$nonsense', long)).toBe(false);
  });

  it('of another system verify, and are to be stored anew', async () => {
    const long = 'p'.repeat(60);
    const stored = await bcrypt(long, 4);
    expect(await verifyPassword(stored, long)).toBe(true);
    expect(await verifyPassword(stored, `${long}x`)).toBe(false);
    expect(needsRehash(stored)).toBe(true);
    const ours = await hashPassword(long);
    expect(needsRehash(ours)).toBe(false);
    expect(needsRehash(ours.replace('t=2', 't=1'))).toBe(true);
  });

  it('are made for a superadmin who brings none, and can be reset', async () => {
    const { user, password } = await createSuperadmin(db, { email: 'Root@Example.com' });
    expect(user.isSuperadmin).toBe(true);
    expect(password.length).toBeGreaterThanOrEqual(20);
    await expect(createSuperadmin(db, { email: 'root@example.COM' })).rejects.toMatchObject({
      code: 'email_taken',
    });
    await db.withSystem('test: signed in', (tx) =>
      startSession(
        tx,
        { tokenKey: tokenKeyOf('only a cookie is made here') },
        { userId: user.id, kind: 'cookie', ip: null, userAgent: null, secondFactor: false },
      ),
    );
    const reset = await resetPassword(db, { email: 'ROOT@example.com', password: 'a new password' });
    expect(reset.user.id).toBe(user.id);
    const [row] = await db.withSystem('test', (tx) =>
      tx.query<{ password_hash: string; live: number }>(
        `select password_hash, (select count(*) from sessions s where s.user_id = u.id and revoked_at is null) as live
           from users u where id = $1`,
        [user.id],
      ),
    );
    expect(row!.live, 'whoever held a session may be why').toBe(0);
    expect(await verifyPassword(row!.password_hash, 'a new password')).toBe(true);
    expect(await verifyPassword(row!.password_hash, password)).toBe(false);
    await expect(resetPassword(db, { email: 'nobody@example.com' })).rejects.toMatchObject({ status: 404 });
    for (const password of ['short', 'Password1!', 'martin.luther83']) {
      await expect(
        createSuperadmin(db, { email: 'martin.luther@example.com', password }),
      ).rejects.toMatchObject({ status: 400 });
    }
  });
});
