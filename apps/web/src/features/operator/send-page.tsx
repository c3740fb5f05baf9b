import { type Chaski, createClient } from '@chaski/sdk';
import {
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { once } from '../../api/once.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Page, Refused, Section } from '../../ui/page.tsx';
import { SentMessage } from './sent-message.tsx';

/** Chosen instead of one's own workspaces: the key says which one it is. */
const byKey = 'key';

/** Speaks for the workspace that was chosen: by the session where one is a member, by a key of it elsewhere. */
function clientFor(workspace: string, key: string): Chaski {
  const url = window.location.origin;
  return createClient(workspace === byKey ? { url, key: key.trim() } : { url, workspaceId: workspace });
}

/** One message by hand, through the API that everybody uses, with its answer and what WhatsApp says of it later. */
export function SendPage() {
  const { t } = useTranslation();
  const { workspace, workspaces } = useSession();
  const [sent, setSent] = useState<{ id: string; client: Chaski } | null>(null);
  const form = useForm({
    initialValues: {
      workspace: workspace?.id ?? byKey,
      key: '',
      numberId: null as string | null,
      to: '',
      kind: 'text' as 'text' | 'template',
      text: '',
      name: '',
      language: 'en',
      variables: '',
      idempotencyKey: once().idempotencyKey,
    },
  });
  const { values } = form;
  const isReady = values.workspace !== byKey || /^ck_\S{10,}$/.test(values.key.trim());
  const { data: numbers = [] } = useQuery({
    // The key itself stays out of what is cached.
    queryKey: ['operator', 'send', 'numbers', values.workspace, values.key.trim().slice(0, 12)],
    queryFn: async () =>
      (await clientFor(values.workspace, values.key).numbers.list({ query: { limit: 100 } })).data,
    enabled: isReady,
    retry: false,
  });
  const { problem, submit } = useSubmit(form, async (given) => {
    const client = clientFor(given.workspace, given.key);
    const parameters = given.variables
      .split('\n')
      .filter((one) => one.trim() !== '')
      .map((text) => ({ type: 'text' as const, text }));
    const { id } = await client.messages.create(
      {
        body: {
          to: given.to.trim(),
          ...(given.numberId === null ? {} : { numberId: given.numberId }),
          ...(given.kind === 'text'
            ? { type: 'text' as const, text: { body: given.text } }
            : {
                type: 'template' as const,
                template: {
                  name: given.name.trim(),
                  language: { code: given.language.trim() },
                  ...(parameters.length > 0 ? { components: [{ type: 'body' as const, parameters }] } : {}),
                },
              }),
        },
      },
      { idempotencyKey: given.idempotencyKey },
    );
    setSent({ id, client });
  });
  return (
    <Page title={t('console.send.title')} lead={t('console.send.lead')}>
      <Section title={t('console.send.form')}>
        <form onSubmit={submit}>
          <Stack maw={520}>
            <Refused problem={problem} />
            <Select
              label={t('console.send.workspace')}
              allowDeselect={false}
              data={[
                ...workspaces.map(({ id, name }) => ({ value: id, label: name })),
                { value: byKey, label: t('console.send.other') },
              ]}
              {...form.getInputProps('workspace')}
            />
            {values.workspace === byKey ? (
              <PasswordInput
                label={t('console.send.key')}
                description={t('console.send.keyHint')}
                required
                withAsterisk={false}
                autoComplete="off"
                visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
                {...form.getInputProps('key')}
              />
            ) : null}
            <Select
              label={t('console.send.number')}
              placeholder={t('console.send.defaultNumber')}
              clearable
              clearButtonProps={{ 'aria-label': t('list.clear') }}
              data={numbers.map((one) => ({
                value: one.id,
                label: one.displayPhoneNumber || one.phoneNumberId,
              }))}
              {...form.getInputProps('numberId')}
            />
            <TextInput
              label={t('console.send.to')}
              type="tel"
              required
              withAsterisk={false}
              maxLength={40}
              {...form.getInputProps('to')}
            />
            <SegmentedControl
              aria-label={t('console.send.kind')}
              data={(['text', 'template'] as const).map((value) => ({
                value,
                label: t(`console.send.${value}`),
              }))}
              {...form.getInputProps('kind')}
            />
            {values.kind === 'text' ? (
              <Textarea
                label={t('console.send.text')}
                required
                withAsterisk={false}
                autosize
                minRows={2}
                maxLength={4096}
                {...form.getInputProps('text')}
              />
            ) : (
              <>
                <Group grow align="start">
                  <TextInput
                    label={t('console.send.name')}
                    required
                    withAsterisk={false}
                    placeholder="order_update"
                    {...form.getInputProps('name')}
                  />
                  <TextInput
                    label={t('templates.field.language')}
                    required
                    withAsterisk={false}
                    placeholder="en_US"
                    {...form.getInputProps('language')}
                  />
                </Group>
                <Textarea
                  label={t('console.send.variables')}
                  description={t('console.send.variablesHint')}
                  autosize
                  {...form.getInputProps('variables')}
                />
              </>
            )}
            <TextInput
              label="Idempotency-Key"
              description={t('console.send.idempotencyHint')}
              required
              withAsterisk={false}
              maxLength={255}
              dir="ltr"
              {...form.getInputProps('idempotencyKey')}
            />
            <Group>
              <Button type="submit" loading={form.submitting}>
                {t('console.send.submit')}
              </Button>
              <Button
                variant="default"
                onClick={() => form.setFieldValue('idempotencyKey', once().idempotencyKey)}
              >
                {t('console.send.newKey')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
      <div role="status">{sent ? <SentMessage key={sent.id} id={sent.id} client={sent.client} /> : null}</div>
    </Page>
  );
}
