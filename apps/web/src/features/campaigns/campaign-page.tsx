import { Alert, Anchor, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Page, Refused, Waiting } from '../../ui/page.tsx';
import { AudienceStep } from './audience-step.tsx';
import { CampaignActions } from './campaign-actions.tsx';
import { CampaignState } from './campaign-state.tsx';
import { CheckStep } from './check-step.tsx';
import { MessageStep } from './message-step.tsx';
import { campaignQuery } from './queries.ts';
import { Report } from './report.tsx';
import { ScheduleStep } from './schedule-step.tsx';
import { Turns } from './turns.tsx';

const route = getRouteApi('/inside/app/campaigns/$campaignId');

/** One campaign: until it goes its four steps, later what came of it; of a recurring one its turns. */
export function CampaignPage() {
  const { t } = useTranslation();
  const explain = useExplain();
  const may = useMay();
  const { campaignId } = route.useParams();
  const { data: campaign, error } = useQuery(campaignQuery(campaignId));
  if (!campaign) {
    return (
      <Page title={t('campaigns.one')}>
        {error ? <Refused problem={explain(error)} /> : <Waiting rows={4} />}
      </Page>
    );
  }
  const { state, startedAt, plan } = campaign;
  const hasBegun = startedAt !== null;
  const isRecurring = campaign.schedule.kind === 'recurring';
  // Whoever gives the second yes sees what it is for; of a campaign that stands still what has not gone may change.
  const isOpen = ['draft', 'awaiting_approval', 'scheduled', 'paused'].includes(state);
  const editable = (state === 'draft' || state === 'paused') && may('campaigns:write');
  return (
    <Page
      title={campaign.name}
      action={
        <Group gap="sm">
          <CampaignState campaign={campaign} />
          <CampaignActions campaign={campaign} />
        </Group>
      }
    >
      <Anchor size="sm" renderRoot={(props) => <Link to="/app/campaigns" search={{}} {...props} />}>
        {t('campaigns.all')}
      </Anchor>
      {campaign.state === 'paused' && campaign.pausedReason ? (
        <Alert
          color="orange"
          variant="outline"
          title={t(`campaigns.paused.${campaign.pausedReason}`)}
          role="status"
        >
          {campaign.pausedDetail}
        </Alert>
      ) : null}
      {isRecurring && state !== 'draft' ? <Turns campaign={campaign} /> : null}
      {!isRecurring && (hasBegun || !isOpen) ? <Report campaign={campaign} /> : null}
      {hasBegun && editable ? <Text role="status">{t(`campaigns.rest.${plan.state}`)}</Text> : null}
      {hasBegun && plan.state === 'failed' ? (
        <Alert color="red" variant="outline" role="alert">
          {plan.error}
        </Alert>
      ) : null}
      {isOpen ? (
        <>
          {hasBegun ? null : <AudienceStep campaign={campaign} editable={editable} />}
          <MessageStep campaign={campaign} editable={editable} />
          <ScheduleStep campaign={campaign} editable={editable} />
        </>
      ) : null}
      {isOpen && !hasBegun && (state === 'draft' || !isRecurring) ? (
        <CheckStep campaign={campaign} editable={editable && state === 'draft'} />
      ) : null}
    </Page>
  );
}
