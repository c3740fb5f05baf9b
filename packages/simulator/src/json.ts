/** JSON without `any`: what comes in is `Json`, and is narrowed by hand. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
/** `undefined` values are left out when written, which is how absent keys are spelt. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function asArray(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

export function asString(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Parses, or undefined when it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/**
 * Writes JSON the way Meta's webhooks do: non-ASCII as `\uXXXX` and `/` as `\/`.
 * A receiver that verifies the signature over re-serialised JSON fails here, as it would in production.
 */
export function escapedJson(value: Json): string {
  return JSON.stringify(value).replace(/[/\u007f-\uffff]/g, (char) =>
    char === '/' ? '\\/' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
