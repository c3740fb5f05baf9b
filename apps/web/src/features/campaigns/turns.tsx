import type { Campaign } from '@chaski/sdk';
import { Anchor } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { More } from '../../ui/more.tsx';
import { Listing, Row, Rows, Section } from '../../ui/page.tsx';
import { CampaignState } from './campaign-state.tsx';
import { turnsQuery } from './queries.ts';

/** What a recurring campaign sent so far: each turn is a campaign with a report of its own. */
export function Turns({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(turnsQuery(campaign.id));
  const { data, error } = list;
  return (
    <Section title={t('campaigns.turns')}>
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t('campaigns.noTurns')}
      >
        {(turns) => (
          <Rows label={t('campaigns.turns')}>
            {turns.map((turn) => (
              <Row key={turn.id} end={<CampaignState campaign={turn} />}>
                <Anchor
                  renderRoot={(props) => (
                    <Link to="/app/campaigns/$campaignId" params={{ campaignId: turn.id }} {...props} />
                  )}
                >
                  <bdi>{turn.name}</bdi>
                </Anchor>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Section>
  );
}
