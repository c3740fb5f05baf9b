import type { ConsentScope } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { recordConsents } from './consents.ts';
import { knownLabels, setLabels } from './labels.ts';
import { selectVisible, setBlocked } from './queries-read.ts';

export type BulkAction = 'label' | 'unlabel' | 'block' | 'unblock' | 'opt-out';

export interface BulkCommand {
  action: BulkAction;
  ids: readonly string[];
  labelIds: readonly string[];
  scope: ConsentScope;
}

export interface BulkResult {
  id: string;
  result: 'changed' | 'unchanged' | 'not_found';
}

/** One change to many contacts in one transaction, with a result for each; what is not there stops nobody else. */
export async function changeMany(tx: TenantTx, command: BulkCommand): Promise<BulkResult[]> {
  const { action, scope, labelIds } = command;
  const ids = [...new Set(command.ids)];
  const found = (await selectVisible(tx, ids)).filter((row) => row.mergedInto === null).map((row) => row.id);
  const changed = new Set(await apply(tx, command, found.sort()));
  const detail =
    action === 'opt-out'
      ? { scope }
      : action === 'label' || action === 'unlabel'
        ? { labelIds: [...labelIds] }
        : {};
  await emit(tx, [
    // Words about consent told each their own event already.
    ...(action === 'opt-out'
      ? []
      : [...changed].map((contactId) => ({
          workspaceId: tx.workspaceId,
          name: 'contact.updated',
          data: { contactId, reason: action },
        }))),
    {
      workspaceId: tx.workspaceId,
      name: 'contacts.changed',
      data: { action, count: changed.size },
      audit: {
        target: { kind: 'contacts', id: null },
        after: { action, ...detail, contactIds: [...changed] },
      },
    },
  ]);
  const known = new Set<string>(found);
  return ids.map((id) => ({
    id,
    result: changed.has(id) ? 'changed' : known.has(id) ? 'unchanged' : 'not_found',
  }));
}

async function apply(tx: TenantTx, command: BulkCommand, ids: readonly string[]): Promise<string[]> {
  switch (command.action) {
    case 'label':
    case 'unlabel':
      await knownLabels(tx, command.labelIds);
      return setLabels(tx, ids, command.labelIds, command.action === 'label');
    case 'block':
    case 'unblock':
      return setBlocked(tx, ids, command.action === 'block');
    case 'opt-out': {
      const counted = await recordConsents(
        tx,
        ids.map((contactId) => ({
          workspaceId: tx.workspaceId,
          contactId,
          action: 'opt-out' as const,
          scope: command.scope,
          source: 'api',
          at: tx.now(),
        })),
      );
      return ids.filter((_, index) => counted[index]);
    }
  }
}
