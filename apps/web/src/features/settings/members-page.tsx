import { Button, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { membersQuery } from '../../api/directory.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Listing, Page, Row, Rows, State } from '../../ui/page.tsx';
import { Invitations } from './invitations.tsx';
import { InviteForm } from './invite-form.tsx';
import { MemberForm } from './member-form.tsx';
import type { Member } from './queries.ts';
import { useReach } from './reach-fields.tsx';

/** Who works here, and who is asked to. */
export function MembersPage() {
  const { t } = useTranslation();
  const { person } = useSession();
  const members = useQuery(membersQuery);
  const reach = useReach();
  const [chosen, setChosen] = useState<Member | null>(null);
  const [inviting, setInviting] = useState(false);
  return (
    <Page
      title={t('settings.members.title')}
      lead={t('settings.members.lead')}
      action={
        <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
          {t('settings.members.invite')}
        </Button>
      }
    >
      <Listing query={members} empty="">
        {(all) => (
          <Rows label={t('settings.members.title')}>
            {all.map((one) => (
              <Row
                key={one.userId}
                end={
                  <>
                    {one.disabled ? <State tone="bad">{t('settings.members.disabled')}</State> : null}
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.changeOne', { name: one.name || one.email })}
                      onClick={() => setChosen(one)}
                    >
                      {t('form.change')}
                    </Button>
                  </>
                }
              >
                <bdi>{one.name || one.email}</bdi>
                {one.userId === person.id ? ` (${t('settings.members.you')})` : ''}
                <Text size="sm" c="dimmed">
                  {[t(`role.${one.role}`), one.email, ...reach(one)].join(' · ')}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <Invitations />
      <InviteForm opened={inviting} onClose={() => setInviting(false)} />
      {chosen ? <MemberForm member={chosen} onClose={() => setChosen(null)} /> : null}
    </Page>
  );
}
