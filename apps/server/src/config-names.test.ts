/** docs/coming-from.md's table of the reference systems' environment names against what the configuration does with them. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeSettings, describeUnused, parseConfig } from './config.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const list = '../../../../shared/reference/ENVIRONMENT.md';
const hasList = existsSync(new URL(list, import.meta.url));

/** Rows of the one table whose first column holds names. */
const rows = read('../../../docs/coming-from.md')
  .split('\n')
  .flatMap((line) => {
    const [, names = '', , here = ''] = /^\| (`[A-Z_`, ]+`) \| (S[\d, S]+) \| (.+) \|$/.exec(line) ?? [];
    return [...names.matchAll(/[A-Z_]+/g)].map(([name]) => ({ name, here }));
  });

describe('the table of environment names', () => {
  test('has 57, each once', () => {
    expect(rows).toHaveLength(57);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(57);
  });

  test.skipIf(!hasList)('has every name of the list (skipped without ../shared)', () => {
    const theirs = read(list)
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/\b[A-Z][A-Z_]+\b/g)].map(([name]) => name));
    expect(theirs).toHaveLength(57);
    expect(rows.map(({ name }) => name).sort()).toEqual([...theirs].sort());
  });

  const settings = describeSettings();
  const hex = 'ab'.repeat(32);
  /** Where their value is not ours, or not any text: both. */
  const said: Record<string, readonly [string, string]> = {
    DOMAIN: ['chat.example.com', 'https://chat.example.com'],
    NEXT_PUBLIC_SUPABASE_URL: ['https://p.supabase.co', 'https://p.supabase.co'],
    WHATSAPP_API_VERSION: ['v23.0', 'v23.0'],
    START_WEBHOOK_WORKER: ['false', 'api'],
    CLIENT_ORIGIN: ['https://a.example.com', 'https://a.example.com'],
  };
  const configOf = (parsed: ReturnType<typeof parseConfig>) => (parsed.ok ? parsed.config : parsed.problems);
  const unused = new Set(describeUnused().map(({ name }) => name));
  // Both together make the address; config-check.ts says so and names REDIS_URL.
  const parts = new Set(['REDIS_HOST', 'REDIS_PORT']);

  test.each(rows)('$name is what it says', ({ name, here }) => {
    const of = /^alias of `([A-Z_]+)`/.exec(here)?.[1];
    if (of !== undefined && !parts.has(name)) {
      expect(settings.find((one) => one.name === of)?.aliases).toContain(name);
      const [theirs, ours] = said[name] ?? [hex, hex];
      const read = parseConfig({ [name]: theirs });
      expect(read).toMatchObject({ ok: true });
      expect(configOf(read)).toEqual(configOf(parseConfig({ [of]: ours })));
      expect(configOf(read)).not.toEqual(configOf(parseConfig({})));
      expect(read.warnings.join('\n')).toMatch(new RegExp(`^${name} is read as ${of}`, 'm'));
    } else if (of !== undefined || here.startsWith('ours')) {
      expect(settings.map((one) => one.name)).toContain(name);
    } else if (/^not (needed|yet): /.test(here)) {
      expect([...unused]).toContain(name);
    } else {
      // The page's development server reads them itself.
      expect(['VITE_API_BASE', 'CHOKIDAR_USEPOLLING']).toContain(name);
    }
  });
});
