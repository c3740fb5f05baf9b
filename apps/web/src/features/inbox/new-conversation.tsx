import type { MessagesCreateData } from '@chaski/sdk';
import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconTemplate } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { refusalWords } from '../../ui/explain.ts';
import { Modal } from '../../ui/modal.tsx';
import type { Said } from './composer-outbox.ts';
import { elsewhere } from './filter.ts';
import { type Addressee, PersonField } from './person-field.tsx';
import { TemplatePicker } from './template-picker.ts';

/** The shortest number of a country with its code. */
const fewest = 7;

/**
 * Writes to a number that never wrote, or to somebody known: says beforehand what may be sent there, as `can-send`
 * answers. `to`: it is clear to whom.
 */
export default function NewConversation(props: { to?: Addressee; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={props.onClose} title={t('begin.title')}>
      <Form given={props.to ?? null} onDone={props.onClose} />
    </Modal>
  );
}

function Form({ given, onDone }: { given: Addressee | null; onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const act = useAct();
  const { data: numbers = [] } = useQuery(numbersQuery);
  const active = numbers.filter(({ status }) => status === 'active');
  const [chosen, setChosen] = useState<string | null>(null);
  const numberId = chosen ?? active[0]?.id;
  const [{ phone: digits }, setTo] = useState<Addressee>(given ?? { phone: '', name: null });
  const [text, setText] = useState('');
  const [picking, setPicking] = useState(false);
  const [sending, setSending] = useState(false);
  // However often it is pressed, it is one message.
  const attempt = useAttempt();
  const [to] = useDebouncedValue(digits, 250);
  const asked = to.length >= fewest && numberId !== undefined;
  const { data: verdict } = useQuery({
    queryKey: ['can-send', 'to', to, numberId],
    queryFn: () => chaski.canSend.get({ query: { to, numberId: numberId! } }),
    enabled: asked,
    placeholderData: keepPreviousData,
  });
  const known = asked && to === digits ? verdict : undefined;
  const send = async (content: Said) => {
    setSending(true);
    await act(async () => {
      const body = { ...content, to: digits, numberId } as MessagesCreateData['body'];
      const { conversationId } = await attempt(body, (key) => chaski.messages.create({ body }, key));
      onDone();
      void navigate({
        to: '/app/inbox/$conversationId',
        params: { conversationId },
        // The filters of another list are none of the inbox.
        search: given ? { view: 'all' } : elsewhere,
      });
    });
    setSending(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (known?.verdict === 'free-form' && text.trim() !== '')
          void send({ type: 'text', text: { body: text.trim() } });
      }}
    >
      <Stack gap="sm">
        {given ? (
          <Text size="sm">
            <bdi>{given.name}</bdi>{' '}
            <Text span c="dimmed" size="sm">
              <bdi>+{given.phone}</bdi>
            </Text>
          </Text>
        ) : (
          <PersonField isClear={digits.length >= fewest} onChange={setTo} />
        )}
        {active.length > 1 ? (
          <Select
            label={t('begin.from')}
            allowDeselect={false}
            data={active.map((one) => ({ value: one.id, label: one.verifiedName || one.displayPhoneNumber }))}
            value={numberId ?? null}
            onChange={setChosen}
          />
        ) : null}
        <div role="status">
          {known ? (
            <Text size="sm" data-verdict={known.verdict}>
              {known.verdict === 'free-form'
                ? t('begin.freeForm')
                : known.verdict === 'template-needed'
                  ? t('begin.templateNeeded')
                  : refusalWords(t, known.code, known.sentence ?? '')}
            </Text>
          ) : null}
          {active.length === 0 ? <Text size="sm">{t('begin.noNumber')}</Text> : null}
        </div>
        {known?.verdict === 'free-form' ? (
          <Textarea
            required
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4096}
            label={t('composer.label')}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        ) : null}
        <Group justify="space-between">
          <Button
            variant="default"
            leftSection={<IconTemplate size={16} />}
            disabled={!known || known.verdict === 'blocked' || sending}
            onClick={() => setPicking(true)}
          >
            {t('composer.template.choose')}
          </Button>
          <Button type="submit" disabled={known?.verdict !== 'free-form' || text.trim() === '' || sending}>
            {t('composer.send')}
          </Button>
        </Group>
      </Stack>
      {numberId === undefined ? null : (
        <TemplatePicker
          numberId={numberId}
          opened={picking}
          onClose={() => setPicking(false)}
          onSend={(content) => void send(content)}
        />
      )}
    </form>
  );
}
