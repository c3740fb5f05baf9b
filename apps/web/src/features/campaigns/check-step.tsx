import type { Campaign, CampaignPreflight, Template } from '@chaski/sdk';
import { Alert, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChecklist, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { Row, Rows, Section } from '../../ui/page.tsx';
import { useTemplateLabels } from '../inbox/template-label.ts';
import classes from './campaigns.module.css';
import { MessageShown } from './message-shown.tsx';
import {
  blanksOf,
  fills,
  firstPlannedQuery,
  moneyOf,
  preflightQuery,
  sendableTemplatesQuery,
} from './queries.ts';
import { useReason } from './reasons.ts';
import { useCampaign } from './use-change.ts';

/** What would happen: who gets it, who does not and why, what it costs, how long it takes. Then it goes. */
export function CheckStep({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t, i18n } = useTranslation();
  const { act, show } = useCampaign(campaign);
  const { id, plan } = campaign;
  const { data: preflight } = useQuery(preflightQuery(campaign));
  const { data: first = null } = useQuery(firstPlannedQuery(campaign));
  const { data: templates = [] } = useQuery(sendableTemplatesQuery(campaign.numberId));
  const labelOf = useTemplateLabels();
  const { message } = campaign;
  const template = templates.find(
    (one) => one.name === message?.template.name && one.language === message.template.language,
  );
  const empty = ((template && blanksOf(template)) ?? []).filter(
    (blank) => !message?.variables.some((one) => fills(one, blank)),
  );
  const chosen = campaign.audience !== null && message !== null;
  const complete = chosen && empty.length === 0;
  const cost = preflight?.cost ?? null;
  const price = cost
    ? t('campaigns.check.launchCost', { cost: moneyOf(cost.micros, cost.currency, i18n.language) })
    : '';
  const check = () => act(async () => show(await chaski.campaigns.plan({ id, body: {} }, once())));
  const launch = (count: number) =>
    act(async () => show(await chaski.campaigns.launch({ id, body: {} }, once())), {
      title: t('campaigns.check.launch'),
      text: [t('campaigns.check.launchText', { count }), price].join(' '),
      action: t('campaigns.check.launch'),
      ...(template && message && first
        ? {
            more: (
              <MessageShown
                label={t('campaigns.check.reads', { person: first.name ?? first.address })}
                template={template}
                message={message}
                values={first.values}
              />
            ),
          }
        : {}),
    });
  return (
    <Section title={t('campaigns.step.check')} lead={t('campaigns.step.checkLead')}>
      <Stack>
        {chosen ? null : <Text c="dimmed">{t('campaigns.check.incomplete')}</Text>}
        {chosen && empty.length > 0 ? (
          <Alert color="orange" variant="outline" role="status">
            {t('campaigns.check.unfilled', {
              blanks: empty.map((blank) => (template ? labelOf(template, blank.of) : '')).join(', '),
            })}
          </Alert>
        ) : null}
        {plan.state === 'failed' ? (
          <Alert color="red" variant="outline" role="alert">
            {plan.error}
          </Alert>
        ) : null}
        {plan.state === 'waiting' ? (
          <div role="status">
            <Text size="sm">{t('campaigns.check.planning')}</Text>
            <Skeleton height={72} mt="xs" />
          </div>
        ) : null}
        {preflight && plan.state === 'ready' ? <Preflight preflight={preflight} template={template} /> : null}
        {editable && plan.state === 'ready' ? <TestSend campaign={campaign} /> : null}
        {editable ? (
          <Group>
            <Button
              variant={plan.state === 'ready' ? 'default' : 'filled'}
              leftSection={<IconChecklist size={16} />}
              disabled={!complete || plan.state === 'waiting'}
              onClick={() => void check()}
            >
              {plan.state === 'ready' ? t('campaigns.check.again') : t('campaigns.check.check')}
            </Button>
            {preflight && plan.state === 'ready' ? (
              <Button
                leftSection={<IconSend size={16} />}
                disabled={preflight.willGet === 0 || !complete}
                onClick={() => void launch(preflight.willGet)}
              >
                {t('campaigns.check.launchTo', { count: preflight.willGet })}
              </Button>
            ) : null}
          </Group>
        ) : null}
      </Stack>
    </Section>
  );
}

function Preflight(props: { preflight: CampaignPreflight; template: Template | undefined }) {
  const { preflight, template } = props;
  const { t, i18n } = useTranslation();
  const reason = useReason(template);
  const figure = new Intl.NumberFormat(i18n.language);
  const { cost, limits, takes } = preflight;
  const facts = [
    { key: 'willGet', value: figure.format(preflight.willGet) },
    { key: 'willNot', value: figure.format(preflight.willNot) },
    { key: 'cost', value: cost ? moneyOf(cost.micros, cost.currency, i18n.language) : '–' },
    {
      key: 'takes',
      value:
        takes.days > 1
          ? t('campaigns.check.days', { count: takes.days })
          : t('campaigns.check.minutes', { count: Math.max(1, Math.ceil(takes.minutes)) }),
    },
  ];
  return (
    <>
      <dl className={classes.numbers}>
        {facts.map(({ key, value }) => (
          <div key={key}>
            <dt>{t(`campaigns.check.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm" c="dimmed">
        {t('campaigns.check.limits', {
          mps: limits.number.mps,
          tier: limits.tier.limit === null ? '∞' : figure.format(limits.tier.limit),
          used: figure.format(limits.tier.used),
        })}{' '}
        {limits.alsoRunning > 0 ? t('campaigns.check.alsoRunning', { count: limits.alsoRunning }) : null}{' '}
        {cost === null ? t('campaigns.check.noCard') : null}
        {cost && cost.unpriced > 0 ? t('campaigns.check.unpriced', { count: cost.unpriced }) : null}{' '}
        {preflight.firstDue ? (
          <>
            {t('campaigns.check.first')} <Moment at={preflight.firstDue} />
          </>
        ) : null}
      </Text>
      {preflight.problems.map(({ code, message }) => (
        <Alert key={code} color="orange" variant="outline">
          {message}
        </Alert>
      ))}
      {preflight.reasons.length > 0 ? (
        <Rows label={t('campaigns.check.why')}>
          {preflight.reasons.map(({ reason: code, count }) => (
            <Row key={code} end={<Text size="sm">{figure.format(count)}</Text>}>
              {reason(code)}
            </Row>
          ))}
        </Rows>
      ) : null}
    </>
  );
}

function TestSend({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { act } = useCampaign(campaign);
  const attempt = useAttempt();
  const [to, setTo] = useState('');
  const send = () =>
    act(async () => {
      const request = { id: campaign.id, body: { to: to.trim() } };
      await attempt(request, (key) => chaski.campaigns.test(request, key));
      notifications.show({ message: t('campaigns.check.testSent', { to: to.trim() }) });
    });
  return (
    <Group align="flex-end">
      <TextInput
        label={t('campaigns.check.test')}
        description={t('campaigns.check.testHint')}
        value={to}
        inputMode="tel"
        dir="ltr"
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button variant="default" disabled={to.trim() === ''} onClick={() => void send()}>
        {t('campaigns.check.sendTest')}
      </Button>
    </Group>
  );
}
