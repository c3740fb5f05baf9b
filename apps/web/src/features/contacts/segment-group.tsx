import { Button, CloseButton, Group as Line, Select, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { SegmentCondition } from './segment-condition.tsx';
import { type Group, isGroup, newCondition, newGroup, type Part } from './segment-tree.ts';
import classes from './segments.module.css';

/** Groups in groups get hard to read; the API takes two more. */
const maxDepth = 3;

/** Conditions of which all, any or none must be met; groups among them. */
export function SegmentGroup(props: {
  group: Group;
  depth: number;
  onChange: (group: Group) => void;
  onRemove?: () => void;
}) {
  const { t } = useTranslation();
  const { group, depth, onChange } = props;
  const put = (parts: Part[]) => onChange({ ...group, parts });
  const replace = (part: Part) => put(group.parts.map((one) => (one.key === part.key ? part : one)));
  const remove = (part: Part) => put(group.parts.filter((one) => one.key !== part.key));
  return (
    <fieldset className={classes.group} aria-label={t(`segments.mode.${group.mode}`)}>
      <Line justify="space-between" wrap="nowrap">
        <Select
          w={220}
          size="xs"
          aria-label={t('segments.mode.label')}
          allowDeselect={false}
          data={(['all', 'any', 'none'] as const).map((value) => ({
            value,
            label: t(`segments.mode.${value}`),
          }))}
          value={group.mode}
          onChange={(mode) => mode && onChange({ ...group, mode: mode as Group['mode'] })}
        />
        {props.onRemove ? (
          <CloseButton aria-label={t('segments.removeGroup')} onClick={props.onRemove} />
        ) : null}
      </Line>
      <Stack gap="xs">
        {group.parts.map((part) =>
          isGroup(part) ? (
            <SegmentGroup
              key={part.key}
              group={part}
              depth={depth + 1}
              onChange={replace}
              onRemove={() => remove(part)}
            />
          ) : (
            <SegmentCondition
              key={part.key}
              leaf={part.leaf}
              onChange={(leaf) => replace({ ...part, leaf })}
              onRemove={() => remove(part)}
            />
          ),
        )}
      </Stack>
      <Line gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => put([...group.parts, newCondition('country')])}
        >
          {t('segments.addCondition')}
        </Button>
        {depth < maxDepth ? (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => put([...group.parts, newGroup()])}
          >
            {t('segments.addGroup')}
          </Button>
        ) : null}
      </Line>
    </fieldset>
  );
}
