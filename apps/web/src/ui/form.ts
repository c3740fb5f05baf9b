import { ChaskiError } from '@chaski/sdk';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { type Attempt, useAttempt } from '../api/use-attempt.ts';
import { type Say, useTranslation } from '../i18n/words.ts';
import { explain, fieldProblems, ruleWords } from './explain.ts';

/** The field of a form that a path of the API means: `body.settings.stopWords.3` is `stopWords`. */
function fieldOf(path: string, fields: readonly string[]): string | null {
  const parts = path.split('.').filter((part) => part !== 'body' && part !== 'settings');
  return fields.find((field) => field === parts[0]) ?? null;
}

/** What the API says about single fields; null where it means the whole. */
function problemsOf(error: unknown, fields: readonly string[], t: Say): Record<string, string> | null {
  if (!(error instanceof ChaskiError)) return null;
  // What is taken is named by the field that it stands in: `label_exists` with `{ name }`.
  const taken = /_(exists|taken)$/.test(error.code)
    ? fields.find((field) => field in error.details)
    : undefined;
  if (taken !== undefined) return { [taken]: explain(t, error) };
  const problems = fieldProblems(error);
  if (problems.length === 0) return null;
  const found: Record<string, string> = {};
  for (const one of problems) {
    const field = fieldOf(one.path, fields);
    if (field === null) return null;
    found[field] ??= ruleWords(t, one);
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

/**
 * Submits a form; refusals stand at the fields that they name, or come back as one sentence for above it. `key` is as
 * `useAttempt` has it: pressing again after a lost answer makes nothing a second time.
 */
export function useSubmit<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
  action: (values: Values, key: Attempt) => Promise<unknown>,
) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = useAttempt();
  const submit = form.onSubmit(
    async (values, event) => {
      const where = event?.target;
      setProblem(null);
      try {
        await attempt(values, (key) => action(values, key));
      } catch (error) {
        const fields = problemsOf(error, Object.keys(values), t);
        if (fields) {
          form.setErrors(fields);
          goToFirst(where, fields);
        } else setProblem(explain(t, error));
      }
    },
    (problems, _values, event) => goToFirst(event?.target, problems),
  );
  return { problem, setProblem, submit };
}
