import type { ConsentScope } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { applyAttributes, listAttributes } from './attributes.ts';
import { recordConsents } from './consents.ts';
import type { ContactRow } from './queries.ts';
import { lockContacts } from './queries.ts';
import { isLimited } from './queries-filter.ts';
import { type ContactFields, selectVisible, setBlocked, setFields } from './queries-read.ts';
import { newContact } from './resolve.ts';
import { noRoom, roomLeft } from './room.ts';

export interface ContactPatch {
  name?: string | null | undefined;
  email?: string | null | undefined;
  company?: string | null | undefined;
  language?: string | null | undefined;
  attributes?: Record<string, unknown> | undefined;
}

export interface NewContactCommand extends ContactPatch {
  phone?: string | undefined;
  userId?: string | undefined;
  /** Portfolio of the user id. */
  scope?: string | undefined;
}

/** A contact that whoever acts may see; merged ones too, so that an undo finds them. */
export async function seenContact(tx: TenantTx, id: string): Promise<ContactRow> {
  const [contact] = await selectVisible(tx, [id]);
  if (!contact) throw errors.notFound('contact', { id });
  return contact;
}

/** The same, for changing it: a contact that was merged into another is not changed any more. */
export async function standingContact(tx: TenantTx, id: string): Promise<ContactRow> {
  const contact = await seenContact(tx, id);
  if (contact.mergedInto !== null) {
    throw errors.conflict('contact_merged', 'This contact was merged into another one. Change that one.', {
      mergedInto: contact.mergedInto,
    });
  }
  return contact;
}

/**
 * Refuses an address that somebody has: two contacts of one person are what merging is for. `limit`: contacts that the
 * plan has room for.
 */
export async function createContact(
  tx: TenantTx,
  command: NewContactCommand,
  limit: number | null,
): Promise<ContactRow> {
  if (isLimited(tx)) {
    throw errors.forbidden(
      'Whoever may reach certain conversations only makes no contacts. Send the person a message instead.',
      { reason: 'limited_reach' },
    );
  }
  const fields = await fieldsAfter(tx, null, command);
  if ((await roomLeft(tx, limit)) === 0) throw noRoom();
  const { contact, isNew } = await newContact(
    tx,
    { phone: command.phone ?? null, userId: command.userId ?? null, scope: command.scope ?? '' },
    filled(fields),
  );
  if (!isNew) {
    throw errors.conflict('contact_exists', 'There is a contact with this address.', {
      contactId: contact.id,
    });
  }
  await setFields(tx, contact.id, fields);
  return { ...contact, ...fields };
}

/** `guard` throws when the contact is not as the caller has seen it: somebody else's change is not overwritten. */
export async function updateContact(
  tx: TenantTx,
  id: string,
  patch: ContactPatch,
  guard: (updatedAt: Date) => void = () => {},
): Promise<ContactRow> {
  await standingContact(tx, id);
  await lockContacts(tx, [{ workspaceId: tx.workspaceId, contactId: id }]);
  const before = await standingContact(tx, id);
  guard(before.updatedAt);
  const after = await fieldsAfter(tx, before, patch);
  const changed = changes(before, after);
  if (changed.length === 0) return before;
  await setFields(tx, id, after);
  const part = (of: ContactFields) => Object.fromEntries(changed.map((key) => [key, of[key]]));
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contact.updated',
      data: { contactId: id, changed },
      audit: { target: { kind: 'contact', id }, before: part(before), after: part(after) },
    },
  ]);
  return seenContact(tx, id);
}

/** Which fields differ. */
export function changes(before: ContactFields, after: ContactFields): (keyof ContactFields)[] {
  const text = (of: ContactFields, key: keyof ContactFields) =>
    key === 'attributes' ? JSON.stringify(Object.entries(of.attributes).sort()) : of[key];
  return (['name', 'email', 'company', 'language', 'attributes'] as const).filter(
    (key) => text(before, key) !== text(after, key),
  );
}

async function fieldsAfter(
  tx: TenantTx,
  before: ContactFields | null,
  patch: ContactPatch,
): Promise<ContactFields> {
  const field = (key: 'name' | 'email' | 'company' | 'language') =>
    patch[key] === undefined ? (before?.[key] ?? null) : patch[key] || null;
  return {
    name: field('name'),
    email: field('email'),
    company: field('company'),
    language: field('language'),
    attributes: patch.attributes
      ? applyAttributes(await listAttributes(tx), before?.attributes ?? {}, patch.attributes)
      : (before?.attributes ?? {}),
  };
}

function filled(fields: ContactFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== null,
    ),
  );
}

export interface SaidFor {
  action: 'opt-out' | 'opt-in';
  scope: ConsentScope;
  source: 'api' | 'form';
  proof: string | null;
  /** When it was said; null: now. */
  at: Date | null;
}

/** Opting out or in on a person's behalf: kept in the history with where it comes from. */
export async function consent(tx: TenantTx, id: string, said: SaidFor): Promise<void> {
  await standingContact(tx, id);
  const { action, scope, source, proof } = said;
  const [counted] = await recordConsents(
    tx,
    [{ workspaceId: tx.workspaceId, contactId: id, action, scope, source, proof, at: said.at ?? tx.now() }],
    true,
  );
  if (counted) return;
  // Outdone by what the person said themselves; the word is in the history all the same.
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contact.consent_kept',
      data: { contactId: id, action, scope },
      audit: { target: { kind: 'contact', id }, after: { action, scope, source, counts: false } },
    },
  ]);
}

/** A blocked contact gets nothing from us; what it writes is still kept. */
export async function block(tx: TenantTx, id: string, blocked: boolean): Promise<void> {
  await standingContact(tx, id);
  if ((await setBlocked(tx, [id], blocked)).length === 0) return;
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contact.updated',
      data: { contactId: id, changed: ['blocked'], blocked },
      audit: {
        target: { kind: 'contact', id },
        before: { blocked: !blocked },
        after: { blocked },
      },
    },
  ]);
}
