import type { Template } from '@chaski/sdk';
import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { State } from '../../ui/page.tsx';

export const statuses = [
  'DRAFT',
  'PENDING',
  'APPROVED',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'IN_APPEAL',
  'DELETED',
] as const;

const tones: Readonly<Record<string, 'good' | 'wait' | 'bad'>> = {
  APPROVED: 'good',
  PENDING: 'wait',
  IN_APPEAL: 'wait',
  PENDING_DELETION: 'wait',
  REJECTED: 'bad',
  PAUSED: 'bad',
  DISABLED: 'bad',
};

/** Where a template stands: WhatsApp's word, or what is on its way there. */
export function TemplateState({ template }: { template: Template }) {
  const { t } = useTranslation();
  const { status, draft, deleting } = template;
  const going = draft?.state === 'submitting' || draft?.state === 'unknown';
  if (deleting && status !== 'DELETED') return <State tone="wait">{t('templates.deleting')}</State>;
  if (status === 'DRAFT')
    return (
      <State tone={draft?.state === 'refused' ? 'bad' : going ? 'wait' : 'plain'}>
        {t(`templates.version.${draft?.state ?? 'draft'}`)}
      </State>
    );
  return (
    <State tone={tones[status] ?? 'plain'}>
      {t(`templates.status.${status}`, { defaultValue: status })}
      {going ? ` · ${t('templates.version.submitting')}` : null}
    </State>
  );
}

/** WhatsApp made marketing of it, or will: what that means is more than a word. */
export const becameMarketing = ({ category, previousCategory, announcedCategory }: Template): boolean =>
  (category === 'MARKETING' && previousCategory !== null && previousCategory !== 'MARKETING') ||
  (announcedCategory === 'MARKETING' && category !== 'MARKETING');

/** What somebody has to know or do about a template. */
export function TemplateAlerts({ template }: { template: Template }) {
  const { t } = useTranslation();
  const { data: numbers = [] } = useQuery(numbersQuery);
  const isSimulated = numbers.some(
    (one) => one.isSimulated && template.numbers.some(({ id }) => id === one.id),
  );
  const { announcedCategory, category, rejectedReason, status, draft, quality } = template;
  const reason = rejectedReason && rejectedReason !== 'NONE' ? rejectedReason : null;
  return (
    <>
      {becameMarketing(template) ? (
        <Alert
          color="orange"
          variant="outline"
          role="status"
          title={t(category === 'MARKETING' ? 'templates.becameMarketing' : 'templates.willBeMarketing')}
        >
          {t('templates.marketingMeans')}
        </Alert>
      ) : null}
      {announcedCategory && announcedCategory !== category && announcedCategory !== 'MARKETING' ? (
        <Alert color="gray" variant="outline" role="status">
          {t('templates.announced', {
            category: t(`composer.template.category.${announcedCategory}`, {
              defaultValue: announcedCategory,
            }),
          })}
        </Alert>
      ) : null}
      {status === 'PENDING' && isSimulated ? (
        <Alert color="gray" variant="outline" role="status">
          {t('templates.simulatedReview')}
        </Alert>
      ) : null}
      {status === 'REJECTED' ? (
        <Alert color="red" variant="outline" role="status" title={t('templates.rejected')}>
          {reason ? t(`templates.reason.${reason}`, { defaultValue: reason }) : t('templates.noReason')}
        </Alert>
      ) : null}
      {status === 'PAUSED' || status === 'DISABLED' ? (
        <Alert color="red" variant="outline" role="status" title={t(`templates.status.${status}`)}>
          {t(`templates.means.${status}`)}
          {reason ? ` ${t(`templates.reason.${reason}`, { defaultValue: reason })}` : ''}
        </Alert>
      ) : null}
      {status === 'APPROVED' && quality === 'RED' ? (
        <Alert color="orange" variant="outline" role="status">
          {t('templates.means.RED')}
        </Alert>
      ) : null}
      {draft?.state === 'refused' && draft.problem ? (
        <Alert color="red" variant="outline" role="alert" title={t('templates.refused')}>
          <bdi>{draft.problem.message}</bdi> ({draft.problem.code})
        </Alert>
      ) : null}
      {draft?.state === 'unknown' ? (
        <Alert color="yellow" variant="outline" role="status">
          {t('templates.unknownOutcome')}
        </Alert>
      ) : null}
    </>
  );
}
