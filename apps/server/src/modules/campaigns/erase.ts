import type { SystemTx } from '../../platform/db/index.ts';
import { erasePastedPhones } from './queries.ts';
import { eraseLinks } from './queries-links.ts';
import { eraseOpeningsOf } from './queries-openings.ts';
import { eraseRecipients } from './queries-recipients.ts';

/** What campaigns kept about these people: addresses, cells of their lines, what was said, their links, pasted numbers. The line stays. */
export async function eraseFromCampaigns(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
  aliases: readonly string[],
): Promise<{ campaignLines: number }> {
  await erasePastedPhones(tx, workspaceId, aliases);
  await eraseLinks(tx, workspaceId, contactIds);
  await eraseOpeningsOf(tx, workspaceId, contactIds);
  return { campaignLines: await eraseRecipients(tx, workspaceId, contactIds, aliases) };
}
