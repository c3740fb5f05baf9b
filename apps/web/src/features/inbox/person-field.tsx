import { Autocomplete, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';

/** Whom one writes to: digits of a number, and the name where it is somebody known. */
export interface Addressee {
  phone: string;
  name: string | null;
}

const asNumber = /^[\d\s+().-]*$/;

/**
 * A number that is typed, or somebody known by name or part of the number, offered while one types. `isClear`: what
 * stands there is somebody; who leaves it before is told what is missing.
 */
export function PersonField(props: { isClear: boolean; onChange: (to: Addressee) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const [words, setWords] = useState('');
  const [left, setLeft] = useState(false);
  const [asked] = useDebouncedValue(words.trim(), 200);
  const { data } = useQuery({
    queryKey: ['contacts', 'addressees', asked],
    queryFn: ({ signal }) =>
      chaski.search.get({ query: { q: asked, type: 'contacts', limit: 8 } }, { signal }),
    enabled: asked !== '' && may('contacts:read') && may('messages:read'),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const people = new Map(
    (words.trim() === '' ? [] : (data?.contacts ?? [])).flatMap(({ displayName, phone }) =>
      phone === null ? [] : [[offer(displayName, phone), { name: displayName, phone }] as const],
    ),
  );
  return (
    <Autocomplete
      data-autofocus
      required
      dir="auto"
      autoComplete="off"
      label={t('begin.to')}
      description={t('begin.toHint')}
      maxLength={100}
      value={words}
      error={left && !props.isClear && words.trim() !== '' ? t('begin.toUnclear') : null}
      onBlur={() => setLeft(true)}
      data={[...people.keys()]}
      // The server has looked: words of a name in any order, without accents, the end of a number.
      filter={({ options }) => options}
      renderOption={({ option }) => {
        const one = people.get(option.value);
        return (
          <Group gap="xs" justify="space-between" wrap="nowrap" flex={1}>
            <Text component="bdi" size="sm" truncate>
              {one?.name}
            </Text>
            <Text component="bdi" size="xs" c="dimmed" flex="none">
              +{one?.phone}
            </Text>
          </Group>
        );
      }}
      onChange={(now) => {
        setWords(now);
        setLeft(false);
        props.onChange(
          people.get(now) ?? { name: null, phone: asNumber.test(now) ? now.replace(/\D/g, '') : '' },
        );
      }}
    />
  );
}

/** Who has no name is shown by the number: it stands there once. */
const offer = (name: string, phone: string) => (name.includes(phone) ? `+${phone}` : `${name} +${phone}`);
