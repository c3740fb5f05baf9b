import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import type { Attempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';

import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { NameDialog } from '../../ui/name-dialog.tsx';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';
import { CampaignState } from './campaign-state.tsx';
import { campaignsQuery } from './queries.ts';

const route = getRouteApi('/inside/app/campaigns');

/** Every campaign, the newest first; a new one begins with its name. `?segment=` begins one for that segment. */
export function CampaignsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { segment } = route.useSearch();
  const [name, setName] = useState<string | null>(segment ? '' : null);
  const list = useInfiniteQuery(campaignsQuery);
  const { data, error } = list;
  const { data: numbers = [] } = useQuery(numbersQuery);
  const shown = new Map(numbers.map((one) => [one.id, one.displayPhoneNumber]));
  const begin = async (called: string, attempt: Attempt) => {
    const made = await chaski.campaigns.create(
      { body: { name: called, ...(segment ? { audience: { kind: 'segment', segmentId: segment } } : {}) } },
      attempt,
    );
    await navigate({ to: '/app/campaigns/$campaignId', params: { campaignId: made.id } });
  };
  return (
    <Page
      title={t('campaigns.title')}
      lead={t('campaigns.lead')}
      action={
        may('campaigns:write') ? (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setName('')}>
            {t('campaigns.new')}
          </Button>
        ) : null
      }
    >
      <Listing query={{ data: data?.pages.flatMap((page) => page.data), error }} empty={t('campaigns.none')}>
        {(campaigns) => (
          <Rows label={t('campaigns.title')}>
            {campaigns.map((campaign) => (
              <Row key={campaign.id} end={<CampaignState campaign={campaign} />}>
                <Anchor
                  fw={600}
                  renderRoot={(props) => (
                    <Link to="/app/campaigns/$campaignId" params={{ campaignId: campaign.id }} {...props} />
                  )}
                >
                  <bdi>{campaign.name}</bdi>
                </Anchor>
                <Text size="xs" c="dimmed">
                  <bdi>{shown.get(campaign.numberId) ?? ''}</bdi>
                  {campaign.message ? ` · ${campaign.message.template.name}` : ''} ·{' '}
                  <Moment at={campaign.startedAt ?? campaign.startsAt ?? campaign.createdAt} />
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
      <NameDialog
        title={t('campaigns.new')}
        hint={t('campaigns.nameHint')}
        action={t('campaigns.begin')}
        limit={200}
        name={name}
        onClose={() => setName(null)}
        onSave={begin}
      />
    </Page>
  );
}
