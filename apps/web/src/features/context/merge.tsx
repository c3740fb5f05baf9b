import type { Contact, ContactDetails } from '@chaski/sdk';
import { Button, Group, List, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Modal } from '../../ui/modal.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './context.module.css';
import { contactQuery, mergesQuery, peopleQuery } from './queries.ts';

/** Two contacts that are one person become one; and two again, as long as somebody remembers. */
export default function Merge({ contact }: { contact: ContactDetails }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const [opened, { open, close }] = useDisclosure();
  const { data: merges = [] } = useQuery(mergesQuery(contact.id));
  const undo = useUndo(contact.id);
  return (
    <>
      <ul className={classes.lines}>
        {merges
          .filter(({ undoneAt }) => undoneAt === null)
          .map((merge) => (
            <li key={merge.id}>
              <span>
                <Merged id={merge.mergedId} />
                <span className={classes.dim}>
                  {' · '}
                  <RelativeTime at={merge.at} />
                </span>
              </span>
              {may ? (
                <Button size="compact-xs" variant="default" onClick={() => undo(merge.id)}>
                  {t('context.merge.undo')}
                </Button>
              ) : null}
            </li>
          ))}
      </ul>
      {may ? (
        <Button size="compact-sm" variant="default" onClick={open}>
          {t('context.merge.open')}
        </Button>
      ) : null}
      <Modal opened={opened} onClose={close} title={t('context.merge.title', { name: contact.displayName })}>
        {opened ? <Choose contact={contact} onDone={close} /> : null}
      </Modal>
    </>
  );
}

function Merged({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(contactQuery(id));
  return <bdi>{data ? t('context.merge.took', { name: data.displayName }) : '…'}</bdi>;
}

function useUndo(contactId: string): (mergeId: string) => Promise<boolean> {
  const queries = useQueryClient();
  const { t } = useTranslation();
  const act = useAct();
  const attempt = useAttempt();
  return (mergeId) =>
    act(async () => {
      const undo = { id: contactId, mergeId, body: {} };
      await attempt(undo, (key) => chaski.contacts.mergeUndo(undo, key));
      await queries.invalidateQueries({ queryKey: ['contacts'] });
      notifications.show({ message: t('context.merge.undone') });
    });
}

function Choose({ contact, onDone }: { contact: ContactDetails; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const attempt = useAttempt();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 200);
  const { data: people = [] } = useQuery(peopleQuery(q));
  const [other, setOther] = useState<Contact | null>(null);
  const merge = () =>
    act(async () => {
      if (!other) return;
      const both = { id: contact.id, body: { contactId: other.id } };
      await attempt(both, (key) => chaski.contacts.createMerge(both, key));
      await queries.invalidateQueries({ queryKey: ['contacts'] });
      notifications.show({ message: t('context.merge.done', { name: other.displayName }) });
      onDone();
    });
  return (
    <Stack>
      <TextInput
        label={t('context.merge.find')}
        value={text}
        data-autofocus
        onChange={(event) => {
          setText(event.currentTarget.value);
          setOther(null);
        }}
      />
      <Radio.Group
        aria-label={t('context.merge.find')}
        value={other?.id ?? null}
        onChange={(id) => setOther(people.find((one) => one.id === id) ?? null)}
      >
        <Stack gap="xs">
          {people
            .filter(({ id, mergedInto }) => id !== contact.id && mergedInto === null)
            .map((one) => (
              <Radio
                key={one.id}
                value={one.id}
                label={<bdi>{one.displayName}</bdi>}
                description={one.phone ? <bdi>+{one.phone}</bdi> : (one.email ?? undefined)}
              />
            ))}
        </Stack>
      </Radio.Group>
      {other ? <Preview kept={contact} merged={other} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {t('context.cancel')}
        </Button>
        <Button disabled={!other} onClick={merge}>
          {t('context.merge.do')}
        </Button>
      </Group>
    </Stack>
  );
}

const fields = ['name', 'phone', 'email', 'company', 'language'] as const;

/** What will be so afterwards, by the server's own rule: what is kept wins, gaps are filled, the stricter word counts. */
function Preview({ kept, merged }: { kept: ContactDetails; merged: Contact }) {
  const { t } = useTranslation();
  const filled = fields.filter((field) => kept[field] === null && merged[field] !== null);
  const dropped = fields.filter(
    (field) =>
      field !== 'phone' && kept[field] !== null && merged[field] !== null && kept[field] !== merged[field],
  );
  const say = (key: string, some: readonly (typeof fields)[number][], of: Contact | ContactDetails) =>
    some.map((field) => (
      <List.Item key={key + field}>
        {t(`context.merge.${key}`, { field: t(`context.${field}`), value: of[field] })}
      </List.Item>
    ));
  return (
    <section aria-label={t('context.merge.what')} className={classes.preview}>
      <Text size="sm" fw={600}>
        {t('context.merge.what')}
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>
          {t('context.merge.one', { kept: kept.displayName, merged: merged.displayName })}
        </List.Item>
        {say('filled', filled, merged)}
        {say('kept', dropped, kept)}
        {kept.optOut.status !== merged.optOut.status ? (
          <List.Item>{t('context.merge.optedOut')}</List.Item>
        ) : null}
        {kept.blocked !== merged.blocked ? <List.Item>{t('context.merge.blocked')}</List.Item> : null}
        <List.Item>{t('context.merge.back')}</List.Item>
      </List>
    </section>
  );
}
