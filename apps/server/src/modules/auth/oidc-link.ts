import type { SystemTx } from '../../platform/db/index.ts';
import { newId, type UserId } from '../../platform/ids.ts';
import type { OidcPerson } from './oidc.ts';
import { insertUser } from './queries.ts';
import { insertOidcIdentity, lockUserByEmail, useOidcIdentity } from './queries-oidc.ts';

interface UserRecord {
  id: string;
  email: string;
  name: string;
  disabled: boolean;
  trusted: boolean;
  linked_otherwise: boolean;
  [column: string]: unknown;
}

export type OidcSignIn =
  | {
      outcome: 'user';
      user: { id: UserId; email: string; name: string };
      /** `known`: linked before; `linked`: to an account that was there; `created`: with a new account. */
      how: 'known' | 'linked' | 'created';
    }
  /** Nobody knows or invited this address. */
  | { outcome: 'nobody' }
  /** The account of this address belongs to another subject of the issuer: the address changed hands there. */
  | { outcome: 'other-subject' }
  /**
   * The account was registered with this address and nobody ever showed that it is theirs. Linked, whoever registered
   * it would share it with the person whose address it is.
   */
  | { outcome: 'unconfirmed-account' }
  | { outcome: 'disabled' };

/**
 * Which account a person of the issuer is. Found by (issuer, subject) alone once linked, so that a changed address
 * changes nothing; the first time by the address, which the issuer verified. `mayJoin` says whether somebody without
 * account may come in: invited, or everybody.
 */
export async function accountOf(
  tx: SystemTx,
  person: OidcPerson,
  mayJoin: (tx: SystemTx, email: string) => Promise<boolean>,
): Promise<OidcSignIn> {
  const now = tx.now().toISOString();
  const [known] = await tx.query<UserRecord>(useOidcIdentity, [
    person.issuer,
    person.subject,
    now,
    person.email,
  ]);
  if (known) return signIn(known, 'known');

  const byEmail = () => tx.query<UserRecord>(lockUserByEmail, [person.email, person.issuer, person.subject]);
  let [found] = await byEmail();
  let how: 'linked' | 'created' = 'linked';
  if (!found) {
    if (!(await mayJoin(tx, person.email))) return { outcome: 'nobody' };
    const made = await tx.query(insertUser, [
      newId<UserId>(tx.now().getTime()),
      person.email,
      person.name,
      null,
      false,
      now,
    ]);
    // Else somebody registered this address a moment ago: then that is the account.
    if (made.length > 0) how = 'created';
    [found] = await byEmail();
  }
  if (!found) return { outcome: 'nobody' };
  if (found.disabled) return { outcome: 'disabled' };
  if (found.linked_otherwise) return { outcome: 'other-subject' };
  if (!found.trusted) return { outcome: 'unconfirmed-account' };
  await tx.execute(insertOidcIdentity, [person.issuer, person.subject, found.id, person.email, now]);
  return signIn(found, how);
}

function signIn(row: UserRecord, how: 'known' | 'linked' | 'created'): OidcSignIn {
  if (row.disabled) return { outcome: 'disabled' };
  return { outcome: 'user', user: { id: row.id as UserId, email: row.email, name: row.name }, how };
}
