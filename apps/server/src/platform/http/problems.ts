import type { Problem } from '../errors.ts';

/** What a validator says of one field. */
interface Issue {
  keyword: string;
  instancePath: string;
  message?: string;
  params?: unknown;
}

/** What one shape of a union says, as zod has it. */
type Branch = { code: string; path: (string | number)[]; message?: string }[];

/** Every field that is not as a route asks, by its path, in words and by rule. */
export function problemsOf(issue: Issue, context: string | undefined): Problem[] {
  const root =
    context === 'body' || context === undefined ? '' : context === 'querystring' ? 'query' : context;
  const path = [root, ...issue.instancePath.split('/')].filter((part) => part !== '').join('.');
  if (issue.keyword === 'unrecognized_keys') {
    const keys = (issue.params as { keys?: string[] } | undefined)?.keys ?? [];
    return keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: 'There is no such field; remove it or check its spelling in /openapi.json.',
      rule: 'unknown_field',
    }));
  }
  if (issue.keyword === 'invalid_union') {
    const branches = (issue.params as { errors?: Branch[] } | undefined)?.errors ?? [];
    // Of the shapes that a field may have the one that is closest to what came.
    const [closest, ...others] = branches
      .map((branch) => branch.flatMap((one) => problemsOf(inside(issue, one), context)))
      .filter((said) => said.length > 0)
      .toSorted((one, other) => one.length - other.length);
    if (closest) {
      // Where nothing is closer, as with a number or a word: all of them.
      const equals = [closest, ...others].filter((said) => said.length === 1 && said[0]!.path === path);
      if (equals.length < 2) return closest;
      return [{ path, message: [...new Set(equals.map(([said]) => said!.message))].join(' Or: ') }];
    }
  }
  return [{ path: path === '' ? 'body' : path, message: issue.message ?? 'not valid', ...ruleOf(issue) }];
}

/** An issue of one shape of a union, in the place of the union. */
function inside({ instancePath }: Issue, { code, path, message, ...params }: Branch[number]): Issue {
  return {
    keyword: code,
    instancePath: [instancePath, ...path].join('/'),
    params,
    ...(message === undefined ? {} : { message }),
  };
}

interface Params {
  origin?: string;
  minimum?: number | bigint;
  maximum?: number | bigint;
  format?: string;
}

/** Our names for the rules, so that another validator may come without a client noticing. */
function ruleOf({ keyword, message = '', params }: Issue): { rule?: string; limit?: number | string } {
  const { origin, minimum, maximum, format } = (params ?? {}) as Params;
  const of = (text: string, array: string, number: string): string =>
    origin === 'string' ? text : origin === 'array' || origin === 'set' ? array : number;
  if (keyword === 'too_small')
    return { rule: of('too_short', 'too_few', 'too_small'), limit: Number(minimum) };
  if (keyword === 'too_big') return { rule: of('too_long', 'too_many', 'too_large'), limit: Number(maximum) };
  if (keyword === 'invalid_format')
    return { rule: 'format', ...(format === undefined ? {} : { limit: format }) };
  if (keyword === 'invalid_value') return { rule: 'not_offered' };
  // zod keeps what came to itself: that nothing did is said in words alone (sentences.ts).
  if (keyword === 'invalid_type')
    return { rule: message.startsWith('This is missing') ? 'missing' : 'wrong_kind' };
  return {};
}
