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
  if (typeof value !== 'string') throw invalid(`${path} must be a string.`);
  if ([...value].length > max) throw invalid(`${path} must be at most ${max} characters long.`);
  return value;
}

export function optionalText(parent: JsonObject, key: string, path: string, max: number): string | undefined {
  const value = parent[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${path} must be a string.`);
  if ([...value].length > max) throw invalid(`${path} must be at most ${max} characters long.`);
  return value;
}

export function unique(values: readonly string[], path: string): void {
  if (new Set(values).size !== values.length) throw invalid(`${path} must be different from one another.`);
}
