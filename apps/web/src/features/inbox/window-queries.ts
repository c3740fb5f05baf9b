import type { Template } from '@chaski/sdk';
import { queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** As WhatsApp writes it. */
export interface TemplateComponent {
  type: string;
  text?: string;
  format?: string;
  buttons?: { type: string; text?: string; url?: string }[];
}

/** All that one may see; an account has some dozens, rarely hundreds. */
export const templatesQuery = queryOptions({
  queryKey: ['templates', 'all'],
  queryFn: async (): Promise<Template[]> => (await chaski.templates.list({ query: {} })).data,
  staleTime: 5 * 60_000,
});

export const templatesOfNumberQuery = (numberId: string) =>
  queryOptions({
    queryKey: ['templates', 'number', numberId],
    queryFn: async (): Promise<Template[]> =>
      (await chaski.templates.list({ query: { numberId, status: 'APPROVED' } })).data,
    staleTime: 60_000,
  });

const placeholder = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** Placeholders of a text in the order they stand: numbers or names. */
export function placeholdersOf(text: string | undefined): string[] {
  return [...new Set(Array.from((text ?? '').matchAll(placeholder), ([, name]) => name ?? ''))];
}

/** What is filled in is not looked at again. What is missing stays as it is written. */
export function fillTemplate(
  text: string,
  parameters: readonly { text?: string; parameterName?: string }[],
): string {
  return text.replace(placeholder, (whole, name: string) => {
    const found = /^\d+$/.test(name)
      ? parameters[Number(name) - 1]
      : parameters.find(({ parameterName }) => parameterName === name);
    return found?.text || whole;
  });
}
