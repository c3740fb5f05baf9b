import type { TenantTx } from '../../platform/db/index.ts';
import { beyondOwn } from '../../platform/db/reach.ts';
import { errors } from '../../platform/errors.ts';
import { refuseUnable } from '../workspaces/index.ts';
import { type Told, tell } from './activity.ts';
import { personIn } from './participants.ts';
import { existing, memberNames } from './people.ts';
import type { ConversationRow } from './queries.ts';
import { type Change, type ChangedRow, claimRow, updateConversations } from './queries-work.ts';

/** How far ahead a conversation may be put off: beyond a year it is closing by another name. */
const longestSnoozeMs = 366 * 24 * 3_600_000;

/** Does one request with its own line in the audit, or is it one of many that share one. */
export type Audited = 'each' | 'together';

/**
 * Assigns, snoozes, closes, reopens: any number of conversations in one statement, each that was not so already with
 * its event. The rows are the caller's to reach (`findConversation`).
 */
export async function changeMany(
  tx: TenantTx,
  rows: readonly ConversationRow[],
  to: Change,
  audited: Audited = 'each',
): Promise<ChangedRow[]> {
  if (to.status === 'snoozed') checkUntil(tx, to.until);
  if (to.assigneeId !== undefined || to.teamId !== undefined) await beyondOwn(tx);
  if (to.assigneeId) await refuseUnable(tx, to.assigneeId);
  const changed = await existing(
    updateConversations(
      tx,
      rows.map((row) => row.id),
      to,
    ),
  );
  await tell(
    tx,
    changed.filter((row) => row.changed).map((row) => toldOf(row, to, audited)),
  );
  return changed;
}

function checkUntil(tx: TenantTx, until: Date | undefined): void {
  const now = tx.now().getTime();
  if (until === undefined || until.getTime() <= now || until.getTime() > now + longestSnoozeMs) {
    throw errors.invalidRequest([
      { path: 'until', message: 'Use a time to come, within a year.', rule: 'not_to_come' },
    ]);
  }
}

function toldOf(row: ChangedRow, to: Change, audited: Audited): Told {
  const isStatus = to.status !== undefined;
  const before = isStatus
    ? { status: row.status, until: row.dueAt?.toISOString() ?? null }
    : { assigneeId: row.assigneeId, teamId: row.teamId };
  const after = isStatus
    ? { status: to.status, until: to.until?.toISOString() ?? null }
    : {
        assigneeId: to.assigneeId === undefined ? row.assigneeId : to.assigneeId,
        teamId: to.teamId === undefined ? row.teamId : to.teamId,
      };
  return {
    ...row,
    name: isStatus ? statusEvents[to.status!] : 'conversation.assigned',
    data: { ...after, before, ...(to.status === 'open' ? { again: true, reason: 'reopened' } : {}) },
    ...(audited === 'each' ? { audit: { target: { kind: 'conversation', id: row.id }, before, after } } : {}),
  };
}

const statusEvents = {
  open: 'conversation.opened',
  snoozed: 'conversation.snoozed',
  closed: 'conversation.closed',
} as const;

export type Claim = { is: 'won' } | { is: 'taken'; by: { id: string; name: string } };

/** Takes a conversation that is nobody's. Of all who try at once exactly one wins. */
export async function claimConversation(tx: TenantTx, row: ConversationRow): Promise<Claim> {
  const member = personIn(tx, 'claim a conversation');
  // To the loser, too, it must say who won.
  await beyondOwn(tx);
  if (await existing(claimRow(tx, row.id, member))) {
    const [before, after] = [{ assigneeId: null }, { assigneeId: member }];
    await tell(tx, [
      {
        ...row,
        name: 'conversation.assigned',
        data: {
          assigneeId: member,
          teamId: row.teamId,
          before: { assigneeId: null, teamId: row.teamId },
          claimed: true,
        },
        audit: { target: { kind: 'conversation', id: row.id }, before, after },
      },
    ]);
    return { is: 'won' };
  }
  const [now] = await updateConversations(tx, [row.id], {});
  if (!now?.assigneeId) throw errors.databaseBusy({ reason: 'the winner gave it back just now' });
  const by = await memberNames(tx, [now.assigneeId]);
  return { is: 'taken', by: { id: now.assigneeId, name: by.get(now.assigneeId) ?? '' } };
}
