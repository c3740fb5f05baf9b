/** The documents taken apart: nothing they name is without a row, and no row without a test that exists, or a reason. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inventory } from './inventory.ts';
import type { Kind, System } from './standing.ts';

const root = join(import.meta.dirname, '../..');
const systems: readonly System[] = ['s0', 's1', 's2', 's3', 's4'];

const programs =
  /^(export |curl|docker|openssl|redis-cli|redis-server|npm|node |echo|grep|tail|git |chmod|\.\/|cp |cd |for |done|NODE_ENV=\w+( |$)|db\.|LLEN|HGETALL|AWS_)/;
/** A line of the document without what lists and quotes put around it. */
const bare = (line: string) =>
  line
    .replace(/^[\s>-]*(If it fails, check |\d\. \*\*[\w ]+\*\*: )?`?/, '')
    .replace(/( \\| &|`( → .*)?)$/, '')
    .trim();

/** Takes a line apart. */
const parts: Record<Kind, (line: string, all: string) => string[]> = {
  address: (line) =>
    [
      ...line.matchAll(
        /(?<![\w.])(?:https?:\/\/[^/\s`]+|wss?:\/\/[^/\s`]+)?(\/(?:api|tenants|webhook|whatsapp|health|login|signed-url|socket)\b(?!\.ts|-webhook\/)[^\s`"')\]|,]*)/g,
      ),
    ]
      .map(([, path = '']) => path)
      .filter((path) => !path.includes('index.ts')),
  command: (line) => (programs.test(bare(line)) ? [bare(line)] : []),
  header: (line) =>
    [...line.matchAll(/\b(x-(?:hub|queue|rate|idempotency)[a-z0-9-]*\*?|authorization: bearer)/gi)].map(
      ([name]) => name,
    ),
  name: (line) =>
    [...line.matchAll(/(?<![\w])(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|DOMAIN|PORT(?==))\b/g)].map(
      ([name]) => name,
    ),
  status: (line) => [...line.matchAll(/\b(?:101|40[134]|429)\b/g)].map(([code]) => code),
  log: (line) =>
    [
      ...line.matchAll(
        /WebhookQueue|OptOut|SecureTokens|RBAC|WorkspaceRateLimit|invalid JWT|unauthorized`|error\.log|all\.log|whatsapp-send-queue|auto-reply:|(?<=grep ")[A-Z][\w ]+(?=")/g,
      ),
    ].map(([word]) => word.replace('`', '')),
  checklist: (line, all) => {
    const [, point, limit] = /^\s*- \[[ x]\] (.*)$|^\| ([A-Z].*\d.*) \|$/.exec(line) ?? [];
    if (point !== undefined || limit !== undefined) return [point ?? limit!];
    // What stands indented below a point belongs to it.
    const [, below] = /^ {2}- (.*)$/.exec(line) ?? [];
    const above = all
      .slice(0, all.indexOf(`\n${line}`))
      .split('\n')
      .findLast((one) => !one.startsWith('  '));
    return below !== undefined && /^- \[[ x]\]/.test(above ?? '') ? [below] : [];
  },
};

const fold = (kind: Kind, text: string) => (kind === 'header' ? text.toLowerCase() : text);
const lines = (system: System) =>
  readFileSync(join(import.meta.dirname, `documents/${system}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

describe.each(systems)('%s', (system) => {
  const text = lines(system).join('\n');
  test.each(Object.keys(parts) as Kind[])('everything of the kind %s has a row', (kind) => {
    const known = new Set(
      inventory
        .filter((row) => row.kind === kind && row.systems.includes(system))
        .map((row) => fold(kind, row.text)),
    );
    const named = new Set(
      lines(system)
        .flatMap((line) => parts[kind](line, text))
        .map((one) => fold(kind, one)),
    );
    expect([...named].filter((one) => !known.has(one))).toEqual([]);
  });

  test('no row is about what the document does not name', () => {
    const mine = inventory.filter((row) => row.systems.includes(system));
    const stale = mine.filter((row) => !fold('header', text).includes(fold('header', row.text)));
    expect(stale.map(({ kind, text: what }) => `${kind} ${what}`)).toEqual([]);
    expect(new Set(mine.map(({ kind, text: what }) => `${kind} ${what}`)).size).toBe(mine.length);
  });
});

test('each row that stands names a test that exists, each that does not a reason', () => {
  const sources = new Map<string, string>();
  const without = inventory.filter((row) => {
    if (row.stands === 'not-yet') return row.why.length < 10;
    const [file, title] = row.test;
    const path = join(root, file);
    if (!sources.has(file)) sources.set(file, existsSync(path) ? readFileSync(path, 'utf8') : '');
    const missing = sources.get(file) === '' || title === '' || !sources.get(file)?.includes(title);
    return missing || (row.stands === 'equivalent' && row.instead.length < 4);
  });
  expect(without.map((row) => `${row.systems} ${row.kind} ${row.text}: ${JSON.stringify(row)}`)).toEqual([]);
});

test('docs/coming-from.md has each name and each address', () => {
  const page = readFileSync(join(root, 'docs/coming-from.md'), 'utf8');
  const placeholders = ['YOUR_SECRET', 'TENANT_ID'];
  const said = (row: (typeof inventory)[number]) =>
    row.kind === 'name'
      ? placeholders.includes(row.text) || page.includes(`\`${row.text}\``)
      : page.includes(
          row.text
            .replace(/\?.*$/, '')
            .replace(/:tenantId|<TENANT_ID>/, '{id}')
            .replace(/[*.]+$/, ''),
        );
  const missing = inventory.filter((row) => ['name', 'address'].includes(row.kind) && !said(row));
  expect(missing.map(({ text }) => text)).toEqual([]);
});
