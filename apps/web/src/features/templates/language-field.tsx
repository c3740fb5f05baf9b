import { Select, type SelectProps } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { languageName, ownLanguageName } from '../../ui/language-name.ts';

/** Those in which WhatsApp takes templates, by its codes. */
const codes = (
  'af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en en_GB ' +
  'en_US en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE fr_CA fr_CH ' +
  'fr_CI fr_MA ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb ps_AF fa ' +
  'pl pt_BR pt_PT pa ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA es_PE es_ES es_UY ' +
  'sw sv ta te th tr uk ur uz vi zu'
).split(' ');

/** Each under its own name and the reader's, with its code: one types whichever one knows. */
export function LanguageField(
  props: Pick<SelectProps, 'disabled' | 'error' | 'onBlur' | 'value'> & {
    'data-path'?: string;
    onChange: (code: string) => void;
  },
) {
  const { t, i18n } = useTranslation();
  const { value, onChange, ...field } = props;
  const data = useMemo(() => {
    // What is kept already may be one that WhatsApp has added since.
    const all = value && !codes.includes(value) ? [...codes, value] : codes;
    return all
      .map((code) => ({ value: code, label: `${ownLanguageName(code)} · ${code}` }))
      .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
  }, [value, i18n.language]);
  return (
    <Select
      label={t('templates.field.language')}
      data={data}
      value={value || null}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t('templates.languageNone')}
      filter={({ options, search }) => {
        const asked = folded(search.trim());
        return options.filter(
          (one) => 'value' in one && folded(`${one.label} ${languageName(one.value)}`).includes(asked),
        );
      }}
      onChange={(code) => code && onChange(code)}
      {...field}
    />
  );
}

/** `espanol` finds español. */
const folded = (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
