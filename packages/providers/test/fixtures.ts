/** For tests: the public webhook bodies beside this repository, when they are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../shared/fixtures/webhooks/', import.meta.url));

export const haveFixtures = existsSync(folder);

/** `file/case` → body. */
export function loadFixtures(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  if (!haveFixtures) return found;
  for (const file of readdirSync(folder).sort()) {
    const cases = JSON.parse(readFileSync(folder + file, 'utf8')) as Record<string, unknown>;
    for (const name of Object.keys(cases)) found.set(`${file.replace('.json', '')}/${name}`, cases[name]);
  }
  return found;
}

export const bytes = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));
