import type { Campaign } from '@chaski/sdk';
import { useTranslation } from '../../i18n/words.ts';
import { State } from '../../ui/page.tsx';

const tones = {
  draft: 'plain',
  awaiting_approval: 'wait',
  scheduled: 'wait',
  running: 'good',
  paused: 'bad',
  finished: 'plain',
  cancelled: 'plain',
} as const;

/** Where a campaign stands, in a word; running slower than it could says why. */
export function CampaignState({ campaign }: { campaign: Pick<Campaign, 'state' | 'waitsFor'> }) {
  const { t } = useTranslation();
  return (
    <State tone={campaign.waitsFor ? 'wait' : tones[campaign.state]}>
      {t(`campaigns.state.${campaign.state}`)}
      {campaign.waitsFor ? ` · ${t(`campaigns.waitsFor.${campaign.waitsFor}`)}` : null}
    </State>
  );
}
