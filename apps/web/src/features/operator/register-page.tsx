import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Page, Refused, Section, State } from '../../ui/page.tsx';
import { Copyable } from '../../ui/shown-once.tsx';

interface Registered {
  tenantId: string;
  tenant: { name: string; phoneNumberId: string; status: 'pending' | 'active' };
}

/** A workspace with its first number, in one step: `POST /tenants/register`. */
export function RegisterTenantPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [made, setMade] = useState<Registered | null>(null);
  const form = useForm({ initialValues: { name: '', phoneNumberId: '', accessToken: '', wabaId: '' } });
  const { problem, submit } = useSubmit(form, async ({ wabaId, ...given }) => {
    const answer = await chaski.call<Registered>(
      { method: 'POST', path: '/tenants/register', answer: 'json' },
      { body: { ...given, ...(wabaId.trim() === '' ? {} : { wabaId: wabaId.trim() }) } },
    );
    setMade(answer);
    form.reset();
    await queries.invalidateQueries({ queryKey: ['operator'] });
  });
  return (
    <Page title={t('console.register.title')} lead={t('console.register.lead')}>
      <Section title={t('console.register.form')}>
        <form onSubmit={submit}>
          <Stack maw={520}>
            <Refused problem={problem} />
            <TextInput
              label={t('form.name')}
              required
              withAsterisk={false}
              maxLength={200}
              {...form.getInputProps('name')}
            />
            <TextInput
              label={t('console.register.phoneNumberId')}
              description={t('console.register.phoneNumberIdHint')}
              required
              withAsterisk={false}
              maxLength={64}
              autoComplete="off"
              {...form.getInputProps('phoneNumberId')}
            />
            <PasswordInput
              label={t('settings.numbers.token')}
              description={t('console.register.tokenHint')}
              required
              withAsterisk={false}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
              {...form.getInputProps('accessToken')}
            />
            <TextInput
              label={t('console.register.wabaId')}
              description={t('console.register.wabaIdHint')}
              maxLength={64}
              autoComplete="off"
              {...form.getInputProps('wabaId')}
            />
            <Group>
              <Button type="submit" loading={form.submitting}>
                {t('console.register.submit')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
      <div role="status">
        {made ? (
          <Section
            title={t('console.register.made', { name: made.tenant.name })}
            action={
              <State tone={made.tenant.status === 'active' ? 'good' : 'wait'}>
                {t(`settings.numbers.state.${made.tenant.status}`)}
              </State>
            }
          >
            <Stack gap="sm">
              <Copyable label={t('console.register.tenantId')} value={made.tenantId} />
              <Text size="sm" c="dimmed">
                {t('console.register.next')}
              </Text>
            </Stack>
          </Section>
        ) : null}
      </div>
    </Page>
  );
}
