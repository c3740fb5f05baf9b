import { ActionIcon, Anchor, ColorSwatch, Combobox, Group, Pill, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { labelsQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import classes from './context.module.css';

export interface ShortLabel {
  id: string;
  name: string;
  colour: string;
}

/** Labels that are on something, with what adds and removes them. */
export function Labels(props: {
  title: string;
  labels: readonly ShortLabel[];
  disabled: boolean;
  onAdd(label: ShortLabel): void;
  onRemove(label: ShortLabel): void;
}) {
  const { t } = useTranslation();
  const mayMake = useMay()('team:write');
  const { data: all } = useQuery(labelsQuery);
  const combobox = useCombobox();
  const rest = (all ?? []).filter((label) => !props.labels.some(({ id }) => id === label.id));
  return (
    <section aria-label={props.title}>
      <h2 className={classes.heading}>{props.title}</h2>
      <Group gap={6}>
        {props.labels.map((label) => (
          <Pill
            key={label.id}
            withRemoveButton={!props.disabled}
            onRemove={() => props.onRemove(label)}
            removeButtonProps={{ 'aria-label': t('context.removeLabel', { name: label.name }), tabIndex: 0 }}
          >
            <span className={classes.swatch}>
              <ColorSwatch size={8} color={label.colour} withShadow={false} aria-hidden />
            </span>
            <bdi>{label.name}</bdi>
          </Pill>
        ))}
        {!props.disabled && rest.length > 0 ? (
          <Combobox
            store={combobox}
            position="bottom-start"
            width={220}
            onOptionSubmit={(id) => {
              const label = rest.find((one) => one.id === id);
              if (label) props.onAdd(label);
              combobox.closeDropdown();
            }}
          >
            <Combobox.Target targetType="button" withAriaAttributes>
              <ActionIcon
                size={26}
                variant="default"
                aria-label={t('context.addLabel', { title: props.title })}
                onClick={() => combobox.toggleDropdown()}
              >
                <IconPlus size={16} />
              </ActionIcon>
            </Combobox.Target>
            <Combobox.Dropdown>
              <Combobox.Options
                mah={260}
                aria-label={t('context.addLabel', { title: props.title })}
                className={classes.scroll ?? ''}
              >
                {rest.map((label) => (
                  <Combobox.Option key={label.id} value={label.id}>
                    <bdi>{label.name}</bdi>
                  </Combobox.Option>
                ))}
              </Combobox.Options>
            </Combobox.Dropdown>
          </Combobox>
        ) : null}
        {props.labels.length === 0 && (props.disabled || rest.length === 0) ? (
          <span className={classes.dim}>
            {t(all?.length === 0 && !mayMake ? 'context.noLabels' : 'context.noneHung')}{' '}
            {all?.length === 0 && mayMake ? (
              <Anchor
                size="sm"
                underline="always"
                renderRoot={(props) => <Link to="/app/settings/labels" {...props} />}
              >
                {t('context.makeLabels')}
              </Anchor>
            ) : null}
          </span>
        ) : null}
      </Group>
    </section>
  );
}
