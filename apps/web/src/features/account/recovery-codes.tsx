import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCopy, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { Modal } from '../../ui/modal.tsx';
import classes from './account.module.css';

/** Shown once. It does not close by a click beside it: they would be gone. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[] | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={codes !== null}
      onClose={onClose}
      closeOnClickOutside={false}
      withCloseButton={false}
      title={t('account.recoveryCodes')}
    >
      <Stack>
        <Text size="sm">{t('account.keepCodes')}</Text>
        <ul className={classes.codes} dir="ltr" aria-label={t('account.recoveryCodes')}>
          {codes?.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Group className={classes.buttons ?? ''}>
          {'clipboard' in navigator ? (
            <CopyButton value={codes?.join('\n') ?? ''}>
              {({ copied, copy }) => (
                <Button variant="default" leftSection={<IconCopy size={16} />} onClick={copy}>
                  {copied ? t('form.copied') : t('form.copy')}
                </Button>
              )}
            </CopyButton>
          ) : null}
          <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
            {t('account.print')}
          </Button>
          <Button ms="auto" onClick={onClose} data-autofocus>
            {t('account.kept')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
