import { ActionIcon, Button, Group, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Modal } from '../../ui/modal.tsx';
import type { Said } from './composer-outbox.ts';

interface Option {
  key: number;
  title: string;
  description: string;
}

/** WhatsApp's figures: three buttons of 20 characters, ten rows of 24 with 72 below. */
const limits = {
  button: { options: 3, title: 20, body: 1024 },
  list: { options: 10, title: 24, body: 4096 },
} as const;

const empty = (key: number): Option => ({ key, title: '', description: '' });

/** A question with buttons or a list to choose from. */
export default function InteractiveBuilder({
  opened,
  onClose,
  onSend,
}: {
  opened: boolean;
  onClose: () => void;
  onSend: (content: Said) => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('composer.interactive.title')}>
      <Form
        onSend={(content) => {
          onSend(content);
          onClose();
        }}
      />
    </Modal>
  );
}

function Form({ onSend }: { onSend: (content: Said) => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'button' | 'list'>('button');
  const [body, setBody] = useState('');
  const [label, setLabel] = useState('');
  const [options, setOptions] = useState<readonly Option[]>([empty(0), empty(1)]);
  const limit = limits[kind];
  const filled = options.slice(0, limit.options).filter(({ title }) => title.trim() !== '');
  const titles = filled.map(({ title }) => title.trim());
  const twice = kind === 'button' && new Set(titles).size < titles.length;
  const ready =
    body.trim() !== '' && filled.length > 0 && !twice && (kind === 'button' || label.trim() !== '');
  const change = (key: number, part: Partial<Option>) =>
    setOptions((now) => now.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSend(contentOf(kind, body.trim(), label.trim(), filled));
      }}
    >
      <Stack gap="sm">
        <SegmentedControl
          aria-label={t('composer.interactive.kind')}
          value={kind}
          onChange={(value) => setKind(value as 'button' | 'list')}
          data={[
            { value: 'button', label: t('composer.interactive.buttons') },
            { value: 'list', label: t('composer.interactive.list') },
          ]}
        />
        <Textarea
          data-autofocus
          required
          autosize
          minRows={2}
          maxRows={6}
          maxLength={limit.body}
          label={t('composer.interactive.question')}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
        />
        {kind === 'list' ? (
          <TextInput
            required
            maxLength={20}
            label={t('composer.interactive.open')}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
        ) : null}
        {options.slice(0, limit.options).map((option, at) => (
          <Group key={option.key} gap="xs" wrap="nowrap" align="end">
            <TextInput
              flex={1}
              maxLength={limit.title}
              label={t('composer.interactive.option', { n: at + 1 })}
              value={option.title}
              onChange={(event) => change(option.key, { title: event.currentTarget.value })}
            />
            {kind === 'list' ? (
              <TextInput
                flex={1}
                maxLength={72}
                label={t('composer.interactive.description')}
                value={option.description}
                onChange={(event) => change(option.key, { description: event.currentTarget.value })}
              />
            ) : null}
            <ActionIcon
              size={36}
              aria-label={t('composer.interactive.remove', { n: at + 1 })}
              disabled={options.length === 1}
              onClick={() => setOptions(options.filter(({ key }) => key !== option.key))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group justify="space-between">
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={options.length >= limit.options}
            onClick={() => setOptions([...options, empty(Math.max(...options.map(({ key }) => key)) + 1)])}
          >
            {t('composer.interactive.add')}
          </Button>
          <Button type="submit" disabled={!ready}>
            {t('composer.send')}
          </Button>
        </Group>
        {twice ? <p role="alert">{t('composer.interactive.twice')}</p> : null}
      </Stack>
    </form>
  );
}

function contentOf(kind: 'button' | 'list', text: string, label: string, options: readonly Option[]): Said {
  const interactive =
    kind === 'button'
      ? {
          type: 'button' as const,
          body: { text },
          action: {
            buttons: options.map(({ key, title }) => ({
              type: 'reply' as const,
              reply: { id: `option-${key}`, title: title.trim() },
            })),
          },
        }
      : {
          type: 'list' as const,
          body: { text },
          action: {
            button: label,
            sections: [
              {
                rows: options.map(({ key, title, description }) => ({
                  id: `option-${key}`,
                  title: title.trim(),
                  ...(description.trim() ? { description: description.trim() } : {}),
                })),
              },
            ],
          },
        };
  return { type: 'interactive', interactive };
}
