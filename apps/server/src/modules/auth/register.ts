import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation, newId, type UserId } from '../../platform/ids.ts';
import { acceptInvitation, createOwnWorkspace, readInvitation } from '../workspaces/index.ts';
import type { AuthDeps } from './deps.ts';
import { followLink, makeLink, spentLink } from './mail-links.ts';
import { composeMail, localeOf } from './mails.ts';
import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';
import {
  confirmPerson,
  insertPerson,
  type PersonRecord,
  personByEmail,
  personById,
  reinsertPerson,
} from './queries-people.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';
import type { SessionKind, StartedSession } from './sessions.ts';
import { enter } from './sign-in.ts';

export interface Registration {
  email: string;
  password: string;
  name: string;
  workspaceName?: string | undefined;
  locale?: string | undefined;
}

export type RegisterOutcome =
  /** A new person with a workspace of their own; the address waits for its confirmation. */
  | { outcome: 'registered'; userId: UserId; workspaceId: string }
  /** The address has an account. Never told at the door: its owner got a mail. */
  | { outcome: 'known' };

/**
 * Registers somebody nobody invited. Known and new addresses cost one derivation, get one answer and one mail each;
 * who owns the address learns the rest from that.
 */
export async function register(
  deps: AuthDeps,
  request: AskedBy,
  command: Registration,
): Promise<RegisterOutcome> {
  if (deps.registration !== 'open') throw registrationClosed();
  const { email, name, locale } = cleaned(command);
  checkNewPassword(command.password, { email, name, workspace: command.workspaceName ?? null });
  const hash = await hashPassword(command.password);
  return deps.db.withSystem('register a person', async (tx) => {
    const userId = newId<UserId>(tx.now().getTime());
    const now = tx.now().toISOString();
    const made = await tx.query(insertPerson, [userId, email, name, locale, hash, now, null]);
    if (made.length === 0) {
      const [again] = await tx.query<{ id: string }>(reinsertPerson, [email, name, locale, hash]);
      const [known] = await tx.query<PersonRecord>(personByEmail, [email]);
      if (again) await sendConfirmation(tx, deps, { id: again.id, email, name, locale });
      else if (known) {
        await deps.mailer.send(tx, composeMail(deps.links, 'known-address', known, { name: known.name }));
      }
      // One line here too, and nothing in it that tells the two apart.
      await tellRegistered(tx, request, null);
      return { outcome: 'known' };
    }
    const workspace = await createOwnWorkspace(
      tx,
      { name: command.workspaceName?.trim() || name || email.split('@')[0]!, userId },
      { actor: selfOf(request, userId), audited: false },
      deps.workspaceHooks,
    );
    await sendConfirmation(tx, deps, { id: userId, email, name, locale });
    await tellRegistered(tx, request, userId);
    return { outcome: 'registered', userId, workspaceId: workspace.id };
  });
}

export const registrationClosed = () =>
  errors.forbidden('Nobody can register here without an invitation. Ask a colleague for one.', {
    reason: 'registration_closed',
  });

function cleaned(command: Registration): { email: string; name: string; locale: string } {
  return { email: command.email.trim(), name: command.name.trim(), locale: localeOf(command.locale) };
}

async function tellRegistered(tx: SystemTx, request: AskedBy, userId: string | null): Promise<void> {
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'user.registered',
      actor: userId === null ? { ...selfOf(request, ''), id: null } : selfOf(request, userId),
      data: { userId },
      audit: { target: { kind: 'user', id: userId } },
    },
  ]);
}

async function sendConfirmation(
  tx: SystemTx,
  deps: Pick<AuthDeps, 'mailer' | 'links'>,
  to: { id: string; email: string; name: string; locale: string },
): Promise<void> {
  const token = await makeLink(tx, { userId: to.id, purpose: 'verify-email', email: to.email });
  await deps.mailer.send(tx, composeMail(deps.links, 'confirm-address', to, { name: to.name }, token));
}

/** Somebody invited makes their account: the link proved the address, so they are in at once. */
export async function registerInvited(
  deps: AuthDeps,
  request: AskedBy,
  command: Registration & { invitation: string; kind: SessionKind },
): Promise<StartedSession> {
  const { email, name, locale } = cleaned(command);
  checkNewPassword(command.password, { email, name });
  // Looked at first: a derivation is not for whoever sends random links.
  const asked = await deps.db.withSystem('an invitation', (tx) => readInvitation(tx, command.invitation));
  if (asked === null || asked.email.toLowerCase() !== email.toLowerCase()) throw spentLink();
  const hash = await hashPassword(command.password);
  return deps.db.withSystem('register somebody invited', async (tx) => {
    const userId = newId<UserId>(tx.now().getTime());
    const now = tx.now().toISOString();
    const made = await tx.query(insertPerson, [userId, email, name, locale, hash, now, now]);
    if (made.length === 0) {
      // Only who read the mail to this address is told.
      throw errors.conflict('account_exists', 'You have an account already. Sign in and accept there.');
    }
    const accepted = await acceptInvitation(tx, command.invitation, {
      userId,
      email,
      actor: selfOf(request, userId),
    });
    return enter(tx, deps, request, {
      userId,
      kind: command.kind,
      how: 'invitation',
      secondFactor: false,
      workspaceId: accepted.workspaceId,
      told: true,
    });
  });
}

/**
 * The mail's link came back, with the password of the registration: the address is the person's, and they are in. The
 * link alone is not enough, or a stranger could register somebody's address with a password of their own and wait for
 * the owner's click.
 */
export async function confirmAddress(
  deps: Pick<AuthDeps, 'db' | 'tokenKey'>,
  request: AskedBy,
  command: { token: string; password: string; kind: SessionKind },
): Promise<StartedSession> {
  const { db } = deps;
  const person = await db.withSystem('a link to confirm an address', async (tx) => {
    const { userId, email } = await followLink(tx, 'verify-email', command.token, 'look');
    const [row] = await tx.query<PersonRecord>(personById, [userId]);
    // Confirmed by another way since: from then on signing in is the way in, and it asks for the second factor.
    if (!row || row.disabled_at !== null || row.email_verified_at !== null) throw spentLink();
    if (row.email.toLowerCase() !== email.toLowerCase()) throw spentLink();
    return row;
  });
  if (!(await verifyPassword(person.password_hash, command.password))) throw errors.invalidCredentials();
  return db.withSystem('confirm an address', async (tx) => {
    const { userId, email } = await followLink(tx, 'verify-email', command.token, 'take');
    const done = await tx.query(confirmPerson, [userId, email, tx.now().toISOString()]);
    if (done.length === 0) throw spentLink();
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'user.confirmed',
        actor: selfOf(request, userId),
        data: { userId },
        audit: { target: { kind: 'user', id: userId } },
      },
    ]);
    return enter(tx, deps, request, {
      userId,
      kind: command.kind,
      how: 'registration',
      secondFactor: false,
      told: true,
    });
  });
}
