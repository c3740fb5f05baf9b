import { Group, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { attributesQuery, labelsQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { FindField } from '../../ui/find-field.tsx';
import classes from './contacts.module.css';
import type { ContactSearch } from './queries.ts';
import { SegmentPicker } from './segment-picker.tsx';

const route = getRouteApi('/inside/app/contacts');

/** Words, labels, consent, what is known and when they last wrote; all of it in the address. */
export function ContactFilters() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: attributes = [] } = useQuery(attributesQuery);
  const put = (change: ContactSearch) =>
    void navigate({ to: '.', search: (before: ContactSearch) => ({ ...before, ...change }), replace: true });
  const states = {
    subscribed: { optedOut: false, blocked: undefined },
    optedOut: { optedOut: true, blocked: undefined },
    blocked: { optedOut: undefined, blocked: true },
  };
  const state = search.blocked
    ? 'blocked'
    : search.optedOut === undefined
      ? null
      : search.optedOut
        ? 'optedOut'
        : 'subscribed';
  const common = {
    clearable: true,
    className: classes.filter ?? '',
    clearButtonProps: { 'aria-label': t('contacts.clear') },
  };
  return (
    <Group p="md" gap="xs" align="flex-end" className={classes.filters ?? ''}>
      <FindField
        className={classes.words}
        label={t('contacts.find')}
        clearLabel={t('contacts.clear')}
        words={search.q ?? ''}
        put={(q) => put({ q })}
      />
      <Select
        {...common}
        aria-label={t('contacts.label')}
        placeholder={t('contacts.label')}
        data={labels.map(({ id, name }) => ({ value: id, label: name }))}
        value={search.label ?? null}
        onChange={(label) => put({ label: label ?? undefined })}
      />
      <Select
        {...common}
        aria-label={t('contacts.state')}
        placeholder={t('contacts.state')}
        data={(['subscribed', 'optedOut', 'blocked'] as const).map((value) => ({
          value,
          label: t(`contacts.states.${value}`),
        }))}
        value={state}
        onChange={(value) => put(value ? states[value] : { optedOut: undefined, blocked: undefined })}
      />
      <Select
        {...common}
        aria-label={t('contacts.seen')}
        placeholder={t('contacts.seen')}
        data={[1, 7, 30, 90].map((days) => ({
          value: String(days),
          label: t('contacts.seenDays', { count: days }),
        }))}
        value={search.seen ? String(search.seen) : null}
        onChange={(days) => put({ seen: days ? Number(days) : undefined })}
      />
      <SegmentPicker value={search.segment} onChange={(segment) => put({ segment })} />
      {attributes.length > 0 ? (
        <Attribute
          key={search.attribute}
          keys={attributes.map(({ key, label }) => ({ value: key, label }))}
          value={search.attribute}
          put={(attribute) => put({ attribute })}
        />
      ) : null}
    </Group>
  );
}

function Attribute(props: {
  keys: { value: string; label: string }[];
  value: string | undefined;
  put: (attribute: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const [key = null, ...rest] = props.value?.split(':') ?? [];
  const [chosen, setChosen] = useState<string | null>(key);
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        w={150}
        clearable
        clearButtonProps={{ 'aria-label': t('contacts.clear') }}
        aria-label={t('contacts.attribute')}
        placeholder={t('contacts.attribute')}
        data={props.keys}
        value={chosen}
        onChange={(next) => {
          setChosen(next);
          if (next === null) props.put(undefined);
        }}
      />
      {chosen ? (
        <TextInput
          w={120}
          aria-label={t('contacts.attributeValue')}
          placeholder={t('contacts.attributeValue')}
          defaultValue={rest.join(':')}
          onBlur={({ currentTarget: { value } }) => props.put(value ? `${chosen}:${value}` : undefined)}
          onKeyDown={(event) => {
            const { value } = event.currentTarget;
            if (event.key === 'Enter') props.put(value ? `${chosen}:${value}` : undefined);
          }}
        />
      ) : null}
    </Group>
  );
}
