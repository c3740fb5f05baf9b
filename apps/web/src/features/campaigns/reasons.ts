import type { Template } from '@chaski/sdk';
import { useTranslation } from '../../i18n/words.ts';
import { failureWords } from '../../ui/failure.ts';
import { useTemplateLabels } from '../inbox/template-label.ts';
import { blanksOf } from './queries.ts';

/** Why somebody gets nothing, or did not: in words where we have some, else the code itself. */
export function useReason(template?: Template | null): (code: string) => string {
  const { t } = useTranslation();
  const labelOf = useTemplateLabels();
  return (code) => {
    // `variable_missing:body:1` says of which blank.
    const at = code.indexOf(':');
    const word = at < 0 ? code : code.slice(0, at);
    const said = t(`campaigns.reason.${word}`, { defaultValue: failureWords(t, word) });
    if (at < 0) return said;
    const key = code.slice(at + 1);
    const blank = template && blanksOf(template)?.find((one) => one.key === key);
    return `${said} (${template && blank ? labelOf(template, blank.of) : key})`;
  };
}
