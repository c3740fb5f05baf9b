import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { KeptList } from './kept-list.tsx';
import { quickRepliesQuery } from './queries.ts';
import { QuickReplyForm } from './quick-reply-form.tsx';

/** Sentences that come with `/` in the composer: everybody's, and one's own. */
export function QuickRepliesPage() {
  const { t } = useTranslation();
  const mayShare = useMay()('team:write');
  return (
    <KeptList
      title={t('settings.replies.title')}
      lead={t('settings.replies.lead')}
      add={t('settings.replies.add')}
      empty={t('settings.replies.none')}
      query={useQuery(quickRepliesQuery)}
      kind="quick_reply"
      keyOf={({ id }) => id}
      nameOf={({ shortcut }) => `/${shortcut}`}
      mayChange={({ scope }) => scope === 'own' || mayShare}
      remove={({ id }) => chaski.quickReplies.delete({ id })}
      removeText={({ scope }) =>
        scope === 'own' ? t('settings.replies.removeOwn') : t('settings.replies.removeShared')
      }
      form={(of) => <QuickReplyForm {...of} mayShare={mayShare} />}
    >
      {(one) => (
        <>
          <Text component="bdi" fw={600}>
            /{one.shortcut}
          </Text>{' '}
          {one.scope === 'own' ? (
            <Badge variant="default" size="sm">
              {t('settings.replies.own')}
            </Badge>
          ) : null}
          <Text size="sm" lineClamp={2} c="dimmed">
            <bdi>{one.text}</bdi>
          </Text>
        </>
      )}
    </KeptList>
  );
}
