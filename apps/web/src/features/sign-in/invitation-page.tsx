import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { chaski } from '../../api/client.ts';
import { type Session, sessionQuery } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { useSubmit } from '../../ui/form.ts';
import { isolated } from '../../ui/isolated.ts';
import { Refused, Waiting } from '../../ui/page.tsx';
import { invitation, useEnter, useLinkToken } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';
import { RegisterForm } from './register-form.tsx';

/** The link of an invitation: accepted by whoever is signed in, or with an account that is made for it. */
export function InvitationPage() {
  const { t } = useTranslation();
  const enter = useEnter();
  const linked = useLinkToken();
  const token = linked || invitation.kept();
  useEffect(() => {
    if (linked) invitation.keep(linked);
  }, [linked]);
  const { data: session, isPending } = useQuery(sessionQuery);
  const asked = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => chaski.invitations.look({ body: { token } }),
    enabled: token !== '',
    retry: false,
    // Asked once: another answer would take the form away from under whoever fills it in.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const explain = useExplain();
  const done = async () => {
    invitation.drop();
    await enter();
  };
  return (
    <EntryFrame title={t('signIn.invitationTitle')}>
      {token === '' ? (
        <Text size="sm">{t('signIn.noLink')}</Text>
      ) : asked.error ? (
        <Refused problem={explain(asked.error)} />
      ) : isPending || asked.isPending ? (
        <Waiting rows={1} />
      ) : session ? (
        <>
          <Invited to={asked.data} />
          <Accept session={session} token={token} onDone={done} />
        </>
      ) : (
        <>
          <Invited to={asked.data} />
          <Text size="sm">{t('signIn.invitationText')}</Text>
          <RegisterForm
            invitation={{ token, email: asked.data.email }}
            onMail={() => undefined}
            onDone={done}
          />
          <Anchor
            size="sm"
            renderRoot={(props) => <Link to="/login" search={{ next: '/app/invitation' }} {...props} />}
          >
            {t('signIn.haveAccount')}
          </Anchor>
        </>
      )}
    </EntryFrame>
  );
}

/** Who asks one to what: links are forwarded, and a person may have several. */
function Invited({ to }: { to: Awaited<ReturnType<typeof chaski.invitations.look>> }) {
  const { t } = useTranslation();
  const workspace = isolated(to.workspaceName);
  return (
    <div>
      <Text>
        {to.invitedBy
          ? t('signIn.invitedBy', { workspace, name: isolated(to.invitedBy) })
          : t('signIn.invitedTo', { workspace })}
      </Text>
      <Text size="sm" c="dimmed">
        {t('signIn.invitedAs', { role: t(`role.${to.role}`) })}
      </Text>
    </div>
  );
}

function Accept(props: { session: Session; token: string; onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: {} });
  const { problem, submit } = useSubmit(form, async () => {
    await chaski.invitations.accept({ body: { token: props.token } });
    await props.onDone();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <Text size="sm">{t('signIn.acceptAs', { email: props.session.person.email })}</Text>
        <Button type="submit" loading={form.submitting}>
          {t('signIn.accept')}
        </Button>
      </Stack>
    </form>
  );
}
