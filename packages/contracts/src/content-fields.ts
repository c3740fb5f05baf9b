/** Fields that all contents are made of: texts, addresses, lists, with errors that name the field and the fix. */
import { z } from 'zod';

const number = (n: number): string => n.toLocaleString('en-US');
const storable = (s: string): boolean => !s.includes('\0') && s.isWellFormed();
const storableMessage = (field: string): string =>
  `${field} holds a NUL character or half of a character pair; remove it`;

/** A required text of 1 to `max` characters; `field` is how messages name it. */
export function text(field: string, max: number) {
  return z
    .string({ error: () => `${field} must be a text` })
    .min(1, { error: () => `${field} is empty; write at least one character` })
    .max(max, {
      error: (issue) =>
        `${field} has ${number([...String(issue.input)].length)} characters; WhatsApp takes at most ${number(max)}`,
    })
    .refine(storable, { error: storableMessage(field) });
}

/** A text that may be empty. */
export function loose(field: string, max: number) {
  return z
    .string({ error: () => `${field} must be a text` })
    .max(max, {
      error: (issue) =>
        `${field} has ${number([...String(issue.input)].length)} characters; WhatsApp takes at most ${number(max)}`,
    })
    .refine(storable, { error: storableMessage(field) });
}

export function url(field: string) {
  return text(field, 2000).refine((s) => /^https?:\/\/[^\s/]+/i.test(s) && URL.canParse(s), {
    error: `${field} must be a web address that starts with https:// or http://`,
  });
}

export function list<T extends z.ZodType>(field: string, item: T, min: number, max: number) {
  return z
    .array(item, { error: () => `${field} must be a list` })
    .min(min, { error: () => `${field} needs at least ${min} ${min === 1 ? 'entry' : 'entries'}` })
    .max(max, {
      error: (issue) =>
        `${field} has ${number((issue.input as unknown[]).length)} entries; WhatsApp takes at most ${max}`,
    });
}

/** A map whose keys belong to the user: taken as it is, only storable. */
export function userMap(field: string) {
  return z
    .record(z.string(), z.json(), { error: () => `${field} must be a JSON object` })
    .refine((v) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(v)), { error: storableMessage(field) });
}

export const uniqueBy = <T>(items: readonly T[], key: (item: T) => string): boolean =>
  new Set(items.map(key)).size === items.length;
