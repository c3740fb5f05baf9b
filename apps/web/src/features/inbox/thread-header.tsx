import type { Conversation } from '@chaski/sdk';
import { ActionIcon, Badge, Skeleton, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconEye, IconKeyboard } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { elsewhere } from './filter.ts';
import { HoursNow } from './hours-now.tsx';
import classes from './thread.module.css';
import { ThreadActions } from './thread-actions.tsx';
import type { Colleague } from './thread-presence.ts';
import type { Deed } from './thread-work.ts';

/** Who it is with, in which state, and what can be done with it. */
export function ThreadHeader({
  conversation,
  work,
}: {
  conversation: Conversation | undefined;
  work: (deed: Deed) => void;
}) {
  const { t, i18n } = useTranslation();
  return (
    <header className={classes.header}>
      <ActionIcon
        hiddenFrom="sm"
        size={34}
        className={classes.back ?? ''}
        aria-label={t('inbox.back')}
        renderRoot={(props) => <Link to="/app/inbox" search={elsewhere} {...props} />}
      >
        <IconArrowLeft className={classes.flip ?? ''} />
      </ActionIcon>
      {conversation ? (
        <>
          <div className={classes.who}>
            <Title order={1} size="h5">
              <bdi>{conversation.contact?.displayName ?? conversation.groupRef ?? t('inbox.nobody')}</bdi>
            </Title>
            <div className={classes.facts}>
              {conversation.status === 'open' ? null : (
                <Badge
                  size="sm"
                  variant="default"
                  tt="none"
                  classNames={{ root: classes.state ?? '', label: classes.stateWords ?? '' }}
                >
                  {t(`inbox.view.${conversation.status}`)}
                  {conversation.status === 'snoozed' && conversation.snoozedUntil
                    ? ` · ${new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(conversation.snoozedUntil))}`
                    : ''}
                </Badge>
              )}
              <HoursNow numberId={conversation.numberId} />
              {conversation.contact?.phone ? (
                <Text size="xs" c="dimmed">
                  <bdi>+{conversation.contact.phone}</bdi>
                </Text>
              ) : null}
              <Text size="xs" c="dimmed" visibleFrom="sm">
                {t('inbox.via', {
                  number: conversation.number.name || conversation.number.displayPhoneNumber,
                })}
              </Text>
              {conversation.assignee ? (
                <Text size="xs" c="dimmed">
                  {t('inbox.assignedTo', { name: conversation.assignee.name })}
                </Text>
              ) : null}
            </div>
          </div>
          <ThreadActions conversation={conversation} work={work} />
        </>
      ) : (
        <Skeleton height={36} width={200} />
      )}
    </header>
  );
}

/** Who else is here: two people must not answer the same question. */
export function Others({ others }: { others: readonly Colleague[] }) {
  const { t, i18n } = useTranslation();
  const list = new Intl.ListFormat(i18n.language);
  const typing = others.filter((one) => one.typing);
  const named = (some: readonly Colleague[]) => list.format(some.map(({ name }) => name));
  return (
    <div role="status">
      {others.length > 0 ? (
        <p className={classes.others}>
          {typing.length > 0 ? <IconKeyboard size={14} aria-hidden /> : <IconEye size={14} aria-hidden />}
          {typing.length > 0
            ? t('thread.others.typing', { names: named(typing), count: typing.length })
            : t('thread.others.looking', { names: named(others), count: others.length })}
        </p>
      ) : null}
    </div>
  );
}
