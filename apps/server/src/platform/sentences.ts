import { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

/** What is wanted, by zod's name of the type. */
const wanted: Readonly<Record<string, string>> = {
  string: 'Send a text.',
  number: 'Send a number.',
  int: 'Send a whole number.',
  bigint: 'Send a whole number.',
  boolean: 'Send true or false.',
  object: 'Send an object.',
  record: 'Send an object.',
  array: 'Send a list.',
  tuple: 'Send a list.',
  date: 'Send a time, such as 2026-11-21T09:30:00Z.',
  null: 'Send null.',
  undefined: 'Leave this out.',
  never: 'Leave this out.',
};

/** What a text should look like, by zod's name of the form. */
const forms: Readonly<Record<string, string>> = {
  uuid: 'Use an id as an answer gave it, such as 0198f3a2-5c1e-7b44-9d2a-6f0e8c31b7d5.',
  email: 'Use an e-mail address, such as ana@example.com.',
  url: 'Use a whole address, such as https://example.com/page.',
  datetime: 'Use a time, such as 2026-11-21T09:30:00Z.',
  date: 'Use a day, such as 2026-11-21.',
  time: 'Use a time of day, such as 09:30.',
  base64: 'Use base64.',
  base64url: 'Use base64url, without =.',
};

/**
 * What a caller is told of a value that a schema refuses, where the schema says nothing of its own: what to send, in
 * plain words. Every answer names the field beside it. No sentence for what schemas have to say themselves, a pattern
 * or a rule of their own: a test walks through all routes for those that do not.
 */
function sentenceOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const sentence = wanted[issue.expected];
      return issue.input === undefined && sentence !== undefined && !sentence.startsWith('Leave')
        ? `This is missing. ${sentence}`
        : sentence;
    }
    case 'invalid_format':
      return forms[issue.format];
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'This is empty. Send at least one character.'
        : bound(issue, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return bound(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'not_multiple_of':
      return `Use a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return `There is no ${issue.keys.map((key) => `\`${key}\``).join(' or ')} here; remove it or check its spelling in /openapi.json.`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? oneOf(issue.options)
        : 'This has none of the shapes that it may have; /openapi.json shows them.';
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.map(({ message }) => message).join(' ');
    default:
      return undefined;
  }
}

function oneOf(values: readonly unknown[]): string {
  const [first, ...others] = values.map(String);
  return others.length === 0 ? `Use ${first}.` : `Use one of ${[first, ...others].join(', ')}.`;
}

const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
  map: ['entry', 'entries'],
  file: ['byte', 'bytes'],
};

function bound(
  { origin, exact }: { origin: string; exact?: boolean | undefined },
  limit: number | bigint,
  word: string,
): string {
  const unit = units[origin];
  const how = exact ? 'exactly' : word;
  if (origin === 'date') return `Use a time ${how} ${new Date(Number(limit)).toISOString()}.`;
  return unit ? `Use ${how} ${limit} ${unit[limit === 1 ? 0 : 1]}.` : `Use ${how} ${limit}.`;
}

/** From here on zod speaks our sentences, in this process. */
export function speakPlainly(): void {
  z.config({ customError: sentenceOf });
}
