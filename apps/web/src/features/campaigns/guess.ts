/** What a blank of a template is probably filled with, by its name. Pure. */
import { knownComponents, type TemplateVariable } from '@chaski/contracts';
import type { Campaign, Template } from '@chaski/sdk';
import type { Blank } from './queries.ts';

export type Variables = NonNullable<Campaign['message']>['variables'];
export type Source = Variables[number]['source'];

export const fields = ['name', 'firstName', 'phone', 'email', 'company', 'language', 'country'] as const;

const fold = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');

/** `your order {{2}}` asks for the order. Each part counts its blanks from 1, each card of a carousel too. */
export function wordBefore(
  { components }: Pick<Template, 'components'>,
  { part, card, name }: Pick<TemplateVariable, 'part' | 'card' | 'name'>,
): string {
  const all = knownComponents(components);
  const parts =
    card === null
      ? all
      : all.flatMap((one) => (one.type === 'CAROUSEL' ? (one.cards[card]?.components ?? []) : []));
  for (const one of parts) {
    if ((one.type !== 'HEADER' && one.type !== 'BODY') || one.type.toLowerCase() !== part) continue;
    const before = (one.text ?? '').split(`{{${name}}}`);
    return before.length < 2 ? '' : (/[\p{L}\p{M}\p{N}_]+(?=[\s:#]*$)/u.exec(before[0] ?? '')?.[0] ?? '');
  }
  return '';
}

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
