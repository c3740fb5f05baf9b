/**
 * What the part of an address after the question mark may say, field by field; whatever else stands there is as if it
 * did not. By hand: a validating library would be a tenth of all that is loaded before the inbox can be used.
 */
export const addressOf =
  <const Fields extends Record<string, (value: unknown) => unknown>>(fields: Fields) =>
  (said: Record<string, unknown>): { [Name in keyof Fields]?: ReturnType<Fields[Name]> } => {
    const known: { [Name in keyof Fields]?: ReturnType<Fields[Name]> } = {};
    for (const name in fields) {
      const value = fields[name]?.(said[name]);
      if (value !== undefined) known[name] = value as ReturnType<Fields[typeof name]>;
    }
    return known;
  };

/** The router reads `q=12` as a number. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

export const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

export const oneOf =
  <const Choice extends string>(...choices: readonly Choice[]) =>
  (value: unknown): Choice | undefined =>
    choices.find((choice) => choice === value);
