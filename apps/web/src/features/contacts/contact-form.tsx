import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';

/** Somebody who has not written yet. */
export function ContactForm({ onDone }: { onDone: (id: string) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [key] = useState(once);
  const form = useForm({ initialValues: { phone: '', name: '', email: '', company: '' } });
  const { problem, submit } = useSubmit(form, async ({ phone, name, email, company }) => {
    const { id } = await chaski.contacts.create(
      {
        body: {
          phone,
          ...(name ? { name } : {}),
          ...(email ? { email } : {}),
          ...(company ? { company } : {}),
        },
      },
      key,
    );
    await queries.invalidateQueries({ queryKey: ['contacts', 'list'] });
    onDone(id);
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <TextInput
          label={t('contacts.form.phone')}
          description={t('contacts.form.phoneHint')}
          type="tel"
          dir="ltr"
          required
          data-autofocus
          {...form.getInputProps('phone')}
        />
        <TextInput label={t('context.name')} {...form.getInputProps('name')} />
        <TextInput label={t('context.email')} type="email" {...form.getInputProps('email')} />
        <TextInput label={t('context.company')} {...form.getInputProps('company')} />
        <Button type="submit" loading={form.submitting}>
          {t('contacts.form.create')}
        </Button>
      </Stack>
    </form>
  );
}
