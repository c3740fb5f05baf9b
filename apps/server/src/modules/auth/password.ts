import { z } from 'zod';
import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation } from '../../platform/ids.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import type { AuthDeps } from './deps.ts';
import { followLink, makeLink, spentLink } from './mail-links.ts';
import { composeMail } from './mails.ts';
import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';
import {
  confirmPerson,
  dropLinks,
  type PersonRecord,
  personByEmail,
  personById,
  setPersonPassword,
} from './queries-people.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';
import { revokeSessions } from './sessions.ts';

/** Looks the address up when nobody waits for the answer: the door does the same for every address. */
const mailReset = defineJob({ name: 'auth.mail-reset', schema: z.object({ email: z.string() }) });

/** Asks for a mail with a link. Answers nothing about the address. */
export async function askReset(deps: Pick<AuthDeps, 'db'>, request: AskedBy, email: string): Promise<void> {
  await deps.db.withSystem('somebody forgot a password', async (tx) => {
    await enqueue(tx, mailReset, [{ workspaceId: null, payload: { email: email.trim() } }]);
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'password.reset_asked',
        actor: { ...selfOf(request, ''), id: null },
        data: {},
        audit: { target: { kind: 'user', id: null } },
      },
    ]);
  });
}

export function mailResetHandler(deps: Pick<AuthDeps, 'db' | 'mailer' | 'links'>): Handler {
  return handle(mailReset, async ({ email }) => {
    await deps.db.withSystem('mail a link to reset a password', async (tx) => {
      const [person] = await tx.query<PersonRecord>(personByEmail, [email]);
      if (!person || person.disabled_at !== null) return;
      const token = await makeLink(tx, {
        userId: person.id,
        purpose: 'reset-password',
        email: person.email,
      });
      await deps.mailer.send(
        tx,
        composeMail(deps.links, 'reset-password', person, { name: person.name }, token),
      );
    });
  });
}

/** A new password by the mail's link. All sessions end: whoever knew the old password may hold one. */
export async function resetByLink(
  deps: Pick<AuthDeps, 'db' | 'mailer' | 'links'>,
  request: AskedBy,
  command: { token: string; password: string },
): Promise<void> {
  const { db } = deps;
  const person = await db.withSystem('a link to reset a password', async (tx) => {
    const { userId } = await followLink(tx, 'reset-password', command.token, 'look');
    const [row] = await tx.query<PersonRecord>(personById, [userId]);
    if (!row || row.disabled_at !== null) throw spentLink();
    return row;
  });
  checkNewPassword(command.password, person);
  const hash = await hashPassword(command.password);
  await db.withSystem('reset a password by link', async (tx) => {
    const { userId, email } = await followLink(tx, 'reset-password', command.token, 'take');
    // The mail arrived, so the address is theirs; another one by now: the link belongs to the past.
    const confirmed = await tx.query(confirmPerson, [userId, email, tx.now().toISOString()]);
    if (confirmed.length === 0) throw spentLink();
    await storePassword(tx, deps, request, person, hash, {});
  });
}

/** A new password by who knows the old one. The other sessions end. */
export async function changePassword(
  deps: Pick<AuthDeps, 'db' | 'mailer' | 'links'>,
  request: AskedBy,
  command: { userId: string; sessionId: string; current?: string | undefined; password: string },
): Promise<void> {
  const { db } = deps;
  const [person] = await db.withSystem('who changes a password', (tx) =>
    tx.query<PersonRecord>(personById, [command.userId]),
  );
  if (!person) throw errors.notFound('user');
  checkNewPassword(command.password, person);
  // Somebody who came by single sign-on has none yet.
  if (person.password_hash !== null && !(await verifyPassword(person.password_hash, command.current ?? ''))) {
    throw errors.unprocessable('wrong_password', 'This is not your password.');
  }
  const hash = await hashPassword(command.password);
  await db.withSystem('change a password', (tx) =>
    storePassword(tx, deps, request, person, hash, { except: command.sessionId }),
  );
}

async function storePassword(
  tx: SystemTx,
  deps: Pick<AuthDeps, 'mailer' | 'links'>,
  request: AskedBy,
  person: PersonRecord,
  hash: string,
  sessions: { except?: string },
): Promise<void> {
  const actor = selfOf(request, person.id);
  await tx.execute(setPersonPassword, [person.id, hash]);
  await tx.execute(dropLinks, [person.id, ['reset-password', 'change-email', 'verify-email']]);
  const revoked = await revokeSessions(tx, { userId: person.id, ...sessions }, { actor, audited: false });
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'password.changed',
      actor,
      data: { userId: person.id },
      audit: { target: { kind: 'user', id: person.id }, after: { sessionsEnded: revoked.length } },
    },
  ]);
  await deps.mailer.send(tx, composeMail(deps.links, 'password-changed', person, { name: person.name }));
}
