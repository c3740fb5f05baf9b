import type { TenantTx } from '../../platform/db/index.ts';
import { listLabels } from '../contacts/index.ts';
import { listNumbers } from '../numbers/index.ts';
import { listMembers } from '../workspaces/index.ts';

/** More than any workspace has; a line beyond them has its id. */
const page = { after: null, limit: 10_000 };

/** What the lines of a table are called where their key is an id; who left or was deleted has no name. */
export async function namesOf(
  tx: TenantTx,
  table: 'numbers' | 'members' | 'labels',
): Promise<ReadonlyMap<string, string>> {
  if (table === 'numbers')
    // Without blanks: a spreadsheet takes it as it is, and no apostrophe has to keep it from being a formula.
    return new Map(
      (await listNumbers(tx, page)).map((one) => [one.id, one.displayPhoneNumber.replaceAll(/\s/g, '')]),
    );
  if (table === 'labels') return new Map((await listLabels(tx, page)).map((one) => [one.id, one.name]));
  return new Map((await listMembers(tx, page)).map((one) => [one.userId, one.name || one.email]));
}
