import { ChaskiError, type Message } from '@chaski/sdk';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import classes from './bubble.module.css';
import { putMessages } from './thread-queries.ts';

/** What helps, by what the failure means for another try. */
const advised = new Set(['later', 'after', 'reauth', 'fix', 'never', 'policy']);

/** Why a message did not leave, or that nobody knows, in words; and what can be done. */
export function BubbleFailure({ message }: { message: Message }) {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const unconfirmed = message.status === 'unconfirmed';
  const again = useMutation({
    mutationFn: () => chaski.messages.retry({ id: message.id }, once()),
    onSuccess: (now) => putMessages(queries, message.conversationId, [now]),
    onError: (error) =>
      notifications.show({
        color: 'red',
        message: error instanceof ChaskiError ? error.message : t('composer.unreachable'),
      }),
  });
  const { error } = message;
  return (
    <div className={classes.failure}>
      <p>
        {unconfirmed ? (
          t('thread.failure.unconfirmed')
        ) : (
          <>
            <strong>{t('thread.failure.notSent')}</strong> {error?.message}{' '}
            {error?.kind && advised.has(error.kind) ? t(`thread.failure.kind.${error.kind}`) : null}
          </>
        )}
      </p>
      {may('messages:write') ? (
        <Button size="compact-xs" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
          {unconfirmed ? t('thread.failure.sendTwice') : t('thread.failure.retry')}
        </Button>
      ) : null}
    </div>
  );
}
