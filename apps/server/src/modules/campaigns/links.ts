import { randomBytes } from 'node:crypto';
import type { CampaignMessage } from '@chaski/contracts';
import type { Database, Tx } from '../../platform/db/index.ts';
import { workspacesFor } from '../workspaces/index.ts';
import { linkByToken, makeLinks, type NewLink } from './queries-links.ts';
import { isTarget, type LinkBase, ownButtonsOf, replaceLinks } from './rules-links.ts';
import type { Taps } from './taps.ts';

/**
 * Short links of our own: `<PUBLIC_URL>/l/<token>`, one for each address in what one person gets, so that a tap says who
 * tapped. Off until a workspace wants them: whom somebody follows with them is that company's to answer for.
 */
export const linksOff =
  'A button of the template leads to the short links of this installation, which the workspace has switched off.';

interface Texts {
  campaign: { workspaceId: string; id: string };
  message: CampaignMessage;
  /** Of the template, as far as WhatsApp told. */
  components: readonly unknown[];
  base: LinkBase;
}

/** Whether there is anything to shorten, and the workspace wants it. */
async function wanted(tx: Tx, { campaign }: Texts): Promise<boolean> {
  const workspace = (await workspacesFor(tx, [campaign.workspaceId])).get(campaign.workspaceId);
  return workspace?.settings.shortLinks ?? false;
}

/** Why this message cannot go as it is, or null. */
export async function linkProblem(tx: Tx, texts: Texts): Promise<string | null> {
  const isOwn = ownButtonsOf(texts.components, texts.base).size > 0;
  return isOwn && !(await wanted(tx, texts)) ? linksOff : null;
}

/** What each of them reads: the values with their addresses shortened. The links stand before the messages are queued. */
export async function shortenLinks(
  tx: Tx,
  texts: Texts,
  people: readonly { n: number; filledAs?: number | null; filled: Record<string, string> }[],
): Promise<Record<string, string>[]> {
  const { campaign, message, components, base } = texts;
  const own = ownButtonsOf(components, base);
  const links: NewLink[] = [];
  for (const { n, filledAs = null, filled } of people) {
    const note = (place: string, target: string) => {
      // As a browser would ask for it: no letter that a header cannot carry.
      links.push({
        n,
        filledAs,
        place,
        target: new URL(target).href,
        token: randomBytes(12).toString('base64url'),
      });
      return target;
    };
    replaceLinks(message, filled, own, { text: note, button: note });
  }
  if (base === null || links.length === 0 || !(await wanted(tx, texts)))
    return people.map(({ filled }) => filled);
  const tokens = await makeLinks(tx, campaign.workspaceId, campaign.id, links);
  return people.map(({ n, filled }) =>
    replaceLinks(message, filled, own, {
      text: (place) => `${base}${tokens.get(`${n} ${place}`)}`,
      button: (place) => tokens.get(`${n} ${place}`)!,
    }),
  );
}

/** Where a link leads; null: nobody made it, or whom it was made for is erased. A person's tap is counted. */
export async function followLink(
  db: Database,
  taps: Taps,
  token: string,
  isPerson: boolean,
): Promise<string | null> {
  const link = await linkByToken(db, token);
  // Asked again: what stands in a table may come from a dump that somebody edited.
  if (!link || !isTarget(link.target)) return null;
  if (isPerson) taps.note(link);
  return link.target;
}
