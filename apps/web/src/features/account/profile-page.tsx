import {
  Button,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  useMantineColorScheme,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { sessionQuery, useSession } from '../../api/session.ts';
import { chooseLanguage, type Language, languages } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useUnsaved } from '../../ui/confirm.tsx';
import { useSubmit } from '../../ui/form.ts';
import { Page, Refused, Section } from '../../ui/page.tsx';
import { EmailForm } from './email-form.tsx';

/** Who one is, and how the page looks. */
export function ProfilePage() {
  const { t } = useTranslation();
  return (
    <Page title={t('account.profile')}>
      <NameForm />
      <Looks />
      <EmailForm />
    </Page>
  );
}

function NameForm() {
  const { t } = useTranslation();
  const { person } = useSession();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { name: person.name } });
  useUnsaved(form.isDirty());
  const { problem, submit } = useSubmit(form, async (body) => {
    queries.setQueryData(sessionQuery.queryKey, await chaski.auth.updateMe({ body }));
    form.resetDirty();
    notifications.show({ message: t('form.saved') });
  });
  return (
    <Section title={t('account.you')}>
      <form onSubmit={submit}>
        <Stack maw={420}>
          <Refused problem={problem} />
          <TextInput
            label={t('signIn.name')}
            description={t('account.nameHint')}
            autoComplete="name"
            maxLength={200}
            {...form.getInputProps('name')}
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

function Looks() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const queries = useQueryClient();
  const choose = async (language: Language) => {
    await chooseLanguage(language);
    // For mails too. Whoever acts as somebody else changes the page's language only.
    const me = await chaski.auth.updateMe({ body: { locale: language } }).catch(() => null);
    if (me) queries.setQueryData(sessionQuery.queryKey, me);
  };
  return (
    <Section title={t('account.looks')}>
      <Stack maw={420}>
        <Select
          label={t('shell.language')}
          description={t('account.languageHint')}
          value={i18n.language}
          allowDeselect={false}
          onChange={(value) => void choose(value as Language)}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        />
        <div>
          <Text id="theme-label" size="sm" fw={600}>
            {t('account.theme')}
          </Text>
          <SegmentedControl
            fullWidth
            mt={4}
            aria-labelledby="theme-label"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'auto', label: t('account.themeAuto') },
              { value: 'light', label: t('shell.light') },
              { value: 'dark', label: t('shell.dark') },
            ]}
          />
        </div>
      </Stack>
    </Section>
  );
}
