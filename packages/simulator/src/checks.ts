/** Small checks with Meta's codes: 131008 when a field is missing, 131009 when its value is wrong. */
import { GraphError } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

export function invalid(details: string): GraphError {
  return new GraphError(131009, details);
}

export function missing(path: string): GraphError {
  return new GraphError(131008, `The parameter ${path} is required.`);
}

export function needObject(parent: JsonObject, key: string, path: string): JsonObject {
  const value = parent[key];
  if (value === undefined || value === null) throw missing(path);
  if (!isObject(value)) throw invalid(`${path} must be an object.`);
  return value;
}

export function needArray(parent: JsonObject, key: string, path: string, min: number, max: number): Json[] {
  const value = parent[key];
  if (value === undefined || value === null) throw missing(path);
  if (!Array.isArray(value)) throw invalid(`${path} must be a list.`);
  if (value.length < min || value.length > max)
    throw invalid(
      `${path} must have ${min === max ? min : `${min} to ${max}`} elements, but has ${value.length}.`,
    );
  return value;
}

export function eachObject(list: readonly Json[], path: string): JsonObject[] {
  return list.map((item, i) => {
    if (!isObject(item)) throw invalid(`${path}[${i}] must be an object.`);
    return item;
  });
}

/** Present, text, not empty, not longer than `max` characters. */
export function needText(parent: JsonObject, key: string, path: string, max: number): string {
  const value = parent[key];
  if (value === undefined || value === null || value === '') throw missing(path);
  return optionalText(parent, key, path, max) ?? '';
}

export function optionalText(parent: JsonObject, key: string, path: string, max: number): string | undefined {
  const value = parent[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${path} must be a string.`);
  if ([...value].length > max) throw invalid(`${path} must be at most ${max} characters long.`);
  return value;
}

/** May be left out, may not be empty. */
export function optionalWord(parent: JsonObject, key: string, path: string, max: number): string | undefined {
  return parent[key] === undefined ? undefined : needText(parent, key, path, max);
}

export function optionalObject(parent: JsonObject, key: string, path: string): JsonObject | undefined {
  return parent[key] === undefined ? undefined : needObject(parent, key, path);
}

/** Empty where there is none. */
export function optionalObjects(parent: JsonObject, key: string, path: string): JsonObject[] {
  if (parent[key] === undefined) return [];
  return eachObject(needArray(parent, key, path, 0, Number.POSITIVE_INFINITY), path);
}

export function needChoice(
  parent: JsonObject,
  key: string,
  path: string,
  choices: readonly string[],
): string {
  const value = needText(parent, key, path, 100);
  if (!choices.includes(value)) throw invalid(`${path} must be one of {${choices.join(', ')}}.`);
  return value;
}

export function optionalChoice(
  parent: JsonObject,
  key: string,
  path: string,
  choices: readonly string[],
): string | undefined {
  return parent[key] === undefined ? undefined : needChoice(parent, key, path, choices);
}

export function needInteger(parent: JsonObject, key: string, path: string): number {
  const value = parent[key];
  if (value === undefined || value === null) throw missing(path);
  if (!Number.isSafeInteger(value)) throw invalid(`${path} must be a whole number.`);
  return Number(value);
}

export function needUrl(parent: JsonObject, key: string, path: string, max: number): string {
  const value = needText(parent, key, path, max);
  if (!/^https?:\/\/[^\s/]\S*$/i.test(value) || !URL.canParse(value))
    throw invalid(`${path} is not a valid URL.`);
  return value;
}

/** Meta's own samples write coordinates as numbers and as texts. */
export function checkPlace(place: JsonObject, path: string): void {
  for (const [key, max] of [
    ['latitude', 90],
    ['longitude', 180],
  ] as const) {
    const value = place[key];
    if (value === undefined || value === null || value === '') throw missing(`${path}.${key}`);
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > max)
      throw invalid(`${path}.${key} must be between -${max} and ${max}.`);
  }
  optionalText(place, 'name', `${path}.name`, 1000);
  optionalText(place, 'address', `${path}.address`, 1000);
}

export function unique(values: readonly string[], path: string): void {
  if (new Set(values).size !== values.length) throw invalid(`${path} must be different from one another.`);
}
