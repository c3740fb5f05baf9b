import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import type { AuthDeps } from './deps.ts';
import { followLink, makeLink, spentLink } from './mail-links.ts';
import { composeMail } from './mails.ts';
import { verifyPassword } from './passwords.ts';
import { dropLinks, type PersonRecord, personByEmail, personById, setPersonEmail } from './queries-people.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';

/**
 * Asks to sign in with another address: it gets a link, and nothing changes before that is followed. An address that
 * has an account gets a mail that says so; the answer here is the same.
 */
export async function askEmailChange(
  deps: Pick<AuthDeps, 'db' | 'mailer' | 'links'>,
  request: AskedBy,
  command: { userId: string; email: string; password?: string | undefined },
): Promise<void> {
  const email = command.email.trim();
  const [person] = await deps.db.withSystem('who changes an address', (tx) =>
    tx.query<PersonRecord>(personById, [command.userId]),
  );
  if (!person) throw errors.notFound('user');
  if (
    person.password_hash !== null &&
    !(await verifyPassword(person.password_hash, command.password ?? ''))
  ) {
    throw errors.unprocessable('wrong_password', 'This is not your password.');
  }
  await deps.db.withSystem('ask for another address', async (tx) => {
    const [taken] = await tx.query<PersonRecord>(personByEmail, [email]);
    if (taken && taken.id !== person.id) {
      await deps.mailer.send(tx, composeMail(deps.links, 'known-address', taken, { name: taken.name }));
    } else {
      const token = await makeLink(tx, { userId: person.id, purpose: 'change-email', email });
      await deps.mailer.send(
        tx,
        composeMail(
          deps.links,
          'confirm-new-address',
          { email, locale: person.locale },
          { name: person.name },
          token,
        ),
      );
    }
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'email.change_asked',
        actor: selfOf(request, person.id),
        data: { userId: person.id },
        audit: { target: { kind: 'user', id: person.id }, after: { email } },
      },
    ]);
  });
}

/** The link at the new address was followed: it is the person's address now, and the old one is told. */
export async function changeEmail(
  deps: Pick<AuthDeps, 'db' | 'mailer' | 'links'>,
  request: AskedBy,
  token: string,
): Promise<void> {
  await deps.db.withSystem('change an address', async (tx) => {
    const { userId, email } = await followLink(tx, 'change-email', token, 'take');
    const [person] = await tx.query<PersonRecord>(personById, [userId]);
    const changed = person
      ? await tx.query(setPersonEmail, [userId, email, tx.now().toISOString()]).catch(takenMeanwhile)
      : [];
    if (!person || changed.length === 0) throw spentLink();
    // Links to the old address must not open the account any more.
    await tx.execute(dropLinks, [userId, ['reset-password', 'verify-email']]);
    await deps.mailer.send(
      tx,
      composeMail(deps.links, 'address-changed', person, { name: person.name, address: email }),
    );
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'email.changed',
        actor: selfOf(request, userId),
        data: { userId },
        audit: { target: { kind: 'user', id: userId }, before: { email: person.email }, after: { email } },
      },
    ]);
    tx.afterCommit(forgetCallers);
  });
}

/** Somebody registered the address between the look and the change: then it is theirs. */
function takenMeanwhile(error: unknown): never {
  throw (error as { code?: string }).code === '23505' ? spentLink() : error;
}
