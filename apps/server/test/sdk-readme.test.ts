/** Every example of the SDK's page does what it says; and packed it works where nothing else of ours is. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import * as sdk from '@chaski/sdk';
import * as realtimeJs from '@supabase/realtime-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticate, tokenKeyOf } from '../src/modules/auth/index.ts';
import { type Realtime, startRealtime } from '../src/modules/feed/index.ts';
import { type EventsRuntime, startEvents } from '../src/platform/events/index.ts';
import { createLocalFanout } from '../src/platform/realtime/index.ts';
import { createSignals, type Signals } from '../src/platform/signals.ts';
import { testApi } from './api.ts';
import { seedConversation } from './harness.ts';

const api = await testApi();
const stage = await api.stage();
const { phone } = await seedConversation(api.db, stage.seeded);
const { workspaceId } = stage;
let url = '';
let key = '';
let signals: Signals;
let events: EventsRuntime;
let realtime: Realtime;

beforeAll(async () => {
  const { body } = await stage.send('POST /v1/api-keys', { body: { name: 'the page' } });
  key = (body as { key: string }).key;
  url = await api.http.listen({ host: '127.0.0.1', port: 0 });
  signals = await createSignals(api.db, api.logger);
  events = await startEvents({ db: api.db, signals, consumers: [], log: api.logger });
  realtime = await startRealtime({
    db: api.db,
    signals,
    fanout: createLocalFanout(),
    log: api.logger,
    server: api.http.app.server,
    authenticate: createAuthenticate({
      db: api.db,
      tokenKey: tokenKeyOf('of this test, thirty-two characters'),
      site: { publicUrl: null, corsOrigins: [] },
    }),
    origins: [],
  });
});
afterAll(async () => {
  await realtime.close();
  await events.stop();
  await signals.close();
});

const page = readFileSync(new URL('../../../packages/sdk/README.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^## (.+)\n[\s\S]*?```js\n([\s\S]*?)```/gm)].map(
  ([, title = '', code = '']) => [title, code] as const,
);
const packages: Record<string, object> = { '@chaski/sdk': sdk, '@supabase/realtime-js': realtimeJs };

/** What each prints. */
const expected: Record<string, () => unknown[]> = {
  'Send a message': () => ['queued'],
  'Read a whole list': () => [phone],
  'When the answer is no': () => [404, 'not_found'],
  'Hear what happens': () => ['label.created'],
  'With realtime-js': () => ['label.created'],
};

describe('packages/sdk/README.md', () => {
  test('has these five', () => {
    expect(examples.map(([title]) => title)).toEqual(Object.keys(expected));
  });

  test.each(examples)('%s', async (title, code) => {
    const printed: unknown[] = [];
    const body = code.replaceAll(
      /^import (\{[^}]+\}) from '([^']+)';$/gm,
      (_, names: string, from: string) => `const ${names} = packages[${JSON.stringify(from)}];`,
    );
    const scope = {
      packages,
      url,
      key,
      workspaceId,
      phone,
      print: (...all: unknown[]) => printed.push(...all),
    };
    const AsyncFunction = (async () => {}).constructor as new (
      ...parts: string[]
    ) => (...values: unknown[]) => Promise<void>;
    await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
    expect(printed).toEqual(expected[title]!());
  });
});

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

const script = `
import { allPages, createClient } from '@chaski/sdk';
const chaski = createClient({ url: process.env.CHASKI_URL, key: process.env.CHASKI_KEY });
const made = await chaski.labels.create({ body: { name: 'packed' } });
const names = [];
for await (const label of allPages(chaski.labels.list)) names.push(label.name);
const refused = await chaski.contacts.get({ id: made.id }).catch((error) => error.code);
console.log(JSON.stringify({ names, refused }));
`;
const typed = `
import { ChaskiError, connectRealtime, createClient, type Event, type Message } from '@chaski/sdk';
const chaski = createClient({ url: 'https://chat.example.com', key: 'ck_' });
const sent: Message = await chaski.messages.create({ body: { to: '+1', type: 'text', text: { body: 'hi' } } });
const status: string = sent.status;
// @ts-expect-error there is no such field
await chaski.messages.create({ body: { to: '+1', type: 'text', txt: { body: 'hi' } } });
// @ts-expect-error a contact is named
await chaski.contacts.get({});
const heard = (event: Event): number => event.seq;
export { ChaskiError, connectRealtime, heard, status };
`;

describe('npm pack --workspace @chaski/sdk', () => {
  test('the file installs without a registry, runs in the Node that is there, and has its types', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chaski-sdk-'));
    try {
      // The Node of the machine, not the one that runs the server: no type stripping helps, whatever its version.
      const path = (process.env.PATH ?? '').split(delimiter).filter((one) => !one.includes('node_modules'));
      const env = { PATH: path.join(delimiter), HOME: folder, npm_config_update_notifier: 'false' };
      const npm = (cwd: string, ...args: string[]) => run('npm', [...args, '--offline'], { cwd, env });
      await npm(root, 'pack', '--workspace', '@chaski/sdk', '--pack-destination', folder);
      const [packed = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
      await writeFile(join(folder, 'package.json'), '{"type": "module"}');
      await npm(folder, 'install', '--no-audit', '--no-fund', `./${packed}`);

      const installed = join(folder, 'node_modules/@chaski/sdk');
      const files = await readdir(installed, { recursive: true });
      expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', join('dist', 'index.js')]));
      expect(files.filter((name) => /(?<!\.d)\.ts$/.test(name))).toEqual([]);
      const about = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as object;
      expect(about).toMatchObject({ engines: { node: '>=20' } });
      expect(about).not.toHaveProperty('dependencies');

      await writeFile(join(folder, 'theirs.js'), script);
      const { stdout } = await run('node', ['theirs.js'], {
        cwd: folder,
        env: { ...env, CHASKI_URL: url, CHASKI_KEY: key },
      });
      const said = JSON.parse(stdout) as { names: string[]; refused: string };
      expect(said.names).toContain('packed');
      expect(said.refused).toBe('not_found');

      await writeFile(join(folder, 'theirs.ts'), typed);
      const compiler = join(root, 'node_modules/@typescript/native/bin/tsc');
      const options = '--noEmit --strict --module nodenext --target es2022 --lib es2022,dom'.split(' ');
      await run('node', [compiler, ...options, 'theirs.ts'], { cwd: folder, env }).catch(
        (error: { stdout: string }) => {
          throw new Error(error.stdout);
        },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    // Four programs one after the other.
  });
});
