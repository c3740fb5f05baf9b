import type { TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { changeMany } from './change.ts';
import { findConversations } from './find.ts';
import { labelMany, unlabelMany } from './labels.ts';
import { markRead, markUnread, readEvent } from './participants.ts';
import type { ConversationRow } from './queries.ts';
import type { Change } from './queries-work.ts';

export type BulkCommand =
  | { action: 'assign'; memberId?: string | null | undefined; teamId?: string | null | undefined }
  | { action: 'label' | 'unlabel'; labelIds: readonly string[] }
  | { action: 'snooze'; until: string }
  | { action: 'close' | 'reopen' | 'read' | 'unread' };

export interface BulkResult {
  id: string;
  result: 'changed' | 'unchanged' | 'not_found';
}

/** One thing done to many conversations: set-wise, a result for each, one line in the audit that says how many. */
export async function changeInBulk(
  tx: TenantTx,
  ids: readonly string[],
  command: BulkCommand,
): Promise<BulkResult[]> {
  const rows = await findConversations(tx, [...new Set(ids)]);
  const found = new Set<string>(rows.map((row) => row.id));
  const changed = await apply(tx, rows, command);
  const { action, ...asked } = command;
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'conversation.bulk_changed',
      data: { action, count: changed.size },
      audit: {
        target: { kind: 'conversation', id: null },
        after: { action, ...asked, asked: ids.length, count: changed.size },
      },
    },
  ]);
  return ids.map((id) => ({
    id,
    result: changed.has(id) ? 'changed' : found.has(id) ? 'unchanged' : 'not_found',
  }));
}

/** The ids of those that changed. */
async function apply(
  tx: TenantTx,
  rows: readonly ConversationRow[],
  command: BulkCommand,
): Promise<ReadonlySet<string>> {
  const change = async (to: Change) =>
    new Set((await changeMany(tx, rows, to, 'together')).filter((row) => row.changed).map((row) => row.id));
  switch (command.action) {
    case 'assign':
      return change({
        ...(command.memberId === undefined ? {} : { assigneeId: command.memberId }),
        ...(command.teamId === undefined ? {} : { teamId: command.teamId }),
      });
    case 'snooze':
      return change({ status: 'snoozed', until: new Date(command.until) });
    case 'close':
      return change({ status: 'closed' });
    case 'reopen':
      return change({ status: 'open' });
    case 'label':
      return labelMany(tx, rows, command.labelIds, 'together');
    case 'unlabel':
      return unlabelMany(tx, rows, command.labelIds, 'together');
    case 'read':
    case 'unread': {
      const read = command.action === 'read';
      const changed = await (read ? markRead : markUnread)(tx, rows);
      await emit(
        tx,
        changed.map((row) => readEvent(read ? 'conversation.read' : 'conversation.unread', row)),
      );
      return new Set(changed.map((row) => row.id));
    }
  }
}
