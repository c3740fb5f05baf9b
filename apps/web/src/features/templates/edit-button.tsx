import type { TemplateButton } from '@chaski/contracts';
import { NumberInput, Select, Text } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { LineField } from './edit-text.tsx';
import { PartMistakes, useField } from './mistakes.tsx';

interface Props<Button> {
  button: Button;
  path: string;
  onChange: (button: TemplateButton) => void;
}
type Of<Type extends TemplateButton['type']> = Extract<TemplateButton, { type: Type }>;

/** What one button says and does. */
export function ButtonFields({ button, path, onChange }: Props<TemplateButton>) {
  const { t } = useTranslation();
  const label =
    button.type === 'COPY_CODE' || button.type === 'REQUEST_CONTACT_INFO' || button.type === 'APP' ? (
      <Text size="sm" c="dimmed">
        {t('templates.ownWords')}
      </Text>
    ) : (
      <LineField
        label={t('templates.field.buttonText')}
        path={`${path}.text`}
        value={button.text ?? ''}
        most={25}
        onChange={(text) => onChange({ ...button, text })}
      />
    );
  return (
    <>
      {label}
      {button.type === 'URL' ? <UrlFields button={button} path={path} onChange={onChange} /> : null}
      {button.type === 'PHONE_NUMBER' ? (
        <LineField
          label={t('templates.field.phone')}
          path={`${path}.phone_number`}
          value={button.phone_number}
          most={20}
          inputMode="tel"
          placeholder="+14155550100"
          onChange={(phone_number) => onChange({ ...button, phone_number })}
        />
      ) : null}
      {button.type === 'COPY_CODE' ? (
        <LineField
          label={t('templates.field.codeExample')}
          path={`${path}.example`}
          value={[button.example].flat()[0] ?? ''}
          most={20}
          onChange={(example) => onChange({ ...button, example })}
        />
      ) : null}
      {button.type === 'FLOW' ? <FlowFields button={button} path={path} onChange={onChange} /> : null}
      {button.type === 'VOICE_CALL' ? <CallFields button={button} path={path} onChange={onChange} /> : null}
      {button.type === 'FLOW' ? null : <PartMistakes path={path} />}
    </>
  );
}

function UrlFields({ button, path, onChange }: Props<Of<'URL'>>) {
  const { t } = useTranslation();
  return (
    <>
      <LineField
        label={t('templates.field.url')}
        path={`${path}.url`}
        value={button.url}
        most={2000}
        inputMode="url"
        placeholder="https://example.com/orders/{{1}}"
        onChange={(url) => {
          const { example, ...rest } = button;
          onChange(url.includes('{{') ? { ...rest, example: example ?? [''], url } : { ...rest, url });
        }}
      />
      {button.url.includes('{{') ? (
        <LineField
          label={t('templates.field.urlExample')}
          path={`${path}.example`}
          value={[button.example].flat()[0] ?? ''}
          inputMode="url"
          placeholder="https://example.com/orders/A-1042"
          onChange={(example) => onChange({ ...button, example: [example] })}
        />
      ) : null}
    </>
  );
}

function FlowFields({ button, path, onChange }: Props<Of<'FLOW'>>) {
  const { t } = useTranslation();
  return (
    <>
      <LineField
        label={t('templates.field.flow')}
        path={`${path}.flow_id`}
        also={path}
        value={String(button.flow_id ?? '')}
        onChange={(flow_id) => onChange({ ...button, flow_id })}
      />
      <Select
        label={t('templates.field.flowAction')}
        data={['navigate', 'data_exchange'].map((value) => ({
          value,
          label: t(`templates.flow.${value}`),
        }))}
        value={button.flow_action?.toLowerCase() ?? 'navigate'}
        allowDeselect={false}
        onChange={(flow_action) => {
          const { navigate_screen, ...rest } = button;
          if (flow_action === 'data_exchange') onChange({ ...rest, flow_action });
          else onChange({ ...button, flow_action: 'navigate' });
        }}
        {...useField(`${path}.flow_action`)}
      />
      {button.flow_action?.toLowerCase() === 'data_exchange' ? null : (
        <LineField
          label={t('templates.field.flowScreen')}
          path={`${path}.navigate_screen`}
          value={button.navigate_screen ?? ''}
          onChange={(screen) => {
            const { navigate_screen, ...rest } = button;
            onChange(screen === '' ? rest : { ...rest, navigate_screen: screen });
          }}
        />
      )}
    </>
  );
}

function CallFields({ button, path, onChange }: Props<Of<'VOICE_CALL'>>) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={t('templates.field.callMinutes')}
      description={t('templates.hint.callMinutes')}
      min={1440}
      max={43_200}
      clampBehavior="none"
      value={button.ttl_minutes ?? ''}
      onChange={(minutes) => {
        const { ttl_minutes, ...rest } = button;
        onChange(typeof minutes === 'number' ? { ...rest, ttl_minutes: minutes } : rest);
      }}
      {...useField(`${path}.ttl_minutes`)}
    />
  );
}
