import type { TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { eventOf } from './activity.ts';
import { personIn } from './participants.ts';
import { existing } from './people.ts';
import type { ConversationRow } from './queries.ts';
import { type DraftRow, deleteDraftRow, upsertDraft } from './queries-drafts.ts';

/** What the member is about to say here; the last one written counts. The team sees it. */
export async function saveDraft(
  tx: TenantTx,
  conversation: ConversationRow,
  draft: Pick<DraftRow, 'text' | 'replyToId' | 'mediaId'>,
): Promise<DraftRow> {
  const userId = personIn(tx, 'keep a draft');
  const row = await existing(upsertDraft(tx, conversation.id, userId, draft));
  await tellDraft(tx, conversation, userId, 'draft.saved');
  return row;
}

/** Nothing happens where there is none: a sent message and a cleared field both ask for it. */
export async function discardDraft(tx: TenantTx, conversation: ConversationRow): Promise<void> {
  const userId = personIn(tx, 'discard a draft');
  if (await deleteDraftRow(tx, conversation.id, userId)) {
    await tellDraft(tx, conversation, userId, 'draft.discarded');
  }
}

/** For colleagues who look, not for the audit: a line for every pause of a typist would bury what was done. */
function tellDraft(tx: TenantTx, conversation: ConversationRow, userId: string, name: string): Promise<void> {
  return emit(tx, [eventOf({ ...conversation, name, data: { userId } })]);
}
