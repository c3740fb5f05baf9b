/** Every example of the SDK's page does what it says. */
import { readFileSync } from 'node:fs';
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
