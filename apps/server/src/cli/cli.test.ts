import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runChaski } from '../../test/cli.ts';
import { startEmbedded } from '../platform/db/embedded.ts';
import { selection } from './replay.ts';
import { tabulate } from './show.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaski-cli-'));
  chmodSync(folder, 0o711); // as root the database's user must get through
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

/** In an empty folder without .env files. */
const chaski = (args: string[], env: Record<string, string> = {}) =>
  runChaski(args, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, DATA_DIR: join(folder, 'data'), ...env },
  });

/** Each ends with 1 and a sentence, and no stack. */
async function refused(
  commands: [args: string[], sentence: RegExp][],
  env: Record<string, string> = {},
): Promise<void> {
  for (const [args, sentence] of commands) {
    const { code, said } = await chaski(args, env);
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringMatching(sentence) });
    expect(said).not.toMatch(/^ +at /m);
  }
}

test('rows are a table where it fits the terminal, else a block of lines each', () => {
  const rows = [
    { id: 'a', name: 'Ana', none: null },
    { id: 'b', name: 'Bob', none: null },
  ];
  expect(tabulate(rows, 80)).toEqual(['id  name  none', 'a   Ana', 'b   Bob']);
  expect(tabulate(rows, 9)).toEqual(['id    a', 'name  Ana', '', 'id    b', 'name  Bob']);
  expect(tabulate([], 80)).toEqual(['(nothing)']);
});

test('help names every command; an unknown one is refused', async () => {
  const help = await chaski(['--help']);
  expect(help.code).toBe(0);
  const listed = [...help.said.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, command]) => command);
  expect(listed).toContain('start');
  // The page that a newcomer has names them all, and no others.
  const page = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
  const [, told = ''] = /written `chaski <command>`: ([^.]+)\./.exec(page) ?? [];
  const named = [...told.matchAll(/`([a-z-]+)`/g)].map(([, command]) => command);
  expect(named.sort()).toEqual(listed.filter((command) => command !== 'help').sort());
  expect((await chaski(['nonsense'])).code).toBe(1);
  expect((await chaski(['--version'])).said).toMatch(/^\d+\.\d+\.\d+/);
});

test('keys are made fresh and are good enough for production', async () => {
  const { said } = await chaski(['keys']);
  const read = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(said)?.[1] ?? '';
  expect(read('SEALING_KEYS')).toMatch(/^[0-9a-f]{64}$/);
  expect(read('JWT_SECRET').length).toBeGreaterThanOrEqual(32);
  expect((await chaski(['keys'])).said).not.toContain(read('JWT_SECRET'));
});

test('a start with a wrong configuration says everything at once and touches nothing', async () => {
  const { code, said } = await chaski(['start', '--port', 'abc'], {
    NODE_ENV: 'production',
    LOG_LEVEL: 'loud',
    VERIFY_TOKEN: 'a',
    META_VERIFY_TOKEN: 'b',
  });
  expect(code).toBe(1);
  expect(said).toMatch(/3 problems/);
  for (const part of ['PORT:', 'LOG_LEVEL:', 'VERIFY_TOKEN and META_VERIFY_TOKEN'])
    expect(said).toContain(part);
  const weak = await chaski(['start'], { NODE_ENV: 'production', JWT_SECRET: 'short' });
  expect(weak.said).toMatch(/JWT_SECRET: .*`chaski keys`/);
  expect(weak.said).toMatch(/SEALING_KEYS: .*`chaski keys`/);
});

test.skipIf(!existsSync('/proc/self'))(
  'a data folder where none can be made is refused by its name',
  async () => {
    // Node's own making of folders never ends in /proc.
    const told = /data folder \/proc\/x\/y cannot be made.*--data-dir or DATA_DIR/;
    await refused([[['migrate', '--data-dir', '/proc/x/y'], told]]);
    const elsewhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    await refused([[['migrate', '--data-dir', '/proc/x/y'], told]], elsewhere);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  },
);

