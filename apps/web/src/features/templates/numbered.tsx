import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { PartMistakes } from './mistakes.tsx';
import classes from './templates.module.css';

/** Things that have places and no names, such as cards: each may be taken away, and one more added. */
export function Numbered<One>(props: {
  of: readonly One[];
  path: string;
  nameOf: (n: number) => string;
  least: number;
  most: number;
  added: string;
  one: (one: One, at: number) => ReactNode;
  make: () => One;
  onChange: (of: One[]) => void;
}) {
  const { of, path, nameOf, least, most, onChange } = props;
  const { t } = useTranslation();
  return (
    <>
      {of.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have places, not names
        <fieldset key={at} className={classes.one}>
          <legend>{nameOf(at + 1)}</legend>
          <Stack gap="sm">
            {props.one(one, at)}
            {of.length > least ? (
              <Group>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => onChange(of.filter((_, i) => i !== at))}
                >
                  {t('form.removeOne', { name: nameOf(at + 1) })}
                </Button>
              </Group>
            ) : null}
          </Stack>
        </fieldset>
      ))}
      <PartMistakes path={path} />
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={of.length >= most}
          onClick={() => onChange([...of, props.make()])}
        >
          {props.added}
        </Button>
        <Text size="sm" c="dimmed">
          {t('templates.count', { used: of.length, most })}
        </Text>
      </Group>
    </>
  );
}
