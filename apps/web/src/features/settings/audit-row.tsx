import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { membersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { Row } from '../../ui/page.tsx';
import type { AuditLine } from './queries.ts';
import classes from './settings.module.css';

/** One line of the audit; what changed opens below it. */
export function AuditRow({ line }: { line: AuditLine }) {
  const { t } = useTranslation();
  const { data: members } = useQuery(membersQuery);
  const [open, setOpen] = useState(false);
  const member = members?.find((one) => one.userId === line.actor.id);
  const keys = [...new Set([...Object.keys(line.before ?? {}), ...Object.keys(line.after ?? {})])];
  return (
    <Row
      end={
        keys.length > 0 ? (
          <Button
            variant="default"
            size="xs"
            aria-expanded={open}
            aria-label={t('settings.audit.changesOf', { action: line.action })}
            onClick={() => setOpen(!open)}
          >
            {t('settings.audit.changes')}
          </Button>
        ) : null
      }
      below={open ? <Difference line={line} keys={keys} /> : null}
    >
      <bdi>{line.action}</bdi>
      <Text size="sm" c="dimmed">
        <Moment at={line.at} /> ·{' '}
        <bdi>{member?.name || member?.email || t(`settings.audit.actor.${line.actor.kind}`)}</bdi>
        {line.actor.impersonatorId ? ` · ${t('account.impersonated')}` : ''}
        {line.target.id ? (
          <>
            {' · '}
            <bdi>
              {line.target.kind} {line.target.id}
            </bdi>
          </>
        ) : null}
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

function Difference({ line, keys }: { line: AuditLine; keys: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <table className={classes.diff}>
      <thead>
        <tr>
          <th scope="col">{t('settings.audit.field')}</th>
          <th scope="col">{t('settings.audit.before')}</th>
          <th scope="col">{t('settings.audit.after')}</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => {
          const before = told(line.before?.[key]);
          const after = told(line.after?.[key]);
          return (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td className={line.before && before !== after ? classes.was : undefined}>
                <bdi>{before}</bdi>
              </td>
              <td>
                <bdi>{after}</bdi>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const told = (value: unknown): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