test('commands bring up the embedded database, and work beside a running one', async () => {
  // What only looks makes nothing.
  const looks = [
    ['migrate', '--check'],
    ['keys', 'supabase'],
  ];
  for (const look of looks) {
    const { code, said } = await chaski(look);
    expect(code).toBe(1);
    expect(said).toContain(`There is no database in ${join(folder, 'data')} yet`);
  }
  expect(existsSync(join(folder, 'data'))).toBe(false);
  expect(await chaski(['migrate'])).toMatchObject({
    code: 0,
    said: expect.stringContaining('Applied 0001_'),
  });

  const log = { info() {}, warn() {}, error() {} };
  const running = await startEmbedded({ dataDir: join(folder, 'data'), log });
  try {
    const check = await chaski(['migrate', '--check']);
    expect(check).toMatchObject({ code: 0, said: expect.stringMatching(/^\d+ applied, 0 pending$/m) });
    expect((await chaski(['migrate'])).said).toContain('up to date');
    expect((await chaski(['migrate', '--print-roles'])).said).toMatch(/create role chaski_login/i);
    const admin = await chaski(['admin', 'create', '--email', 'ada@example.com']);
    expect(admin).toMatchObject({ code: 0, said: expect.stringMatching(/Password: \S{12,}/) });
    expect(await chaski(['keys', 'rotate'])).toMatchObject({ code: 0 });
    expect((await chaski(['keys', 'api', 'create'])).said).toContain('There is no workspace yet');

    // A Meta app and the rotation of its secret; no secret is ever printed.
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, 'first-secret\n');
    const app = await chaski(['app', 'add', '--key', 'acme', '--secret-file', secretFile, '--json']);
    expect(app).toMatchObject({ code: 0, said: expect.stringContaining('/webhooks/cloud/acme') });
    const secrets = async () => {
      const { said } = await chaski(['app', 'list', '--json']);
      expect(said).not.toContain('-secret');
      return (JSON.parse(said) as { secrets: string[] }).secrets;
    };
    const [first] = await secrets();
    await refused([
      [['admin', 'create', '--email', 'ada@example.com'], /already|taken|exists/i],
      [['admin', 'reset-password', '--email', 'nobody@example.com'], /no such user.*chaski admin create/],
      [['app', 'secret', 'add', 'acme', '--secret-file', '/nowhere/secret'], /no file \/nowhere\/secret/],
      [['app', 'add', '--key', 'default', '--secret-file', secretFile], /come from the configuration/],
      [
        ['keys', 'operator', 'revoke', '01980000-0000-7000-8000-000000000000'],
        /no such operator key.*operator list/,
      ],
      [['replay', '9'.repeat(20)], /is no raw event's number/],
      [['workspace', 'create', '--name', ' '], /1 to 200 characters/],
      [['keys', 'operator', 'create', '--expires', '2001-01-01'], /is over/],
      [['keys', 'api', 'list', '--workspace', '01980000-0000-7000-8000-000000000000'], /is no workspace/],
    ]);
    writeFileSync(secretFile, 'second-secret\n');
    const rotated = await chaski(['app', 'secret', 'add', 'acme', '--secret-file', secretFile]);
    expect(rotated.code).toBe(0);
    expect(await secrets()).toHaveLength(2);
    expect((await chaski(['app', 'secret', 'retire', 'acme', String(first)])).code).toBe(0);
    expect(await secrets()).not.toContain(first);
    expect((await chaski(['app', 'secret', 'retire', 'nobody', String(first)])).said).toContain('no app');

    // A number: WhatsApp is asked, unless the operator says otherwise; then a new token, suspension, approval.
    expect((await chaski(['workspace', 'create', '--name', 'Acme'])).code).toBe(0);
    const keys = ['keys', 'api', 'create', '--workspace', 'Acme'];
    expect((await chaski(keys)).code).toBe(0);
    const unknown = await chaski([...keys, '--numbers', '77']);
    expect(unknown).toMatchObject({ code: 1, said: expect.stringContaining('"77" is no number of this') });
    expect((await chaski(['keys', 'api', 'create', '--workspace', 'Nobody'])).said).toContain('no workspace');
    const [{ id: appId }] = [JSON.parse((await chaski(['app', 'list', '--json'])).said)] as [{ id: string }];
    const env = { WHATSAPP_ACCESS_TOKEN: 'EAAmade-up', GRAPH_BASE_URL: 'http://127.0.0.1:1' };
    const add = ['number', 'add', '--phone-number-id', '77', '--app', appId];
    expect(await chaski(add, env)).toMatchObject({
      code: 1,
      said: expect.stringContaining('could not be asked'),
    });
    expect(await chaski([...add, '--unchecked'], env)).toMatchObject({ code: 0 });
    const [, , , , ...rest] = add;
    await refused(
      [
        [['number', 'add', '--phone-number-id', '5', '--token-file', '/nowhere'], /no file \/nowhere/],
        [['number', 'add', '--phone-number-id', '+1 555', ...rest], /id of the number/],
        [[...add, '--graph-version', 'latest'], /v24\.0/],
        [[...add, '--unchecked'], /already connected/],
        [['number', 'add', ...rest], /--phone-number-id/],
        [['number', 'list', '--status', 'awake'], /none of pending, active/],
      ],
      env,
    );
    await refused([[['number', 'add', '--phone-number-id', '5', ...rest], /no access token/]]);
    expect((await chaski(['number', 'list', '--json'])).said).toContain('"phoneNumberId":"77"');
    expect((await chaski(['number', 'token', '77'], env)).said).toContain('could not be asked');
    expect((await chaski(['number', 'token', '77', '--unchecked'], env)).code).toBe(0);
    const suspended = await chaski(['number', 'suspend', '77', '--json']);
    expect(suspended).toMatchObject({ code: 0, said: expect.stringContaining('"suspended"') });
    const approved = await chaski(['number', 'approve', '77', '--json']);
    expect(approved).toMatchObject({ code: 0, said: expect.stringContaining('"active"') });
    expect((await chaski(['number', 'approve', '78'])).said).toContain('No number 78');
    const limited = await chaski([...keys, '--numbers', '77', '--json']);
    expect(limited).toMatchObject({ code: 0, said: expect.stringContaining('"key":"ck_') });
    const nobody = '01920000-0000-7000-8000-000000000000';
    const erase = await chaski(['contact', 'erase', nobody, '--confirm', `erase ${nobody}`]);
    expect(erase).toMatchObject({ code: 1, said: expect.stringContaining('no such contact') });
  } finally {
    await running.stop();
  }
});

