import type { PauseReason } from '@chaski/contracts';
import type { Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { type CampaignRow, changeCampaign } from './queries.ts';

/** What a person reads beside the reason; by WhatsApp's own words where there are some. */
const sentences: Readonly<Record<PauseReason, string>> = {
  by_hand: 'Somebody paused it.',
  failure_rate: 'Too many messages fail. Look at the failed ones before you go on.',
  quality: 'WhatsApp lowered the quality of the number: people block or report it.',
  template_paused: 'WhatsApp paused the template.',
  template_disabled: 'The template cannot be sent any more.',
  template_category: 'WhatsApp moved the template to another category: price and consent are different now.',
  template_wrong: 'WhatsApp says that the variables do not fit the template.',
  token: 'The account’s token is refused. Connect the account anew.',
  payment: 'WhatsApp says that payment is missing. Look at the payment method of the account.',
  account_restricted: 'WhatsApp restricts the account or the number.',
  spam_limit: 'People reported messages of this number as spam; WhatsApp limits it.',
  marketing_route: 'WhatsApp wants marketing of this account on another way.',
  number_not_active: 'The number is not active.',
  plan_failed: 'The plan of who gets what failed.',
  workspace_suspended: 'The workspace is suspended.',
  plan_limit: 'The plan’s messages of this month are used.',
};

/** Stops a campaign that runs or waits for its start. The caller holds its row. */
export async function pauseCampaign(
  tx: Tx,
  campaign: CampaignRow,
  reason: PauseReason,
  detail: string | null = null,
): Promise<CampaignRow> {
  const said = detail === null ? sentences[reason] : `${sentences[reason]} ${detail}`;
  const row = await changeCampaign(tx, campaign.workspaceId, campaign.id, {
    state: 'paused',
    pausedReason: reason,
    pausedDetail: said.slice(0, 500),
    waitsFor: null,
  });
  await emit(tx, [
    {
      workspaceId: campaign.workspaceId,
      name: 'campaign.paused',
      data: { campaignId: campaign.id, reason, detail: row.pausedDetail },
      ...(reason === 'by_hand'
        ? {
            audit: {
              target: { kind: 'campaign', id: campaign.id },
              before: { state: campaign.state },
              after: { state: 'paused' },
            },
          }
        : {}),
    },
  ]);
  return row;
}
