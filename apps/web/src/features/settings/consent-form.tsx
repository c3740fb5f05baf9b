import { Button, Group, Select, Stack, Switch, TagsInput } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { Refused, Section } from '../../ui/page.tsx';
import type { Workspace } from './queries.ts';
import { useWorkspaceForm } from './use-workspace-form.ts';

/** Who may be written to: the words that say no and yes, and what they mean. */
export function ConsentForm({ workspace: { settings } }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const { form, problem, submit } = useWorkspaceForm(
    {
      stopWords: settings.stopWords,
      startWords: settings.startWords,
      consentScope: settings.consentScope,
      marketing: settings.marketing,
      marketingPausedIn: settings.marketingPausedIn,
      shortLinks: settings.shortLinks,
    },
    (values) => ({ settings: values }),
  );
  return (
    <Section title={t('settings.consent.title')} lead={t('settings.consent.lead')}>
      <form onSubmit={submit}>
        <Stack maw={520}>
          <Refused problem={problem} />
          <TagsInput
            label={t('settings.consent.stopWords')}
            description={t('settings.consent.stopWordsHint')}
            maxTags={100}
            {...form.getInputProps('stopWords')}
          />
          <TagsInput
            label={t('settings.consent.startWords')}
            maxTags={100}
            {...form.getInputProps('startWords')}
          />
          <Select
            label={t('settings.consent.scope')}
            allowDeselect={false}
            data={[
              { value: 'all', label: t('settings.consent.scopeAll') },
              { value: 'marketing', label: t('settings.consent.scopeMarketing') },
            ]}
            {...form.getInputProps('consentScope')}
          />
          <Select
            label={t('settings.consent.marketing')}
            allowDeselect={false}
            data={[
              { value: 'opt-out', label: t('settings.consent.optOut') },
              { value: 'opt-in', label: t('settings.consent.optIn') },
            ]}
            {...form.getInputProps('marketing')}
          />
          <TagsInput
            label={t('settings.consent.pausedIn')}
            description={t('settings.consent.pausedInHint')}
            maxTags={250}
            {...form.getInputProps('marketingPausedIn')}
            onChange={(countries) =>
              form.setFieldValue('marketingPausedIn', [
                ...new Set(countries.map((code) => code.trim().toUpperCase())),
              ])
            }
          />
          <Switch
            label={t('settings.consent.shortLinks')}
            description={t('settings.consent.shortLinksHint')}
            {...form.getInputProps('shortLinks', { type: 'checkbox' })}
          />
          <Group>
            <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
