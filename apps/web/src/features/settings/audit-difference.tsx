import { Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { labelsQuery, membersQuery, numbersQuery, teamsQuery } from '../../api/directory.ts';
import { type Say, useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import type { AuditLine } from './queries.ts';
import classes from './settings.module.css';

type Values = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A workspace's settings are fields like all others, one level down. */
const fieldsOf = (values: Values | null | undefined): Values => {
  const { settings, ...rest } = values ?? {};
  return isPlain(settings) ? { ...rest, ...settings } : { ...values };
};

/** Fields that a line tells of, before and after. */
export function auditFields({ before, after }: AuditLine): string[] {
  return [...new Set([...Object.keys(fieldsOf(before)), ...Object.keys(fieldsOf(after))])];
}

/** What a line of the audit changed, field by field. */
export function AuditDifference({ line }: { line: AuditLine }) {
  const { t } = useTranslation();
  const names = useNames();
  const [before, after] = [fieldsOf(line.before), fieldsOf(line.after)];
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
        {auditFields(line).map((key) => {
          const words = t(`settings.audit.fields.${key}`, { defaultValue: '' });
          const isOther = JSON.stringify(before[key] ?? null) !== JSON.stringify(after[key] ?? null);
          return (
            <tr key={key}>
              <th scope="row">{words || <Code>{key}</Code>}</th>
              <td className={line.before && isOther ? classes.was : undefined}>
                {told(t, names, key, before[key])}
              </td>
              <td>{told(t, names, key, after[key])}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Of everything that an id in the audit may mean and a page knows anyhow. */
function useNames(): ReadonlyMap<string, string> {
  const { data: members = [] } = useQuery(membersQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  return new Map([
    ...members.map((one) => [one.userId, one.name || one.email] as const),
    ...[...labels, ...teams].map((one) => [one.id, one.name] as const),
    ...numbers.map((one) => [one.id, one.displayPhoneNumber || one.phoneNumberId] as const),
  ]);
}

/** Where a field's values have words; one that has none there is shown as the API says it. */
const placesOf: Readonly<Record<string, readonly string[]>> = {
  role: ['role'],
  status: ['settings.numbers.state', 'templates.status', 'status'],
  state: ['campaigns.state'],
  category: ['composer.template.category'],
  scope: ['context.consent.purpose', 'settings.audit'],
  oncePer: ['settings.autoReply.per'],
  provider: ['settings.accounts.provider'],
  marketingRoute: [],
  unknownSends: [],
  scopes: [],
  action: [],
  source: [],
  kind: [],
  type: [],
  how: [],
};

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function told(t: Say, names: ReadonlyMap<string, string>, key: string, value: unknown): ReactNode {
  if (value === undefined || value === null || value === '') return '—';
  if (typeof value === 'boolean') return t(value ? 'settings.audit.yes' : 'settings.audit.no');
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) {
    if (value.length === 0) return '—';
    if (value.some((one) => typeof one === 'object')) return <Code>{JSON.stringify(value)}</Code>;
    return value.map((one, index) => (
      <span key={String(one)}>
        {index === 0 ? null : ', '}
        {told(t, names, key, one)}
      </span>
    ));
  }
  if (typeof value !== 'string') return <Code>{JSON.stringify(value)}</Code>;
  if (moment.test(value)) return <Moment at={value} />;
  const name = names.get(value);
  if (name === undefined && id.test(value)) return <Code>{value}</Code>;
  const places = placesOf[key];
  if (name !== undefined || !places) return <bdi>{name ?? value}</bdi>;
  const words = places.map((place) => t(`${place}.${value}`, { defaultValue: '' })).find((one) => one !== '');
  return words ? <bdi>{words}</bdi> : <Code>{value}</Code>;
}