describe('what to replay', () => {
  test('is said in exactly one way', () => {
    expect(() => selection([], {})).toThrow(/Say what to replay/);
    expect(() => selection(['1'], { parked: true })).toThrow(/Say what to replay/);
    expect(() => selection([], { from: '9', to: '3' })).toThrow(/comes after/);
    for (const wrong of [{ all: true }, { all: true, parked: true }, { all: true, from: '1', to: '2' }])
      expect(() => selection([], wrong)).toThrow(/--all goes with --from, in place of --to/);
  });

  test('numbers are raw events, other ids parked items', () => {
    const id = '01980000-0000-7000-8000-000000000000';
    expect(selection(['7', id], {})).toEqual([{ range: { from: 7, to: 7 } }, { parked: { ids: [id] } }]);
    expect(() => selection(['7', 'abc'], {})).toThrow(/"abc" is neither/);
    expect(selection([], { to: '3' })).toEqual([{ range: { from: 1, to: 3 } }]);
    expect(selection([], { from: '3' })).toEqual([{ open: { from: 3, all: false } }]);
    expect(selection([], { from: '3', all: true })).toEqual([{ open: { from: 3, all: true } }]);
    expect(selection([], { parked: true, number: '15550' })).toEqual([
      { parked: { phoneNumberId: '15550' } },
    ]);
  });
});
