import { Badge, Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';
import { type QuickReply, quickRepliesQuery } from './queries.ts';
import { QuickReplyForm } from './quick-reply-form.tsx';

/** Sentences that come with `/` in the composer: everybody's, and one's own. */
export function QuickRepliesPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const mayShare = useMay()('team:write');
  const replies = useQuery(quickRepliesQuery);
  const [chosen, setChosen] = useState<QuickReply | 'new' | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['quick_reply'] });
  const remove = (one: QuickReply) =>
    void act(
      async () => {
        await chaski.quickReplies.delete({ id: one.id });
        await refresh();
      },
      {
        title: t('form.removeOne', { name: `/${one.shortcut}` }),
        text: one.scope === 'own' ? t('settings.replies.removeOwn') : t('settings.replies.removeShared'),
        action: t('form.remove'),
      },
    );
  return (
    <Page
      title={t('settings.replies.title')}
      lead={t('settings.replies.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setChosen('new')}>
          {t('settings.replies.add')}
        </Button>
      }
    >
      <Listing query={replies} empty={t('settings.replies.none')}>
        {(all) => (
          <Rows label={t('settings.replies.title')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  one.scope === 'own' || mayShare ? (
                    <>
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={t('form.changeOne', { name: `/${one.shortcut}` })}
                        onClick={() => setChosen(one)}
                      >
                        {t('form.change')}
                      </Button>
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={t('form.removeOne', { name: `/${one.shortcut}` })}
                        onClick={() => remove(one)}
                      >
                        {t('form.remove')}
                      </Button>
                    </>
                  ) : null
                }
              >
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
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {chosen ? (
        <QuickReplyForm
          reply={chosen === 'new' ? null : chosen}
          mayShare={mayShare}
          onClose={() => setChosen(null)}
          onSaved={refresh}
        />
      ) : null}
    </Page>
  );
}
