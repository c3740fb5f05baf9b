import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database, SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit, eraseEvents } from '../../platform/events/index.ts';
import { eraseAnswers } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { eraseAudit } from '../audit/index.ts';
import { eraseFromCampaigns, erasePastedPhones } from '../campaigns/index.ts';
import { eraseContacts, type Subject, seenContact, subjectOf } from '../contacts/index.ts';
import { conversationsOf, eraseConversations } from '../conversations/index.ts';
import { eraseMedia } from '../media/index.ts';
import { eraseMessages, messagesOf } from '../messages/index.ts';
import { eraseNotices } from '../numbers/index.ts';
import { type ErasureRow, finishErasure, insertErasure, noteErased, selectErasure } from './queries.ts';

const job = defineJob({
  name: 'erasure.erase',
  schema: z.object({ erasureId: z.uuid() }),
  // What the person wrote a moment ago may still be on its way through.
  attempts: 10,
});

/** What must be typed, so that nobody erases by mistake. */
export const confirmation = (contactId: string): string => `erase ${contactId}`;

/** Asks for it; the job does it. */
export async function requestErasure(tx: TenantTx, contactId: string, confirm: string): Promise<ErasureRow> {
  await seenContact(tx, contactId);
  if (confirm !== confirmation(contactId)) {
    throw errors.unprocessable(
      'not_confirmed',
      `This cannot be undone. Send confirm: "${confirmation(contactId)}".`,
    );
  }
  const row = await insertErasure(tx, newId(), contactId);
  if (!row) throw errors.conflict('erasure_waiting', 'This contact is being erased already.', { contactId });
  await enqueue(tx, job, [{ workspaceId: tx.workspaceId, payload: { erasureId: row.id }, key: row.id }]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contact.erasure_requested',
      data: { contactId, erasureId: row.id },
      audit: { target: { kind: 'contact_erasure', id: row.id }, after: { contactId } },
    },
  ]);
  return row;
}

/** Doors do not import each other: app.ts hands over what theirs is to erase. */
export interface EraseDeps {
  db: Database;
  blobs: Blobs;
  eraseBodies(
    db: Database,
    workspaceId: string,
    aliases: ReadonlySet<string>,
  ): Promise<{ bodies: number; parkedBodies: number }>;
  eraseSearch(
    tx: SystemTx,
    workspaceId: string,
    of: { contactId: string; conversationIds: readonly string[]; messageIds: readonly string[] },
  ): Promise<{ words: number }>;
}

/** What `erasure.erase` runs. */
export function eraseHandler(deps: EraseDeps): Handler {
  return handle(job, async ({ erasureId }, { workspaceId }) => {
    if (workspaceId !== null) await erase(deps, workspaceId, erasureId);
  });
}

interface Traces extends Subject {
  conversationIds: string[];
  messageIds: string[];
}

async function tracesOf(tx: SystemTx, workspaceId: string, contactId: string): Promise<Traces> {
  const subject = await subjectOf(tx, workspaceId, contactId);
  const conversationIds = await conversationsOf(tx, workspaceId, subject.contactIds);
  const messageIds = await messagesOf(tx, workspaceId, { ...subject, conversationIds });
  return { ...subject, conversationIds, messageIds };
}

function sum(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(keys.map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]));
}

async function erase(deps: EraseDeps, workspaceId: string, erasureId: string): Promise<void> {
  const { db, blobs } = deps;
  const found = await db.withSystem('erase a contact', async (tx) => {
    const row = await selectErasure(tx, workspaceId, erasureId);
    if (row?.state !== 'waiting') return null;
    return {
      contactId: row.contactId,
      before: (row.report ?? {}) as Record<string, number>,
      traces: await tracesOf(tx, workspaceId, row.contactId),
    };
  });
  if (!found) return;
  const { contactId, traces } = found;
  // Large things first, each in its own time; whoever the person is stays known until the last step.
  const bodies = await deps.eraseBodies(db, workspaceId, new Set(traces.aliases));
  const sofar = sum(found.before, bodies);
  const note = (counts: Record<string, number>) =>
    db.withSystem('note what is erased', (tx) => noteErased(tx, workspaceId, erasureId, counts));
  await note(sofar);
  const files = await eraseMedia({ db, blobs }, workspaceId, traces.messageIds);
  await db.withSystem('erase the rows of a contact', async (tx) => {
    // Looked for again: somebody may have written since.
    const { contactIds, conversationIds, messageIds, aliases, names } = await tracesOf(
      tx,
      workspaceId,
      contactId,
    );
    await erasePastedPhones(tx, workspaceId, aliases);
    const messages = await eraseMessages(tx, workspaceId, messageIds, aliases);
    const campaigns = await eraseFromCampaigns(tx, workspaceId, contactIds, aliases);
    const conversations = await eraseConversations(tx, workspaceId, conversationIds, messageIds);
    const notices = await eraseNotices(tx, workspaceId, aliases);
    const words = await deps.eraseSearch(tx, workspaceId, { contactId, conversationIds, messageIds });
    const events = await eraseEvents(tx, workspaceId, [...contactIds, ...conversationIds], messageIds);
    const answers = await eraseAnswers(tx, workspaceId, [
      ...contactIds,
      ...conversationIds,
      ...aliases,
      ...names.filter((name) => name.length > 2),
    ]);
    let auditLines = 0;
    for (const id of contactIds) auditLines += await eraseAudit(tx, workspaceId, { kind: 'contact', id });
    for (const id of conversationIds) {
      auditLines += await eraseAudit(tx, workspaceId, { kind: 'conversation', id });
    }
    const contacts = await eraseContacts(tx, workspaceId, contactIds, aliases);
    await finishErasure(tx, workspaceId, erasureId, {
      ...contacts,
      ...messages,
      ...campaigns,
      ...conversations,
      ...sum(sofar, files),
      ...words,
      notices,
      events,
      answers,
      auditLines,
      stays: [
        'Ids, among them WhatsApp’s ids of the messages: so that a webhook that comes again is known and brings nothing back.',
        'That and when something was said, done or changed, without what.',
        'Files that the team uploaded: they may have gone to others too.',
        'What WhatsApp delivered for a number and an account that nobody has here: it may be another company’s.',
        'Backups that were made before, and what was handed to others (WhatsApp, webhooks).',
      ],
    });
    await emit(tx, [{ workspaceId, name: 'contact.erased', data: { contactId, erasureId } }]);
  });
}
