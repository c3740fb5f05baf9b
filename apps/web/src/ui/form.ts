import { ChaskiError } from '@chaski/sdk';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from '../i18n/words.ts';

/** What a failure is called for people: by its code in their language, else in the server's words. */
export function useExplain(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (error instanceof DOMException) return t('errors.device');
    if (!(error instanceof ChaskiError)) return t('errors.unreachable');
    return t(`errors.${error.code}`, { ...error.details, defaultValue: error.message });
  };
}

/** The field of a form that a path of the API means: `body.settings.stopWords.3` is `stopWords`. */
function fieldOf(path: string, fields: readonly string[]): string | null {
  const parts = path.split('.').filter((part) => part !== 'body' && part !== 'settings');
  return fields.find((field) => field === parts[0]) ?? null;
}

/** What the API says about single fields; null where it means the whole. */
function problemsOf(
  error: unknown,
  fields: readonly string[],
  explain: (error: unknown) => string,
): Record<string, string> | null {
  if (!(error instanceof ChaskiError)) return null;
  // What is taken is named by the field that it stands in: `label_exists` with `{ name }`.
  const taken = /_(exists|taken)$/.test(error.code)
    ? fields.find((field) => field in error.details)
    : undefined;
  if (taken !== undefined) return { [taken]: explain(error) };
  if (!Array.isArray(error.details.problems)) return null;
  const found: Record<string, string> = {};
  for (const { path, message } of error.details.problems as { path: string; message: string }[]) {
    const field = fieldOf(path, fields);
    if (field === null) return null;
    found[field] ??= message;
  }
  return found;
}

/** To the first field that something is said about, as they stand in the form: whoever does not see the words is led there. */
function goToFirst(form: EventTarget | undefined, problems: Record<string, unknown>): void {
  if (!(form instanceof HTMLFormElement)) return;
  const place = [...form.querySelectorAll<HTMLElement>('[data-path]')].find(
    ({ dataset }) => dataset.path !== undefined && dataset.path in problems,
  );
  const inputs = 'input, textarea, button';
  (place?.matches(inputs) ? place : place?.querySelector<HTMLElement>(inputs))?.focus();
}

/** Submits a form; refusals stand at the fields that they name, or come back as one sentence for above it. */
export function useSubmit<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
  action: (values: Values) => Promise<unknown>,
) {
  const explain = useExplain();
  const [problem, setProblem] = useState<string | null>(null);
  const submit = form.onSubmit(
    async (values, event) => {
      const where = event?.target;
      setProblem(null);
      try {
        await action(values);
      } catch (error) {
        const fields = problemsOf(error, Object.keys(values), explain);
        if (fields) {
          form.setErrors(fields);
          goToFirst(where, fields);
        } else setProblem(explain(error));
      }
    },
    (problems, _values, event) => goToFirst(event?.target, problems),
  );
  return { problem, setProblem, submit };
}
