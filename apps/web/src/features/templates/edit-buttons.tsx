import type { TemplateButton } from '@chaski/contracts';
import { ActionIcon, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { newButton } from './definition.ts';
import { ButtonFields } from './edit-button.tsx';
import { PartMistakes } from './mistakes.tsx';
import classes from './templates.module.css';

type Type = TemplateButton['type'];

/** What can be tapped below the text, in its order. `path`: of the array. */
export function EditButtons(props: {
  buttons: readonly TemplateButton[];
  path: string;
  types: readonly Type[];
  most: number;
  onChange: (buttons: TemplateButton[]) => void;
}) {
  const { buttons, path, types, most, onChange } = props;
  const { t } = useTranslation();
  const put = (at: number, button: TemplateButton) =>
    onChange(buttons.map((one, i) => (i === at ? button : one)));
  const move = (from: number, to: number) => {
    const next = [...buttons];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <Stack gap="sm">
      {buttons.map((button, at) => {
        const name = t('templates.nthButton', { n: at + 1 });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: buttons have places, not names
          <fieldset key={`${at} ${button.type}`} className={classes.one}>
            <legend>
              {name} · {t(`templates.button.${button.type}`)}
            </legend>
            <Group align="flex-start" wrap="nowrap">
              <Stack gap="xs" flex={1} miw={0}>
                <ButtonFields button={button} path={`${path}[${at}]`} onChange={(next) => put(at, next)} />
              </Stack>
              <Group gap={2} wrap="nowrap">
                <ActionIcon
                  aria-label={t('templates.up', { name })}
                  disabled={at === 0}
                  onClick={() => move(at, at - 1)}
                >
                  <IconArrowUp size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('templates.down', { name })}
                  disabled={at === buttons.length - 1}
                  onClick={() => move(at, at + 1)}
                >
                  <IconArrowDown size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('form.removeOne', { name })}
                  onClick={() => onChange(buttons.filter((_, i) => i !== at))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Group>
            </Group>
          </fieldset>
        );
      })}
      <PartMistakes path={path} />
      <Group>
        <Menu withArrow>
          <Menu.Target>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              disabled={buttons.length >= most}
            >
              {t('templates.addButton')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {types.map((type) => (
              <Menu.Item key={type} onClick={() => onChange([...buttons, newButton(type)])}>
                {t(`templates.button.${type}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Text size="sm" c="dimmed">
          {t('templates.count', { used: buttons.length, most })}
        </Text>
      </Group>
    </Stack>
  );
}
