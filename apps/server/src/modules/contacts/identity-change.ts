import { type PersonRef, phoneVariants } from '@chaski/providers';
import type { Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { linkConflicts } from './conflicts.ts';
import {
  createContacts,
  type NewIdentity,
  putInForce,
  selectContactIdentities,
  selectIdentities,
  setPhone,
} from './queries.ts';
import { isSomebody, resolveMany } from './resolve.ts';
import { givenUpLate } from './rules.ts';

export interface IdentityChange {
  workspaceId: string;
  scope: string;
  /** The person as we knew them. */
  from: PersonRef;
  /** What is new about them; fields that did not change are null. */
  to: Pick<PersonRef, 'phone' | 'userId' | 'parentUserId'>;
  at: Date;
}

/**
 * A person took a new number or WhatsApp gave them a new BSUID. The contact stays, its old aliases become history
 * (late webhooks still name them), an alias that another contact holds already stays there and both are marked.
 *
 * One by one and not set-wise: a batch holds none of these, or one.
 */
export async function applyIdentityChange(tx: Tx, changes: readonly IdentityChange[]): Promise<void> {
  for (const change of changes) {
    const { workspaceId, scope, to, at } = change;
    // A system message may name nobody but the new aliases: then there is nothing to move, the person is just met.
    const who = isSomebody(change.from) ? change.from : { ...change.from, ...to };
    if (!isSomebody(who)) continue;
    const [contact] = await resolveMany(tx, [{ workspaceId, scope, person: who, at }]);
    if (!contact) continue;
    const aliases: NewIdentity[] = [];
    const add = (kind: NewIdentity['kind'], aliasScope: string, value: string | null) => {
      if (value) aliases.push({ workspaceId, kind, scope: aliasScope, value, contactId: contact.id });
    };
    add('bsuid', scope, to.userId);
    add('phone', '', to.phone);
    add('parent_bsuid', '', to.parentUserId);
    if (aliases.length === 0) continue;
    // Before the new ones are written; what the person was called is among them.
    const held = await selectContactIdentities(tx, workspaceId, [contact.id]);
    const givenUp = new Map(
      aliases.flatMap((alias) => {
        const old = { phone: who.phone, bsuid: who.userId, parent_bsuid: who.parentUserId }[alias.kind];
        const same = old === null ? [] : alias.kind === 'phone' ? [old, ...phoneVariants(old)] : [old];
        const late = givenUpLate(held, alias, same, at);
        return late ? [[alias.kind, late] as const] : [];
      }),
    );
    await createContacts(tx, [], aliases, tx.now());
    const rows = await selectIdentities(tx, aliases);
    const others = [...new Set(rows.map((row) => row.contactId))].filter((id) => id !== contact.id);
    const phone = givenUp.has('phone') ? null : to.phone;
    await putInForce(tx, {
      workspaceId,
      contactId: contact.id,
      phones: phone ? [phone, ...phoneVariants(phone)] : null,
      userId: to.userId && !givenUp.has('bsuid') ? { scope, value: to.userId } : null,
      parentUserId: givenUp.has('parent_bsuid') ? null : to.parentUserId,
      givenUp: [...givenUp.values()].flat(),
      at,
    });
    const isTheirs = rows.some((row) => row.kind === 'phone' && row.contactId === contact.id);
    await setPhone(tx, workspaceId, contact.id, isTheirs ? phone : null, others.length > 0);
    for (const other of others.sort()) await setPhone(tx, workspaceId, other, null, true);
    await linkConflicts(
      tx,
      others.map((otherId) => ({ workspaceId, contactId: contact.id, otherId })),
    );
    await emit(tx, [
      {
        workspaceId,
        name: 'contact.updated',
        data: { contactId: contact.id, reason: 'identity-changed', conflict: others.length > 0 },
      },
    ]);
  }
}
