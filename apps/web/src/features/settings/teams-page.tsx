import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { teamsQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { KeptList } from './kept-list.tsx';
import { TeamForm } from './team-form.tsx';

/** Groups of members that conversations are given to. */
export function TeamsPage() {
  const { t } = useTranslation();
  return (
    <KeptList
      title={t('settings.teams.title')}
      lead={t('settings.teams.lead')}
      add={t('settings.teams.add')}
      empty={t('settings.teams.none')}
      query={useQuery(teamsQuery)}
      kind="team"
      keyOf={({ id }) => id}
      nameOf={({ name }) => name}
      remove={({ id }) => chaski.teams.delete({ id })}
      removeText={() => t('settings.teams.removeText')}
      form={(of) => <TeamForm {...of} />}
    >
      {({ name, members }) => (
        <>
          <bdi>{name}</bdi>
          <Text size="sm" c="dimmed">
            <bdi>{members.map((member) => member.name).join(', ') || t('settings.teams.empty')}</bdi>
          </Text>
        </>
      )}
    </KeptList>
  );
}
