import type { TemplateComponent } from '@chaski/contracts';
import { Checkbox, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { type Part, partOf, withPart } from './definition.ts';
import { LineField } from './edit-text.tsx';
import { PartMistakes, useField } from './mistakes.tsx';
import { Numbered } from './numbered.tsx';

type Otp = Extract<Part<'BUTTONS'>['buttons'][number], { type: 'OTP' }>;

/** One-time passwords: the words are WhatsApp's; what is chosen is how the code gets into the app. */
export function EditAuthentication(props: {
  components: readonly TemplateComponent[];
  onChange: (components: TemplateComponent[]) => void;
}) {
  const { components, onChange } = props;
  const { t } = useTranslation();
  const body = partOf(components, 'BODY').part;
  const footer = partOf(components, 'FOOTER');
  const buttons = partOf(components, 'BUTTONS');
  const otp = buttons.part?.buttons.find((one) => one.type === 'OTP');
  const minutes = useField(`${footer.path}.code_expiration_minutes`);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('templates.authentication.words')}
      </Text>
      <Checkbox
        label={t('templates.authentication.warning')}
        checked={body?.add_security_recommendation === true}
        onChange={(event) =>
          onChange(
            withPart(components, 'BODY', {
              type: 'BODY',
              add_security_recommendation: event.currentTarget.checked,
            }),
          )
        }
      />
      <Checkbox
        label={t('templates.authentication.expires')}
        checked={footer.part !== null}
        onChange={(event) =>
          onChange(
            withPart(
              components,
              'FOOTER',
              event.currentTarget.checked ? { type: 'FOOTER', code_expiration_minutes: 10 } : null,
            ),
          )
        }
      />
      {footer.part ? (
        <NumberInput
          label={t('templates.authentication.minutes')}
          min={1}
          max={90}
          clampBehavior="none"
          value={footer.part.code_expiration_minutes ?? ''}
          onChange={(value) =>
            onChange(
              withPart(components, 'FOOTER', {
                type: 'FOOTER',
                ...(typeof value === 'number' ? { code_expiration_minutes: value } : {}),
              }),
            )
          }
          {...minutes}
        />
      ) : null}
      {otp ? (
        <OtpFields
          otp={otp}
          path={`${buttons.path}.buttons[0]`}
          onChange={(button) =>
            onChange(withPart(components, 'BUTTONS', { type: 'BUTTONS', buttons: [button] }))
          }
        />
      ) : null}
    </Stack>
  );
}

function OtpFields(props: { otp: Otp; path: string; onChange: (otp: Otp) => void }) {
  const { otp, path, onChange } = props;
  const { t } = useTranslation();
  const terms = useField(`${path}.zero_tap_terms_accepted`);
  const choose = (type: string | null) => {
    if (type === 'COPY_CODE')
      onChange({ type: 'OTP', otp_type: type, ...(otp.text ? { text: otp.text } : {}) });
    else if (type === 'ONE_TAP' || type === 'ZERO_TAP')
      onChange({ ...otp, otp_type: type, supported_apps: otp.supported_apps ?? [newApp] });
  };
  return (
    <>
      <Select
        label={t('templates.authentication.how')}
        data={(['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'] as const).map((value) => ({
          value,
          label: t(`templates.authentication.${value}`),
        }))}
        value={otp.otp_type}
        allowDeselect={false}
        onChange={choose}
      />
      <LineField
        label={t('templates.authentication.copyText')}
        path={`${path}.text`}
        value={otp.text ?? ''}
        most={25}
        onChange={(text) => onChange(withWords(otp, 'text', text))}
      />
      {otp.otp_type === 'COPY_CODE' ? null : (
        <>
          <LineField
            label={t('templates.authentication.fillText')}
            path={`${path}.autofill_text`}
            value={otp.autofill_text ?? ''}
            most={25}
            onChange={(text) => onChange(withWords(otp, 'autofill_text', text))}
          />
          <Apps otp={otp} path={`${path}.supported_apps`} onChange={onChange} />
        </>
      )}
      {otp.otp_type === 'ZERO_TAP' ? (
        <Checkbox
          label={t('templates.authentication.terms')}
          checked={otp.zero_tap_terms_accepted === true}
          onChange={(event) => onChange({ ...otp, zero_tap_terms_accepted: event.currentTarget.checked })}
          {...terms}
        />
      ) : null}
      <PartMistakes path={path} />
    </>
  );
}

/** Without words of one's own WhatsApp writes them. */
function withWords(otp: Otp, key: 'text' | 'autofill_text', words: string): Otp {
  const next = { ...otp };
  if (words === '') delete next[key];
  else next[key] = words;
  return next;
}

const newApp = { package_name: '', signature_hash: '' };

function Apps({ otp, path, onChange }: { otp: Otp; path: string; onChange: (otp: Otp) => void }) {
  const { t } = useTranslation();
  const apps = otp.supported_apps ?? [];
  const put = (next: Otp['supported_apps']) => onChange({ ...otp, supported_apps: next });
  return (
    <Numbered
      of={apps}
      path={path}
      nameOf={(n) => t('templates.authentication.app', { n })}
      least={1}
      most={5}
      added={t('templates.authentication.addApp')}
      make={() => newApp}
      onChange={put}
      one={(app, at) => (
        <>
          <LineField
            label={t('templates.authentication.package')}
            path={`${path}[${at}].package_name`}
            value={app.package_name}
            most={224}
            inputMode="url"
            placeholder="com.example.app"
            onChange={(package_name) =>
              put(apps.map((one, i) => (i === at ? { ...one, package_name } : one)))
            }
          />
          <LineField
            label={t('templates.authentication.hash')}
            path={`${path}[${at}].signature_hash`}
            value={app.signature_hash}
            most={11}
            inputMode="url"
            onChange={(signature_hash) =>
              put(apps.map((one, i) => (i === at ? { ...one, signature_hash } : one)))
            }
          />
        </>
      )}
    />
  );
}
