import { Button, CloseButton, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { useExplain } from '../../ui/explain.ts';
import { Modal } from '../../ui/modal.tsx';
import { More } from '../../ui/more.tsx';
import { Page, Refused, Row, Rows, Waiting } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { suppressionsQuery } from './queries.ts';

/** Addresses that are never written to, whether or not a contact has them. */
export function SuppressionsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [address, setAddress] = useState('');
  const [asked] = useDebouncedValue(address.trim(), 250);
  const [adding, setAdding] = useState(false);
  const query = useInfiniteQuery(suppressionsQuery(asked));
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  const refresh = () => queries.invalidateQueries({ queryKey: ['suppressions'] });
  return (
    <Page
      title={t('suppressions.title')}
      lead={t('suppressions.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('suppressions.add')}
        </Button>
      }
    >
      <TextInput
        maw={360}
        mb="md"
        aria-label={t('suppressions.find')}
        placeholder={t('suppressions.find')}
        value={address}
        rightSection={
          address === '' ? null : (
            <CloseButton size="sm" aria-label={t('contacts.clear')} onClick={() => setAddress('')} />
          )
        }
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      {query.isPending ? <Waiting /> : null}
      {query.data && rows.length === 0 ? (
        <Text c="dimmed">{t(asked ? 'suppressions.noneFound' : 'suppressions.none')}</Text>
      ) : null}
      {rows.length > 0 ? (
        <Rows label={t('suppressions.title')}>
          {rows.map((one) => {
            const shown =
              one.value === null
                ? t('suppressions.erased')
                : one.kind === 'phone'
                  ? `+${one.value}`
                  : one.value;
            return (
              <Row
                key={one.id}
                end={
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={t('form.removeOne', { name: shown })}
                    onClick={() =>
                      void act(
                        async () => {
                          await chaski.suppressions.delete({ id: one.id });
                          await refresh();
                        },
                        {
                          title: t('form.removeOne', { name: shown }),
                          text: t('suppressions.removeText'),
                          action: t('form.remove'),
                        },
                      )
                    }
                  >
                    {t('form.remove')}
                  </Button>
                }
                below={
                  <Text size="sm" c="dimmed">
                    {t(`suppressions.scope.${one.scope}`)} ·{' '}
                    {t(`suppressions.source.${one.source}`, { defaultValue: one.source })}
                    {one.proof ? (
                      <>
                        {' · '}
                        <bdi>{one.proof}</bdi>
                      </>
                    ) : null}
                    {' · '}
                    <RelativeTime at={one.at} />
                  </Text>
                }
              >
                <bdi>{shown}</bdi>
              </Row>
            );
          })}
        </Rows>
      ) : null}
      <More list={query} />
      {adding ? (
        <Add
          onClose={() => setAdding(false)}
          onDone={async () => {
            setAdding(false);
            await refresh();
          }}
        />
      ) : null}
    </Page>
  );
}

/** One address a line, as many as fit a call. */
function Add({ onClose, onDone }: { onClose: () => void; onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const attempt = useAttempt();
  const [text, setText] = useState('');
  const [scope, setScope] = useState<'all' | 'marketing'>('all');
  const [proof, setProof] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const addresses = text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const save = async () => {
    setProblem(null);
    try {
      const body = { addresses, scope, ...(proof.trim() ? { proof: proof.trim() } : {}) };
      const { added, known, problems } = await attempt(body, (key) =>
        chaski.suppressions.import({ body }, key),
      );
      notifications.show({
        message: t('suppressions.added', { count: added, known }),
      });
      const wrong = problems.map(({ index }) => addresses[index] ?? '');
      if (wrong.length === 0) return await onDone();
      setText(wrong.join('\n'));
      setProblem(t('suppressions.notAddresses', { count: wrong.length }));
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <Modal opened onClose={onClose} title={t('suppressions.add')}>
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Refused problem={problem} />
        <Textarea
          label={t('suppressions.addresses')}
          description={t('suppressions.addressesHint')}
          autosize
          minRows={3}
          maxRows={12}
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label={t('suppressions.covers')}
          allowDeselect={false}
          data={(['all', 'marketing'] as const).map((value) => ({
            value,
            label: t(`suppressions.scope.${value}`),
          }))}
          value={scope}
          onChange={(value) => value && setScope(value as 'all' | 'marketing')}
        />
        <TextInput
          label={t('suppressions.proof')}
          maxLength={500}
          value={proof}
          onChange={(event) => setProof(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('context.cancel')}
          </Button>
          <Button type="submit" disabled={addresses.length === 0}>
            {t('suppressions.save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
