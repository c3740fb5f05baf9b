import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { wasGivenUp } from '../../api/passkey.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { factorsQuery } from './queries.ts';

export type Proof = { password?: string; code?: string };

interface Asked {
  title: string;
  text: string;
  /** A refusal stays in the dialog: a wrong password is typed again. */
  action: (proof: Proof) => Promise<unknown>;
}

/** What changes how one signs in asks for the password once more, or for a code where there is no password. */
export function useProof(): { ask: (asked: Asked) => void; dialog: ReactNode } {
  const [asked, setAsked] = useState<Asked | null>(null);
  return {
    ask: setAsked,
    dialog: (
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={asked?.title}>
        {asked ? <ProofForm asked={asked} onDone={() => setAsked(null)} /> : null}
      </Modal>
    ),
  };
}

function ProofForm({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  const { t } = useTranslation();
  const { data: factors } = useQuery(factorsQuery);
  const form = useForm({ initialValues: { password: '', code: '' } });
  const { problem, submit } = useSubmit(form, async ({ password, code }) => {
    try {
      await asked.action(password !== '' ? { password } : code !== '' ? { code: code.trim() } : {});
    } catch (error) {
      if (!wasGivenUp(error)) throw error;
    }
    onDone();
  });
  return (
    <SubmitForm
      form={form}
      submit={submit}
      problem={problem}
      onCancel={onDone}
      action={t('account.goOn')}
      lead={<Text size="sm">{asked.text}</Text>}
    >
      {factors?.hasPassword ? (
        <PasswordInput
          label={t('account.currentPassword')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('password')}
        />
      ) : factors?.totp ? (
        <TextInput
          label={t('signIn.code')}
          description={t('signIn.codeHint')}
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          data-autofocus
          {...form.getInputProps('code')}
        />
      ) : null}
    </SubmitForm>
  );
}
