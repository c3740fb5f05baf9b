import { statement, type TenantTx } from './index.ts';

const everyones = statement('db.everyones', "select set_config('app.own_only', '', true)");

/**
 * From here on, to the end of this transaction, a member who sees own and unassigned conversations only may write to
 * everybody's. For verbs that give one away: the row as it will be belongs to a colleague, and the policy `reach`
 * would refuse it. Call it after the conversation was found, so that nobody gives away what they cannot see; the
 * numbers that the member is limited to stay.
 */
export async function beyondOwn(tx: TenantTx): Promise<void> {
  if (tx.actor.reach?.ownOnly) await tx.execute(everyones);
}
