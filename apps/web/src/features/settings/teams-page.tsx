import { Button, Group, Modal, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { membersQuery, teamsQuery } from '../../api/directory.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { useSubmit } from '../../ui/form.ts';
import { Listing, Page, Refused, Row, Rows } from '../../ui/page.tsx';
import type { Team } from './queries.ts';

/** Groups of members that conversations are given to. */
export function TeamsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const teams = useQuery(teamsQuery);
  const [chosen, setChosen] = useState<Team | 'new' | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['team'] });
  return (
    <Page
      title={t('settings.teams.title')}
      lead={t('settings.teams.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setChosen('new')}>
          {t('settings.teams.add')}
        </Button>
      }
    >
      <Listing query={teams} empty={t('settings.teams.none')}>
        {(all) => (
          <Rows label={t('settings.teams.title')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  <>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.changeOne', { name: one.name })}
                      onClick={() => setChosen(one)}
                    >
                      {t('form.change')}
                    </Button>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.removeOne', { name: one.name })}
                      onClick={() =>
                        void act(
                          async () => {
                            await chaski.teams.delete({ id: one.id });
                            await refresh();
                          },
                          {
                            title: t('form.removeOne', { name: one.name }),
                            text: t('settings.teams.removeText'),
                            action: t('form.remove'),
                          },
                        )
                      }
                    >
                      {t('form.remove')}
                    </Button>
                  </>
                }
              >
                <bdi>{one.name}</bdi>
                <Text size="sm" c="dimmed">
                  <bdi>
                    {one.members.map((member) => member.name).join(', ') || t('settings.teams.empty')}
                  </bdi>
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {chosen ? (
        <TeamForm team={chosen === 'new' ? null : chosen} onClose={() => setChosen(null)} onSaved={refresh} />
      ) : null}
    </Page>
  );
}

function TeamForm(props: { team: Team | null; onClose: () => void; onSaved: () => Promise<void> }) {
  const { t } = useTranslation();
  const { team } = props;
  const { data: members } = useQuery(membersQuery);
  const form = useForm({
    initialValues: { name: team?.name ?? '', memberIds: team?.members.map((one) => one.id) ?? [] },
  });
  const { problem, submit } = useSubmit(form, async (body) => {
    if (team) await chaski.teams.update({ id: team.id, body }, { headers: { 'if-match': team.etag } });
    else await chaski.teams.create({ body }, once());
    props.onClose();
    await props.onSaved();
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={team ? t('form.changeOne', { name: team.name }) : t('settings.teams.add')}
    >
      <form onSubmit={submit}>
        <Stack>
          <Refused problem={problem} />
          <TextInput
            label={t('form.name')}
            required
            withAsterisk={false}
            maxLength={100}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <MultiSelect
            label={t('settings.members.title')}
            searchable
            data={members?.map((one) => ({ value: one.userId, label: one.name || one.email })) ?? []}
            {...form.getInputProps('memberIds')}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={form.submitting}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
