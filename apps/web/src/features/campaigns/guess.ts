/** What a blank of a template is probably filled with, by its name. Pure. */
import type { Campaign } from '@chaski/sdk';
import type { Blank } from './queries.ts';

export type Variables = NonNullable<Campaign['message']>['variables'];
export type Source = Variables[number]['source'];

export const fields = ['name', 'firstName', 'phone', 'email', 'company', 'language', 'country'] as const;

const fold = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');

/**
 * A column that is called like the blank, its example or the word in front of it; else a field or attribute that is
 * called like the blank. null: nobody can know, a person has to say. A wrong guess reads like a choice, and goes out.
 */
export function guessSource(
  { name, hints }: Pick<Blank, 'name' | 'hints'>,
  columns: readonly string[],
  attributes: readonly { key: string; label: string }[],
): Source | null {
  for (const hint of [name, ...hints].map(fold)) {
    const column = hint === '' ? undefined : columns.find((one) => fold(one) === hint);
    if (column !== undefined) return { from: 'column', column };
  }
  const called = fold(name);
  const field = fields.find((one) => fold(one) === called);
  if (field) return { from: 'field', field };
  const attribute = attributes.find(({ key, label }) => fold(key) === called || fold(label) === called);
  return attribute ? { from: 'attribute', key: attribute.key } : null;
}
