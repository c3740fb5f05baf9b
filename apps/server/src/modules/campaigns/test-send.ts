import { type BlankKinds, blankKinds, filledTemplate, fillVariables } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type MessageRow, send } from '../messages/index.ts';
import { getNumber } from '../numbers/index.ts';
import { templateFor } from '../templates/index.ts';
import { getCampaign, refuseLimited } from './create.ts';
import { linkProblem, shortenLinks } from './links.ts';
import { purposeOf } from './plan.ts';
import { lockCampaign } from './queries.ts';
import { nextTestLine } from './queries-links.ts';
import { selectFilled } from './queries-report.ts';
import type { LinkBase } from './rules-links.ts';

/**
 * One message as the campaign would send it, to somebody of one's own: filled as for a line of the plan, or with what
 * the variables say by themselves. The policy holds for it as for every message, and nobody's report counts it.
 */
export async function testSend(
  tx: TenantTx,
  id: string,
  to: string,
  n: number | null,
  only: readonly string[] | null,
  base: LinkBase,
): Promise<MessageRow> {
  refuseLimited(tx);
  const campaign = await getCampaign(tx, id);
  const { message } = campaign;
  if (!message) throw errors.unprocessable('campaign_incomplete', 'Say what is sent (message) first.');
  const planned = await selectFilled(tx, id, n ?? 0);
  const number = await getNumber(tx, campaign.numberId);
  const template = await templateFor(tx, number.accountId, message.template.name, message.template.language);
  const kinds = blankKinds(template);
  const values = planned?.filled ?? withoutAnybody(message.variables, campaign.schedule.timeZone, kinds);
  const texts = { campaign, message, components: template?.components ?? [], base };
  const problem = await linkProblem(tx, texts);
  if (problem !== null) throw errors.unprocessable('short_links_off', problem);
  // A line of its own: what another test said leads on to where it led.
  await lockCampaign(tx, tx.workspaceId, id);
  const line = await nextTestLine(tx, tx.workspaceId, id);
  const [filled = values] = await shortenLinks(tx, texts, [
    { n: line, filledAs: planned?.n ?? null, filled: values },
  ]);
  return send(
    tx,
    {
      to,
      numberId: campaign.numberId,
      content: filledTemplate(message, filled, kinds),
      purpose: purposeOf(template?.category ?? 'MARKETING'),
      source: 'campaign',
    },
    only,
  );
}

function withoutAnybody(
  variables: Parameters<typeof fillVariables>[0],
  zone: string,
  kinds: BlankKinds,
): Record<string, string> {
  const filled = fillVariables(variables, {}, zone, kinds);
  if ('values' in filled) return filled.values;
  if (filled.problem === 'wrong')
    throw errors.unprocessable(
      'variable_wrong',
      `What fills ${filled.key} cannot be read: docs/campaigns.md shows how each kind of blank is written.`,
      { variable: filled.key },
    );
  throw errors.unprocessable(
    'variable_missing',
    `Nothing fills ${filled.key} without a plan: make the plan first, or give it a fallback.`,
    { variable: filled.key },
  );
}
