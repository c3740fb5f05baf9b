import { errors } from '../errors.ts';
import { parseKey } from '../seal.ts';

/** Where keys lie. Both calls throw with a reason that names what to do. */
export interface KeySource {
  /** For people: `AWS Secrets Manager (eu-central-1, chaski/sealing-keys)`. */
  name: string;
  secret(): Promise<string>;
  /** Opens what the source's own key had wrapped. */
  unwrap(ciphertext: Buffer): Promise<Buffer>;
}

/** The keys of a source, 64 hex digits each; the first seals, all open. */
export async function keysFrom(source: KeySource): Promise<string[]> {
  const entries = listOf(await source.secret());
  if (entries.length === 0) throw errors.configuration(`${source.name}: the secret holds no sealing key.`);
  const keys: string[] = [];
  for (const [index, entry] of entries.entries()) keys.push(await keyOf(source, entry, index + 1));
  return [...new Set(keys)];
}

function listOf(text: string): string[] {
  let list: unknown = text;
  if (text.trimStart().startsWith('{')) {
    try {
      list = (JSON.parse(text) as Record<string, unknown>).SEALING_KEYS;
    } catch {
      list = '';
    }
  }
  const parts = Array.isArray(list) ? list.map(String) : typeof list === 'string' ? list.split(',') : [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

async function keyOf(source: KeySource, entry: string, n: number): Promise<string> {
  const wrapped = /^kms:([A-Za-z0-9+/]+=*)$/.exec(entry)?.[1];
  if (wrapped === undefined) return parse(source, entry, n);
  const opened = await source.unwrap(Buffer.from(wrapped, 'base64'));
  // A data key is 32 bytes as they are; what a person wrapped is a text.
  return opened.length === 32 ? opened.toString('hex') : parse(source, opened.toString('utf8'), n);
}

function parse(source: KeySource, text: string, n: number): string {
  try {
    return parseKey(text).key.toString('hex');
  } catch {
    throw errors.configuration(
      `${source.name}: entry ${n} is no sealing key (64 hex digits, base64 of 32 bytes, 32 characters or more, or kms:<base64>).`,
    );
  }
}
