import type { Message } from '@chaski/sdk';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain, refusalWords } from '../../ui/explain.ts';
import { failureWords, theirWords } from '../../ui/failure.ts';
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
        message: explain(t, error),
      }),
  });
  const { error } = message;
  const theirs = error && !unconfirmed ? theirWords(error) : null;
  return (
    <div className={classes.failure}>
      {unconfirmed ? (
        <p>{t('thread.failure.unconfirmed')}</p>
      ) : (
        <p>
          <strong>{t('thread.failure.notSent')}</strong>{' '}
          {error ? failureWords(t, error.code, refusalWords(t, error.code, error.message)) : null}
        </p>
      )}
      {!unconfirmed && error?.kind && advised.has(error.kind) ? (
        <p>{t(`thread.failure.kind.${error.kind}`)}</p>
      ) : null}
      {theirs === null ? null : (
        <p dir="auto" className={classes.theirs}>
          {theirs}
        </p>
      )}
      {may('messages:write') ? (
        <Button size="compact-xs" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
          {unconfirmed ? t('thread.failure.sendTwice') : t('thread.failure.retry')}
        </Button>
      ) : null}
    </div>
  );
}
