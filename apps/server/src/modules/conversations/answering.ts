import type { Actor } from '../../platform/db/index.ts';

/**
 * May this actor answer here. With `answering: 'assignee'` a person must have taken the conversation first; programs,
 * workflows and campaigns speak for the workspace and are not held to it.
 */
export function mayAnswer(
  answering: 'anyone' | 'assignee',
  actor: Pick<Actor, 'kind' | 'id'>,
  conversation: { assigneeId: string | null },
): { may: true } | { may: false; reason: 'not_assignee'; message: string } {
  if (answering === 'anyone' || actor.kind !== 'user' || conversation.assigneeId === actor.id) {
    return { may: true };
  }
  return {
    may: false,
    reason: 'not_assignee',
    message:
      conversation.assigneeId === null
        ? 'In this workspace only the assignee answers. Claim the conversation first.'
        : 'In this workspace only the assignee answers, and this conversation is a colleague’s.',
  };
}
