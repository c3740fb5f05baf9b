import { Anchor, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { chaski } from '../../api/client.ts';
import { signOut, useSession } from '../../api/session.ts';
import { openWorkspace } from '../../api/workspace.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { useExplain } from '../../ui/explain.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';
import { useEnter } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';

/** Signed in, but in no workspace: choose one, make one, or learn why the current one is shut. */
export function WelcomePage() {
  const { t } = useTranslation();
  const { person, workspaces } = useSession();
  return (
    <EntryFrame title={t('signIn.welcome', { name: person.name || person.email })}>
      {workspaces.length > 0 ? <Theirs /> : <Text size="sm">{t('signIn.noWorkspace')}</Text>}
      <MakeWorkspace />
      <Group justify="space-between">
        <Anchor size="sm" component={Link} to="/app/settings/security">
          {t('signIn.yourAccount')}
        </Anchor>
        {person.isSuperadmin ? (
          <Anchor size="sm" component={Link} to="/app/operator/workspaces">
            {t('shell.operator')}
          </Anchor>
        ) : null}
        <Anchor size="sm" component="button" type="button" onClick={() => void signOut()}>
          {t('shell.signOut')}
        </Anchor>
      </Group>
    </EntryFrame>
  );
}

function Theirs() {
  const { t } = useTranslation();
  const { workspaces } = useSession();
  const act = useAct();
  const explain = useExplain();
  // Asked only for its refusal: it says why the workspace lets nobody in (suspended, a second factor is wanted).
  const { error } = useQuery({
    queryKey: ['workspace', 'why'],
    queryFn: () => chaski.workspace.get(),
    retry: false,
  });
  return (
    <Stack gap="xs">
      <Refused problem={error ? explain(error) : null} />
      {workspaces.map((one) => (
        <Button key={one.id} variant="default" onClick={() => void act(() => openWorkspace(one.id))}>
          <bdi>{one.name}</bdi>
          {one.status === 'suspended' ? ` · ${t('shell.suspended')}` : null}
        </Button>
      ))}
    </Stack>
  );
}

function MakeWorkspace() {
  const { t } = useTranslation();
  const enter = useEnter();
  const form = useForm({ initialValues: { name: '' } });
  const { problem, submit } = useSubmit(form, async (body) => {
    const { id } = await chaski.workspaces.create({ body });
    await chaski.auth.putWorkspace({ body: { workspaceId: id } });
    // Its first steps stand there.
    await enter('/app');
  });
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {t('signIn.makeWorkspace')}
        </Title>
        <Refused problem={problem} />
        <TextInput
          label={t('signIn.workspaceName')}
          required
          withAsterisk={false}
          maxLength={200}
          {...form.getInputProps('name')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.makeIt')}
        </Button>
      </Stack>
    </form>
  );
}
