import { readTemplateValue, type TemplateValue, type TemplateVariable } from '@chaski/contracts';
import type { Template } from '@chaski/sdk';
import { Group, Input, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { FileField } from './template-file.tsx';
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
      return <FileField required kind={variable.kind} label={label} onChange={onChange} />;
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
