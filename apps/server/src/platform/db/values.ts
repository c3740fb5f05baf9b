import { createRequire } from 'node:module';

// pg exports its value encoder from this path only; it has been stable since 8.0.
const require = createRequire(import.meta.url);
const { prepareValue } = require('pg/lib/utils.js') as { prepareValue(value: unknown): unknown };

/**
 * A parameter as it travels. What set-wise statements send is lists of thousands of short texts and numbers; pg runs two
 * replacements over each of them, most of which have nothing to replace: a twentieth of the door's time.
 */
export function encode(value: unknown): unknown {
  return Array.isArray(value) ? list(value) : prepareValue(value);
}

function list(values: readonly unknown[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text += ',';
    text += element(values[i]);
  }
  return `${text}}`;
}

function element(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return list(value);
  if (ArrayBuffer.isView(value)) {
    return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`;
  }
  return quoted(String(prepareValue(value)));
}

function quoted(text: string): string {
  return text.includes('"') || text.includes('\\') ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
