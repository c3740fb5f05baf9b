import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Page, Section, Waiting } from '../../ui/page.tsx';
import { workspaceQuery } from '../settings/queries.ts';
import { HoursForm } from './hours-form.tsx';

/** When somebody is there: for the whole workspace, and for numbers that keep other hours. */
export function HoursPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: workspace } = useQuery(workspaceQuery);
  const { data: numbers } = useQuery(numbersQuery);
  return (
    <Page title={t('hours.title')} lead={t('hours.lead')}>
      {workspace ? (
        <Section title={t('hours.ofWorkspace')}>
          <HoursForm
            label={t('hours.ofWorkspace')}
            hours={workspace.settings.businessHours}
            on={t('hours.have')}
            without={t('hours.always')}
            onSave={async (businessHours) => {
              const body = { settings: { businessHours } };
              queries.setQueryData(workspaceQuery.queryKey, await chaski.workspace.update({ body }));
              await queries.invalidateQueries({ queryKey: ['numbers'] });
            }}
          />
        </Section>
      ) : (
        <Waiting />
      )}
      {numbers?.map((number) => {
        const name = number.verifiedName
          ? `${number.verifiedName} (${number.displayPhoneNumber})`
          : number.displayPhoneNumber;
        return (
          <Section key={number.id} title={name}>
            <HoursForm
              label={t('hours.ofNumber', { name })}
              hours={number.businessHours}
              on={t('hours.own')}
              without={t('hours.likeWorkspace')}
              onSave={async (businessHours) => {
                await chaski.numbers.update({ id: number.id, body: { businessHours } });
                await queries.invalidateQueries({ queryKey: ['numbers'] });
              }}
            />
          </Section>
        );
      })}
    </Page>
  );
}
