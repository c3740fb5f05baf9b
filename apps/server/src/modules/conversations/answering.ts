import type { Actor, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { findConversation } from './find.ts';

/**
 * May this actor answer here. With `answering: 'assignee'` a person must have taken the conversation first; programs,
 * workflows and campaigns speak for the workspace and are not held to it.
 */
export function mayAnswer(
  answering: 'anyone' | 'assignee',
  actor: Pick<Actor, 'kind' | 'id'>,
  conversation: { assigneeId: string | null; lastMessageAt: Date | null },
): { may: true } | { may: false; reason: 'not_assignee'; message: string } {
  if (answering === 'anyone' || actor.kind !== 'user' || conversation.assigneeId === actor.id) {
    return { may: true };
  }
  // Nobody has said anything yet: whoever begins it answers nobody.
  if (conversation.assigneeId === null && conversation.lastMessageAt === null) return { may: true };
  return {
    may: false,
    reason: 'not_assignee',
    message:
      conversation.assigneeId === null
        ? 'In this workspace only the assignee answers. Claim the conversation first.'
        : 'In this workspace only the assignee answers, and this conversation is a colleague’s.',
  };
}

/** Why the acting member may not answer here; null: they may. */
export async function whyNotAnswer(
  tx: TenantTx,
  conversationId: string,
): Promise<{ reason: 'not_assignee'; message: string } | null> {
  if (tx.actor.kind !== 'user') return null;
  const { answering } = (await readWorkspace(tx)).settings;
  if (answering === 'anyone') return null;
  const verdict = mayAnswer(answering, tx.actor, await findConversation(tx, conversationId));
  return verdict.may ? null : verdict;
}

/** Before a message is queued: throws `not_assignee` (403) for a member who may not answer here. */
export async function refuseOthersAnswer(tx: TenantTx, conversationId: string): Promise<void> {
  const why = await whyNotAnswer(tx, conversationId);
  if (why) throw errors.sendRefused(why.reason, why.message);
}
