import { randomBytes } from 'node:crypto';
import { type Database, type SystemTx, systemActor } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation, newId, type UserId } from '../../platform/ids.ts';
import { checkNewPassword, hashPassword } from './passwords.ts';
import { insertUser, setPassword } from './queries.ts';
import { anyPerson, dropLinks, type PersonRecord, personByEmail } from './queries-people.ts';
import { revokeSessions } from './sessions.ts';

export interface UserRow {
  id: UserId;
  email: string;
  name: string;
  isSuperadmin: boolean;
  createdAt: Date;
}

interface UserRecord {
  id: string;
  email: string;
  name: string;
  is_superadmin: boolean;
  created_at: Date;
  [column: string]: unknown;
}

function toUser(row: UserRecord): UserRow {
  return {
    id: row.id as UserId,
    email: row.email,
    name: row.name,
    isSuperadmin: row.is_superadmin,
    createdAt: row.created_at,
  };
}

/** Makes somebody who runs the installation. Without a password one is made; it is in the answer and nowhere else. */
export async function createSuperadmin(
  db: Database,
  command: { email: string; name?: string; password?: string },
): Promise<{ user: UserRow; password: string }> {
  const email = command.email.trim();
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) {
    throw errors.invalidRequest([
      { path: 'email', message: 'This is not an e-mail address.', rule: 'format', limit: 'email' },
    ]);
  }
  const password = command.password ?? randomBytes(15).toString('base64url');
  checkNewPassword(password, { email, name: command.name ?? null });
  // Before the transaction: 30 ms of work that no connection should wait for.
  const hash = await hashPassword(password);
  const user = await db.withSystem('create a superadmin', async (tx) => {
    const [row] = await tx.query<UserRecord>(insertUser, [
      newId<UserId>(tx.now().getTime()),
      email,
      command.name ?? '',
      hash,
      true,
      tx.now().toISOString(),
    ]);
    if (!row) {
      throw errors.conflict(
        'email_taken',
        'A user with this address exists. `chaski admin reset-password` helps.',
        {
          email,
        },
      );
    }
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'user.registered',
        data: { userId: row.id },
        audit: { target: { kind: 'user', id: row.id }, after: { isSuperadmin: true } },
      },
    ]);
    return toUser(row);
  });
  return { user, password };
}

/**
 * Makes a person whose address the operator vouches for. Null where somebody has it already. `hash` is made before the
 * transaction, which should not wait for it.
 */
export async function createPerson(
  tx: SystemTx,
  command: { email: string; hash: string },
): Promise<UserId | null> {
  const [row] = await tx.query<UserRecord>(insertUser, [
    newId<UserId>(tx.now().getTime()),
    command.email,
    '',
    command.hash,
    false,
    tx.now().toISOString(),
  ]);
  if (!row) return null;
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'user.registered',
      data: { userId: row.id },
      audit: { target: { kind: 'user', id: row.id }, after: { isSuperadmin: false } },
    },
  ]);
  return row.id as UserId;
}

/** The id of somebody with this address, or null. */
export async function userIdByEmail(tx: SystemTx, email: string): Promise<UserId | null> {
  const [row] = await tx.query<PersonRecord>(personByEmail, [email]);
  return row ? (row.id as UserId) : null;
}

/** Sets a new password, made here if none is given. All sessions and mailed links end: whoever held one may be why. */
export async function resetPassword(
  db: Database,
  command: { email: string; password?: string },
): Promise<{ user: UserRow; password: string }> {
  const password = command.password ?? randomBytes(15).toString('base64url');
  checkNewPassword(password, command);
  const hash = await hashPassword(password);
  const user = await db.withSystem('reset a password', async (tx) => {
    const [row] = await tx.query<UserRecord>(setPassword, [
      command.email.trim(),
      hash,
      tx.now().toISOString(),
    ]);
    if (!row) throw errors.notFound('user', { email: command.email });
    await tx.execute(dropLinks, [row.id, ['reset-password', 'change-email', 'verify-email']]);
    const ended = await revokeSessions(tx, { userId: row.id }, { actor: systemActor, audited: false });
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'password.changed',
        data: { userId: row.id },
        audit: { target: { kind: 'user', id: row.id }, after: { sessionsEnded: ended.length } },
      },
    ]);
    return toUser(row);
  });
  return { user, password };
}

/** Whether anybody could sign in: a new installation has nobody. */
export async function hasPeople(tx: SystemTx): Promise<boolean> {
  const [row] = await tx.query<{ known: boolean }>(anyPerson);
  return row?.known ?? false;
}
