import { ChaskiError } from '@chaski/sdk';
import { type Say, spokenLanguage, useTranslation } from '../i18n/words.ts';

/** What the server says of one field (`details.problems`). */
export interface FieldProblem {
  path: string;
  message: string;
  rule?: string;
  limit?: number | string;
}

/** Where a refusal has its words: what the inbox meets, what the send policy says, what other pages meet. */
const areas = ['errors', 'composer.refused', 'refusals'] as const;

/** A code that means several things says which beside it. */
function exact(code: string, details: Readonly<Record<string, unknown>>): string | null {
  if (code === 'forbidden') return `forbidden_${details.whole ? 'limited_reach' : details.reason}`;
  if (code === 'quota_exceeded' && details.limit === undefined) return 'quota_full';
  return null;
}

/** A refusal in the reader's language by its code, else as the server says it. */
export function refusalWords(
  t: Say,
  code: string | undefined,
  sentence: string,
  details: Record<string, unknown> = {},
): string {
  if (code === undefined) return sentence;
  const keys = [exact(code, details), code].flatMap((key) =>
    key === null ? [] : areas.map((area) => `${area}.${key}`),
  );
  const whole = keys.reduceRight(
    (otherwise, key) => t(key, { ...details, defaultValue: otherwise }),
    sentence,
  );
  return [whole, ...fieldProblems({ code, details }).map((one) => `${one.path}: ${ruleWords(t, one)}`)].join(
    ' ',
  );
}

/**
 * What is wrong with a field. In English the server's own sentence, which knows the field; else by the rule that was
 * broken.
 */
export function ruleWords(t: Say, { message, rule, limit }: FieldProblem): string {
  if (spokenLanguage() === 'en') return message;
  const name = rule === 'format' ? String(limit) : (rule ?? 'other');
  const key = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return t(`form.rule.${key}`, { limit, defaultValue: t('form.rule.other') });
}

/** What the server says of single fields; rules of templates name no field of a form and are shown where they are broken. */
export const fieldProblems = ({
  code,
  details,
}: Pick<ChaskiError, 'code' | 'details'>): readonly FieldProblem[] =>
  code === 'invalid_request' && Array.isArray(details.problems) ? (details.problems as FieldProblem[]) : [];

/** A failure as a sentence. */
export function explain(t: Say, error: unknown): string {
  if (error instanceof DOMException) return t('errors.device');
  if (!(error instanceof ChaskiError)) return t('errors.unreachable');
  // A proxy in front answered with a page of its own.
  if (error.code === 'unknown') return t(error.status === 413 ? 'errors.too_large' : 'errors.unreachable');
  return refusalWords(t, error.code, error.message, error.details);
}

export function useExplain(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => explain(t, error);
}
