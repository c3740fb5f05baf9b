import { Center, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { Copyable } from '../../ui/shown-once.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { QrImage } from './qr-image.tsx';

export type Begun = { secret: string; uri: string };

/** Shows the secret to an authenticator app and takes a first code of it. */
export function AuthenticatorSetup(props: {
  begun: Begun;
  onClose: () => void;
  onDone: (recoveryCodes: readonly string[] | null) => Promise<void>;
}) {
  const { t } = useTranslation();
  const { begun, onClose } = props;
  const form = useForm({ initialValues: { code: '' } });
  const { problem, submit } = useSubmit(form, async ({ code }) => {
    const { recoveryCodes } = await chaski.auth.totpConfirm({ body: { code: code.replaceAll(' ', '') } });
    await props.onDone(recoveryCodes);
  });
  return (
    <Modal opened onClose={onClose} title={t('account.addApp')}>
      <SubmitForm
        form={form}
        submit={submit}
        problem={problem}
        onCancel={onClose}
        action={t('account.switchOn')}
        lead={
          <>
            <Text size="sm">{t('account.scan')}</Text>
            <Center>
              <QrImage text={begun.uri} label={t('account.qr')} />
            </Center>
            <Copyable label={t('account.secret')} value={begun.secret} />
          </>
        }
      >
        <TextInput
          label={t('account.firstCode')}
          autoComplete="one-time-code"
          inputMode="numeric"
          dir="ltr"
          required
          withAsterisk={false}
          data-autofocus
          {...form.getInputProps('code')}
        />
      </SubmitForm>
    </Modal>
  );
}
