import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';
import { limits, PlanForm } from './plan-form.tsx';
import { type Plan, plansQuery } from './queries.ts';

/** What workspaces are allowed. */
export function PlansPage() {
  const { t, i18n } = useTranslation();
  const plans = useQuery(plansQuery);
  const [chosen, setChosen] = useState<Plan | 'new' | null>(null);
  const figure = new Intl.NumberFormat(i18n.language);
  return (
    <Page
      title={t('operator.plans.title')}
      lead={t('operator.plans.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setChosen('new')}>
          {t('operator.plans.add')}
        </Button>
      }
    >
      <Listing query={plans} empty="">
        {(all) => (
          <Rows label={t('operator.plans.title')}>
            {all.map((plan) => (
              <Row
                key={plan.name}
                end={
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={t('form.changeOne', { name: plan.name })}
                    onClick={() => setChosen(plan)}
                  >
                    {t('form.change')}
                  </Button>
                }
              >
                <bdi>{plan.name}</bdi>
                <Text size="sm" c="dimmed">
                  {limits
                    .map((key) => {
                      const limit = plan[key];
                      return `${t(`settings.usage.limit.${key}`)}: ${limit === null ? t('settings.usage.noLimit') : figure.format(limit)}`;
                    })
                    .join(' · ')}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {chosen ? <PlanForm plan={chosen === 'new' ? null : chosen} onClose={() => setChosen(null)} /> : null}
    </Page>
  );
}
