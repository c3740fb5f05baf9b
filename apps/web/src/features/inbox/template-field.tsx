import { readTemplateValue, type TemplateValue, type TemplateVariable } from '@chaski/contracts';
import type { Template } from '@chaski/sdk';
import { Button, FileButton, Group, Input, NumberInput, TextInput } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain } from '../../ui/explain.ts';
import { useTemplateLabels } from './template-label.ts';

interface Props {
  variable: TemplateVariable;
  template: Template;
  value: TemplateValue | undefined;
  onChange: (value: TemplateValue | undefined) => void;
}

/** One thing that a template wants: words, a file, a place, a time. */
export function TemplateField({ variable, template, value, onChange }: Props) {
  const label = useTemplateLabels()(template, variable);
  switch (variable.kind) {
    case 'image':
    case 'video':
    case 'document':
      return <FileField kind={variable.kind} label={label} onChange={onChange} />;
    case 'location':
      return <PlaceField label={label} onChange={onChange} />;
    case 'time':
      return (
        <TextInput
          required
          type="datetime-local"
          label={label}
          onChange={({ currentTarget }) => {
            const at = Date.parse(currentTarget.value);
            onChange(Number.isNaN(at) ? undefined : at);
          }}
        />
      );
    case 'product':
    case 'products':
      return <ProductField kind={variable.kind} label={label} onChange={onChange} />;
    default:
      return (
        <TextInput
          required
          label={label}
          placeholder={variable.example ?? ''}
          maxLength={variable.kind === 'code' ? 15 : variable.kind === 'coupon_code' ? 20 : 1024}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

const accepted = {
  image: 'image/jpeg,image/png',
  video: 'video/mp4,video/3gpp',
  document: '',
} as const;

function FileField({
  kind,
  label,
  onChange,
}: {
  kind: keyof typeof accepted;
  label: string;
  onChange: Props['onChange'];
}) {
  const { t } = useTranslation();
  const id = useId();
  const [file, setFile] = useState<string | null>(null);
  const [state, setState] = useState<'none' | 'uploading' | 'ready' | { problem: string }>('none');
  const take = async (given: File | null) => {
    if (!given) return;
    onChange(undefined);
    setFile(given.name);
    setState('uploading');
    try {
      const { id: mediaId } = await chaski.media.create(
        { query: { kind, filename: given.name.slice(-240) }, body: given },
        { ...once(), headers: { 'content-type': given.type || 'application/octet-stream' } },
      );
      onChange(kind === 'document' ? { mediaId, filename: given.name.slice(-240) } : { mediaId });
      setState('ready');
    } catch (error) {
      setState({ problem: explain(t, error) });
    }
  };
  return (
    <Input.Wrapper
      required
      label={label}
      labelProps={{ htmlFor: id }}
      error={typeof state === 'object' ? state.problem : null}
    >
      <Group gap="xs" wrap="nowrap">
        <FileButton accept={accepted[kind]} onChange={(given) => void take(given)}>
          {(props) => (
            <Button id={id} variant="default" leftSection={<IconPaperclip size={16} />} {...props}>
              {t('composer.template.file')}
            </Button>
          )}
        </FileButton>
        {file === null ? null : (
          <Input.Description component="span" aria-live="polite">
            <bdi>{file}</bdi>
            {state === 'uploading' ? ` · ${t('composer.files.uploading')}` : ''}
          </Input.Description>
        )}
      </Group>
    </Input.Wrapper>
  );
}

function PlaceField({ label, onChange }: { label: string; onChange: Props['onChange'] }) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<{
    latitude?: number | string;
    longitude?: number | string;
    name?: string;
    address?: string;
  }>({});
  const put = (change: typeof place) => {
    const now = { ...place, ...change };
    setPlace(now);
    const whole =
      typeof now.latitude === 'number' && typeof now.longitude === 'number' && now.name && now.address;
    onChange(whole ? now : undefined);
  };
  return (
    <Input.Wrapper required label={label} role="group">
      <Group gap="xs" grow>
        <NumberInput
          required
          hideControls
          min={-90}
          max={90}
          label={t('composer.template.place.latitude')}
          onChange={(latitude) => put({ latitude })}
        />
        <NumberInput
          required
          hideControls
          min={-180}
          max={180}
          label={t('composer.template.place.longitude')}
          onChange={(longitude) => put({ longitude })}
        />
      </Group>
      <Group gap="xs" grow>
        <TextInput
          required
          label={t('composer.template.place.name')}
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
        <TextInput
          required
          label={t('composer.template.place.address')}
          onChange={(event) => put({ address: event.currentTarget.value })}
        />
      </Group>
    </Input.Wrapper>
  );
}

/** Catalogues live at WhatsApp: their ids are written here as a list of a campaign writes them. */
function ProductField({
  kind,
  label,
  onChange,
}: {
  kind: 'product' | 'products';
  label: string;
  onChange: Props['onChange'];
}) {
  const { t } = useTranslation();
  return (
    <TextInput
      required
      label={label}
      description={t(`campaigns.message.written.${kind}`)}
      onChange={({ currentTarget }) =>
        onChange(readTemplateValue(kind, currentTarget.value.trim()) ?? undefined)
      }
    />
  );
}
