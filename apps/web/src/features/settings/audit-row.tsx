import type { Member } from '@chaski/sdk';
import { Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { membersQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { type Say, useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { Row } from '../../ui/page.tsx';
import { AuditDifference, auditFields } from './audit-difference.tsx';
import { type AuditLine, apiKeysQuery } from './queries.ts';

/** One line of the audit; what changed opens below it. */
export function AuditRow({ line }: { line: AuditLine }) {
  const { t } = useTranslation();
  const { data: members } = useQuery(membersQuery);
  const may = useMay();
  const [open, setOpen] = useState(false);
  const member = members?.find((one) => one.userId === line.actor.id);
  const { data: apiKeys } = useQuery({
    ...apiKeysQuery,
    enabled: line.actor.kind === 'key' && may('keys:read'),
  });
  const who =
    line.actor.kind === 'key'
      ? apiKeys?.find((one) => one.id === line.actor.id)?.name
      : member?.name || member?.email;
  const target = targetOf(t, line, members);
  const did = t(`settings.audit.did.${line.action.replace('.', '_')}`, { defaultValue: line.action });
  return (
    <Row
      end={
        auditFields(line).length > 0 ? (
          <Button
            variant="default"
            size="xs"
            aria-expanded={open}
            aria-label={t('settings.audit.changesOf', { action: did })}
            onClick={() => setOpen(!open)}
          >
            {t('settings.audit.changes')}
          </Button>
        ) : null
      }
      below={open ? <AuditDifference line={line} /> : null}
    >
      {/* All that this release writes has words; a line of another one says its name. Ids are for programs: at hand, unsaid. */}
      <bdi title={[line.action, line.target.id].filter(Boolean).join(' · ')}>{did}</bdi>
      <Text size="sm" c="dimmed">
        <Moment at={line.at} /> · <bdi>{who || t(`settings.audit.actor.${line.actor.kind}`)}</bdi>
        {line.actor.impersonatorId ? ` · ${t('account.impersonated')}` : ''}
        {target === null ? null : (
          <>
            {' · '}
            {target}
          </>
        )}
        {line.origin.ip ? (
          <>
            {' · '}
            <bdi>{line.origin.ip}</bdi>
          </>
        ) : null}
      </Text>
    </Row>
  );
}

/** What it was done to: the way there, where there is one, else its name; null where that is not known. */
function targetOf(t: Say, line: AuditLine, members: readonly Member[] | undefined) {
  const { kind, id } = line.target;
  const within = line.after?.conversationId;
  const conversationId = kind === 'conversation' ? id : typeof within === 'string' ? within : null;
  if (conversationId !== null) {
    return (
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => (
          <Link
            to="/app/inbox/$conversationId"
            params={{ conversationId }}
            search={{
              view: 'all',
              message: kind === 'message' || kind === 'note' ? (id ?? undefined) : undefined,
            }}
            {...props}
          />
        )}
      >
        {t('settings.audit.toConversation')}
      </Anchor>
    );
  }
  if (kind === 'contact' && id !== null) {
    return (
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => <Link to="/app/contacts" search={{ contact: id }} {...props} />}
      >
        {t('settings.audit.toContact')}
      </Anchor>
    );
  }
  if (kind === 'campaign' && id !== null) {
    const { name } = line.after ?? line.before ?? {};
    return (
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => (
          <Link to="/app/campaigns/$campaignId" params={{ campaignId: id }} {...props} />
        )}
      >
        {typeof name === 'string' && name !== '' ? <bdi>{name}</bdi> : t('settings.audit.toCampaign')}
      </Anchor>
    );
  }
  // Whoever did something to themselves stands there already.
  const member = id === line.actor.id ? undefined : members?.find((one) => one.userId === id);
  const named = [line.after?.name, line.before?.name, line.after?.label, line.before?.label];
  const name = named.find(Boolean) || member?.name || member?.email;
  return typeof name === 'string' && name !== '' ? <bdi>{name}</bdi> : null;
}
