import type { SystemTx } from '../../platform/db/index.ts';
import { namesPhone } from '../contacts/index.ts';
import { lockPasting, writeAudience } from './queries.ts';
import { eraseLinks } from './queries-links.ts';
import { eraseOpeningsOf } from './queries-openings.ts';
import { eraseRecipients } from './queries-recipients.ts';

/**
 * Takes pasted numbers of these people away, however they were written. Before their messages are held: who cancels a
 * campaign holds its row first, too.
 */
export async function erasePastedPhones(
  tx: SystemTx,
  workspaceId: string,
  aliases: readonly string[],
): Promise<void> {
  const theirs = new Set(aliases);
  const endings = new Set(aliases.filter((alias) => /^\d{6,}$/.test(alias)).map((phone) => phone.slice(-6)));
  if (endings.size === 0) return;
  for (const { id, audience } of await lockPasting(tx, workspaceId, [...endings])) {
    if (audience.kind !== 'phones') continue;
    const phones = audience.phones.filter((said) => !namesPhone(said, audience.country ?? null, theirs));
    if (phones.length < audience.phones.length)
      await writeAudience(tx, workspaceId, id, { ...audience, phones });
  }
}

/** What campaigns kept about these people: addresses, cells of their lines, what was said, their links. The line stays. */
export async function eraseFromCampaigns(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
  aliases: readonly string[],
): Promise<{ campaignLines: number }> {
  await eraseLinks(tx, workspaceId, contactIds);
  await eraseOpeningsOf(tx, workspaceId, contactIds);
  return { campaignLines: await eraseRecipients(tx, workspaceId, contactIds, aliases) };
}
