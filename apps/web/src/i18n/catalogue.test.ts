/** Whatever stable code the server may say to a page has words; the other languages are held to say all that English says. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureKey, theirWords } from '../ui/failure.ts';

const root = join(import.meta.dirname, '../../../..');
const server = join(root, 'apps/server/src');
const read = (path: string) => readFileSync(path, 'utf8');
const english = JSON.parse(read(join(import.meta.dirname, 'locales/en.json')));

/** Addresses for other programs than the page, and commands. */
const forOthers = /(^|\/)(compat|cli|docs-page)\//;
const sources = globSync('**/*.ts', { cwd: server })
  .filter((file) => !file.endsWith('.test.ts') && !forOthers.test(file))
  .map((file) => read(join(server, file)));
const found = (pattern: RegExp): string[] => [
  ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))),
];
const said = { ...english.errors, ...english.composer.refused, ...english.refusals };
const wordless = (codes: readonly string[], words: object) => codes.filter((code) => !(code in words));

test('every error that the server may answer a page with', () => {
  // What a page never causes: it is asked by programs, by the operator's commands, or before the page is there.
  const never = new Set([
    'app_key_taken',
    'configuration',
    'email_taken',
    'events_gone',
    'last_secret',
    'method_not_allowed',
    'no_person',
    'not_available',
    'range_not_satisfiable',
    'refresh_token_not_found',
    'unsupported_media_type',
  ]);
  const codes = found(/(?:conflict|unprocessable|sendRefused|AppError)\(\s*'([a-z_]+)'/g);
  expect(codes.length).toBeGreaterThan(90);
  expect(wordless(codes, { ...said, ...Object.fromEntries([...never].map((code) => [code, ''])) })).toEqual(
    [],
  );
  expect([...never].filter((code) => !codes.includes(code))).toEqual([]);
});

test('every reason of what is forbidden', () => {
  const calls = sources.flatMap((text) =>
    [...text.matchAll(/\bforbidden\((.*?)\);/gs)].map(([, call = '']) => call.trim()),
  );
  const reasons = calls.flatMap((call) => /\breason: '([a-z_]+)'/.exec(call)?.[1] ?? []);
  expect(reasons.length).toBeGreaterThan(15);
  const words = reasons.map((reason) => `forbidden_${reason}`);
  expect(wordless(words, said)).toEqual([]);
  // Without one the page blames the role. These say it to a file, a scraper, a key, and to nobody but superadmins.
  const needNone = /^(?:'(?:This address has ended|Metrics are|This address is for people)|operatorKey ===)/;
  const silent = calls.filter((call) => !/\b(?:reason|missing|whole)\b/.test(call));
  expect(silent.filter((call) => !needNone.test(call))).toEqual([]);
});

test('every verdict on a message', () => {
  const rules = read(join(server, 'modules/messages/rules.ts'));
  const [union = ''] = /type RefusalCode =[^;]+;/.exec(rules) ?? [];
  const codes = [...union.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(8);
  expect(wordless([...codes, 'window_closed'], english.composer.refused)).toEqual([]);
});

test('every rule that a field can break', () => {
  const camel = (name = '') => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const [, rules = ''] = read(join(server, 'platform/http/problems.ts')).split('function ruleOf');
  const names = [
    ...[...rules.matchAll(/(?:of\(|rule: |\? |: )'([a-z_]+)'/g)].map(([, name]) => name),
    ...found(/\brule: '([a-z_]+)'/g),
    ...found(/rule: 'format', limit: '([a-z_]+)'/g),
    ...found(/stringFormat\('([a-z_]+)'/g),
  ].filter((name) => name !== 'format');
  expect(names.length).toBeGreaterThan(5);
  expect(wordless(names.map(camel), english.form.rule)).toEqual([]);
});

test('every code of WhatsApp that we know what to do about', () => {
  const table = read(join(root, 'packages/providers/src/cloud/errors.ts'));
  const codes = [...table.matchAll(/^ {2}\[(\d+), [a-z]/gm)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(70);
  expect(codes.filter((code) => failureKey(code) === null)).toEqual([]);
  expect(
    wordless(
      codes.map((code) => failureKey(code)?.replace('failure.', '') ?? ''),
      english.failure,
    ),
  ).toEqual([]);
});

test('a code says what WhatsApp says, and WhatsApp’s own sentence stands below', () => {
  const meant: Record<string, readonly number[]> = {
    group: [131020, 131041],
    payment: [131042, 131044, 134011],
    way: [131055, 131061, 131063, 134100, 134102],
    identity: [137000],
    list: [131059],
    displayName: [131037],
    templateTaken: [132021],
    templateSyncing: [134101],
    // Nothing else says that an account is restricted.
    blocked: [368, 130497, 131031, 131064],
  };
  for (const [meaning, codes] of Object.entries(meant))
    expect(codes.map((code) => failureKey(String(code)))).toEqual(codes.map(() => `failure.${meaning}`));
  for (const code of ['1752041', '2388019']) expect(failureKey(code)).toBe('failure.otherKind');
  expect(theirWords({ code: '131009', message: 'Parameter to is not valid' })).toBe(
    'Parameter to is not valid',
  );
  // As it came it stands there already; and our own reasons are not WhatsApp's.
  expect(theirWords({ code: '131014', message: 'Request for url failed' })).toBeNull();
  expect(theirWords({ code: 'not_called', message: 'the file is not there yet' })).toBeNull();
});

test('every line of the audit that has words is one that is written', () => {
  const all = globSync('**/*.ts', { cwd: server, exclude: ['**/*.test.ts'] }).map((file) =>
    read(join(server, file)),
  );
  const named = all.flatMap((text) => [...text.matchAll(/['`]([a-z_-]+\.(?:[a-z_]+['`]|\$\{))/g)]);
  const events = new Set(named.map(([, name = '']) => name.replace(/['`]$/, '').replace('.', '_')));
  expect(events.size).toBeGreaterThan(100);
  // `contact_note.${what}` has its end from elsewhere.
  const written = (key: string) => events.has(key) || events.has(key.replace(/_[a-z]+$/, '_${'));
  expect(Object.keys(english.settings.audit.did).filter((key) => !written(key))).toEqual([]);
});

test('every column that a list may have can be chosen and has words', () => {
  const [, union = ''] =
    /type Column =([^;]+);/.exec(read(join(server, 'modules/contacts/list-columns.ts'))) ?? [];
  const columns = [...union.matchAll(/'(\w+)'/g)].map(([, column = '']) => column);
  expect(columns.length).toBeGreaterThan(10);
  expect(wordless(columns, english.contacts.list.column)).toEqual([]);
  const page = read(join(root, 'apps/web/src/features/contacts/import-mapping.tsx'));
  const [, offered = ''] = /const fields = \[([^\]]+)\]/.exec(page) ?? [];
  expect(columns.filter((column) => !offered.includes(`'${column}'`))).toEqual([]);
});

test('every code of a mistake in a template', () => {
  const table = read(join(root, 'packages/contracts/src/template-codes.ts'));
  const codes = [...table.matchAll(/^ {2}\w+: (\d+),$/gm)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(8);
  expect(wordless(codes, english.templates.mistake)).toEqual([]);
});
