import type { TemplateButton, TemplateComponent } from '@chaski/contracts';
import { Checkbox, Select, Stack } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { Section } from '../../ui/page.tsx';
import { type Definition, type Kind, kindOf, partOf, toKind, withPart } from './definition.ts';
import { EditButtons } from './edit-buttons.tsx';
import { EditCarousel } from './edit-carousel.tsx';
import { EditHeader } from './edit-header.tsx';
import { LineField, TextWithBlanks } from './edit-text.tsx';

const kinds: Readonly<Record<'MARKETING' | 'UTILITY', readonly Kind[]>> = {
  MARKETING: ['plain', 'carousel', 'offer'],
  UTILITY: ['plain', 'carousel'],
};
const formats = {
  MARKETING: ['TEXT', 'IMAGE', 'VIDEO', 'GIF', 'DOCUMENT', 'LOCATION', 'PRODUCT'],
  UTILITY: ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION'],
} as const;
const usual: readonly TemplateButton['type'][] = [
  'QUICK_REPLY',
  'URL',
  'PHONE_NUMBER',
  'COPY_CODE',
  'FLOW',
  'VOICE_CALL',
  'REQUEST_CONTACT_INFO',
];
const selling: readonly TemplateButton['type'][] = ['CATALOG', 'MPM', 'SPM'];

/** The parts of a template with words of one's own. */
export function EditParts(props: {
  definition: Definition;
  onChange: (components: TemplateComponent[]) => void;
}) {
  const { components, category, parameterFormat } = props.definition;
  const { onChange } = props;
  const { t } = useTranslation();
  const named = parameterFormat === 'NAMED';
  const sort = category === 'MARKETING' ? 'MARKETING' : 'UTILITY';
  const kind = kindOf(components);
  const header = partOf(components, 'HEADER');
  const body = partOf(components, 'BODY');
  const offer = partOf(components, 'LIMITED_TIME_OFFER');
  const footer = partOf(components, 'FOOTER');
  const carousel = partOf(components, 'CAROUSEL');
  const buttons = partOf(components, 'BUTTONS');
  const put = (type: TemplateComponent['type'], part: TemplateComponent | null) =>
    onChange(withPart(components, type, part));
  return (
    <>
      <Section title={t('templates.section.text')}>
        <Stack gap="md">
          <Select
            label={t('templates.field.kind')}
            data={kinds[sort].map((value) => ({ value, label: t(`templates.kind.${value}`) }))}
            value={kind}
            allowDeselect={false}
            onChange={(next) => {
              if (next && next !== kind) onChange(toKind(components, next as Kind));
            }}
          />
          {kind === 'carousel' ? null : (
            <EditHeader
              header={header.part}
              path={header.path}
              named={named}
              formats={kind === 'offer' ? ['IMAGE', 'VIDEO'] : formats[sort]}
              optional
              onChange={(part) => put('HEADER', part)}
            />
          )}
          {offer.part ? (
            <>
              <LineField
                label={t('templates.field.offer')}
                path={`${offer.path}.limited_time_offer.text`}
                value={offer.part.limited_time_offer.text}
                most={16}
                onChange={(text) =>
                  put('LIMITED_TIME_OFFER', {
                    type: 'LIMITED_TIME_OFFER',
                    limited_time_offer: { ...offer.part?.limited_time_offer, text },
                  })
                }
              />
              <Checkbox
                label={t('templates.field.offerEnds')}
                checked={offer.part.limited_time_offer.has_expiration === true}
                onChange={(event) =>
                  put('LIMITED_TIME_OFFER', {
                    type: 'LIMITED_TIME_OFFER',
                    limited_time_offer: {
                      text: offer.part?.limited_time_offer.text ?? '',
                      has_expiration: event.currentTarget.checked,
                    },
                  })
                }
              />
            </>
          ) : null}
          {body.part ? (
            <TextWithBlanks
              label={t('templates.field.body')}
              path={body.path}
              part={body.part}
              named={named}
              most={kind === 'offer' ? 600 : 1024}
              onChange={(part) => put('BODY', part)}
            />
          ) : null}
          {kind === 'plain' ? (
            <LineField
              label={t('templates.field.footer')}
              path={`${footer.path}.text`}
              value={footer.part?.text ?? ''}
              most={60}
              onChange={(text) => put('FOOTER', text === '' ? null : { type: 'FOOTER', text })}
            />
          ) : null}
        </Stack>
      </Section>
      {carousel.part ? (
        <Section title={t('templates.section.cards')}>
          <EditCarousel
            cards={carousel.part.cards}
            path={`${carousel.path}.cards`}
            named={named}
            onChange={(cards) => put('CAROUSEL', { type: 'CAROUSEL', cards })}
          />
        </Section>
      ) : (
        <Section title={t('templates.section.buttons')}>
          <Stack gap="md">
            <EditButtons
              buttons={buttons.part?.buttons ?? []}
              path={`${buttons.path}.buttons`}
              types={sort === 'MARKETING' ? [...usual, ...selling] : usual}
              most={10}
              onChange={(next) =>
                put('BUTTONS', next.length === 0 ? null : { type: 'BUTTONS', buttons: next })
              }
            />
            <Checkbox
              label={t('templates.field.asksToCall')}
              description={t('templates.hint.asksToCall')}
              checked={partOf(components, 'CALL_PERMISSION_REQUEST').part !== null}
              onChange={(event) =>
                put(
                  'CALL_PERMISSION_REQUEST',
                  event.currentTarget.checked ? { type: 'CALL_PERMISSION_REQUEST' } : null,
                )
              }
            />
          </Stack>
        </Section>
      )}
    </>
  );
}
