import type { Segment } from '@chaski/sdk';
import { Button, Group as Line, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { useExplain } from '../../ui/explain.ts';
import { Modal } from '../../ui/modal.tsx';
import { Refused } from '../../ui/page.tsx';
import { segmentCountQuery } from './queries.ts';
import { SegmentGroup } from './segment-group.tsx';
import { filterOfTree, newCondition, newGroup, treeOf } from './segment-tree.ts';

/** A segment, new or saved: its conditions, how many it has now, its name. */
export function SegmentBuilder(props: {
  segment: Segment | null;
  onClose: () => void;
  onSaved: (id: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const { segment } = props;
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="xl"
      title={segment ? t('segments.change') : t('segments.create')}
    >
      <Builder {...props} />
    </Modal>
  );
}

function Builder({ segment, onClose, onSaved }: Parameters<typeof SegmentBuilder>[0]) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const explain = useExplain();
  const act = useAct();
  const [tree, setTree] = useState(() =>
    segment ? treeOf(segment.filter) : { ...newGroup('all'), parts: [newCondition('country')] },
  );
  const [name, setName] = useState(segment?.name ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const [key] = useState(once);
  const filter = filterOfTree(tree);
  const [asked] = useDebouncedValue(filter, 250);
  const count = useQuery({ ...segmentCountQuery(asked), placeholderData: keepPreviousData });
  const saved = async (id: string | undefined) => {
    await queries.invalidateQueries({ queryKey: ['segments'] });
    await queries.invalidateQueries({ queryKey: ['contacts', 'list'] });
    onSaved(id);
  };
  const save = async () => {
    if (!filter) return;
    setProblem(null);
    try {
      const body = { name: name.trim(), filter };
      const { id } = segment
        ? await chaski.segments.update({ id: segment.id, body })
        : await chaski.segments.create({ body }, key);
      await saved(id);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <Stack
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Refused problem={problem} />
      <TextInput
        label={t('segments.name')}
        value={name}
        maxLength={100}
        required
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <SegmentGroup group={tree} depth={1} onChange={setTree} />
      <Text role="status" fw={600}>
        {filter === null
          ? t('segments.incomplete')
          : count.data
            ? t('segments.count', {
                count: count.data.count,
                number: new Intl.NumberFormat(i18n.language).format(count.data.count),
              })
            : '…'}
      </Text>
      <Line justify="space-between">
        {segment ? (
          <Button
            variant="default"
            onClick={() =>
              void act(
                async () => {
                  await chaski.segments.delete({ id: segment.id });
                  await saved(undefined);
                },
                {
                  title: t('form.removeOne', { name: segment.name }),
                  text: t('segments.removeText'),
                  action: t('form.remove'),
                },
              )
            }
          >
            {t('form.remove')}
          </Button>
        ) : (
          <span />
        )}
        <Line>
          <Button variant="default" onClick={onClose}>
            {t('context.cancel')}
          </Button>
          <Button type="submit" disabled={filter === null || name.trim() === ''}>
            {t('segments.save')}
          </Button>
        </Line>
      </Line>
    </Stack>
  );
}
