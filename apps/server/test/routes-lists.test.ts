/** Every list, found by walking the server: a page by offset is the page by cursor, and neither goes where it should not. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newId } from '../src/platform/ids.ts';
import { testApi } from './api.ts';
import { routesOf } from './routes.ts';
import { allSamples, type Stage } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();

/** Lists with a cursor that cannot be skipped into, each with the reason. */
const withoutOffset: Readonly<Record<string, string>> = {
  'GET /v1/search': 'stops looking where its page is full; to skip it would have to look at all of it again',
};

const paths = api.http.openapi().paths as Record<string, { get?: { parameters?: { name: string }[] } }>;
const takes = (url: string, name: string) =>
  paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.get?.parameters?.some((one) => one.name === name) ?? false;
const lists = routesOf(api.http)
  .filter(({ key, method, url }) => method === 'GET' && key in samples && takes(url, 'cursor'))
  .filter(({ key }) => !(key in withoutOffset));

interface Page {
  data: unknown[];
  nextCursor: string | null;
}

test('every list with a cursor takes an offset', () => {
  expect(lists.length).toBeGreaterThan(30);
  expect(lists.filter(({ url }) => !takes(url, 'offset')).map(({ key }) => key)).toEqual([]);
});

/** How many rows the longest walk of a list looks at. */
const longest = 4;
const rows = [1, 2];

/** Rows of lists that no address makes: what WhatsApp says, what was parked, where somebody is signed in. */
const written: Readonly<Record<string, (stage: Stage, n: number) => Promise<unknown>>> = {
  'GET /v1/numbers/:id/notices': notice,
  'GET /v1/notices': notice,
  'GET /v1/parked': (stage, n) =>
    stage.db.withSystem('test: parked', async (tx) => {
      const hash = randomBytes(32);
      await tx.execute(
        "insert into parked_bodies (hash, source, app_id, body, received_at) values ($1, 'cloud', $2, '{}', $3)",
        [hash, stage.seeded.appId, tx.now()],
      );
      await tx.execute(
        `insert into parked (id, reason, workspace_id, phone_number_id, hash, path, created_at)
         values ($1, 'failed', $2, $3, $4, '', $5)`,
        [newId(), stage.workspaceId, stage.seeded.phoneNumberId, hash, later(tx, n)],
      );
    }),
  'GET /v1/auth/sessions': (stage, n) =>
    stage.db.withSystem('test: sessions', (tx) =>
      tx.execute(
        `insert into sessions (id, user_id, kind, second_factor, created_at, last_used_at, expires_at)
         values ($1, $2, 'token', false, $3, $3, $4)`,
        [newId(), stage.userId, later(tx, n), new Date(tx.now().getTime() + 86_400_000)],
      ),
    ),
};

function notice(stage: Stage, n: number): Promise<unknown> {
  return stage.tenant((tx) =>
    tx.execute(
      `insert into notices (workspace_id, id, number_id, field, about, value, at, created_at)
       values ($1, $2, $3, 'test', 'number', '{}', $4, $4)`,
      [tx.workspaceId, newId(), stage.numberId, later(tx, n)],
    ),
  );
}

const later = (tx: { now(): Date }, n: number) => new Date(tx.now().getTime() + n);

/** Lists that stay empty or have one row here, each with the reason: their module's own tests page through them. */
const short: Readonly<Record<string, string>> = {
  'GET /v1/segments/:id/contacts': 'its sample matches nobody; the statement is that of GET /v1/contacts',
  'GET /v1/templates/:id/versions': 'a second version begins when WhatsApp has approved the first',
  'GET /v1/audit': 'lines come of events, which nobody moves here; the statement is that of the operator’s',
};

/** What else fills a list, about the very thing whose list it is. */
const about: Readonly<Record<string, readonly string[]>> = {
  'GET /v1/conversations/:id/events': ['assign', 'snooze', 'close'],
};

describe.each(lists.map(({ key, url }) => [key, url] as const))('%s', (key, url) => {
  async function stand() {
    const stage = await api.stage();
    for (const n of rows) {
      await samples[key]!(stage);
      await written[key]?.(stage, n);
    }
    const sample = await samples[key]!(stage);
    const params = sample.params ? { params: sample.params } : {};
    const makers = [
      ...rows.map(() => `POST ${url}`),
      ...(about[key] ?? []).map((verb) => `POST /v1/conversations/:id/${verb}`),
    ];
    for (const maker of makers) {
      if (maker in samples) {
        const made = { ...(await samples[maker]!(stage)), ...params };
        await api.send(maker, made, api.callerOf(maker, stage));
      }
    }
    const caller = api.callerOf(key, stage);
    return async (query: Record<string, string | number>) =>
      // Without the filters of the sample: all there is.
      api.send(key, { ...sample, query }, caller);
  }

  test('by offset as by cursor', async () => {
    const ask = await stand();
    let cursor: string | null = null;
    let seen = 0;
    for (let offset = 0; offset < longest; offset++) {
      const byCursor = await ask({ limit: 1, ...(cursor === null ? {} : { cursor }) });
      const byOffset = await ask({ limit: 1, offset });
      expect(byCursor.status, JSON.stringify(byCursor.body)).toBe(200);
      expect(byOffset.body).toEqual(byCursor.body);
      const { data, nextCursor } = byCursor.body as Page;
      cursor = nextCursor;
      seen += data.length;
      if (cursor === null) break;
    }
    if (!(key in short)) expect(seen).toBeGreaterThan(1);
    const beyond = await ask({ limit: 1, offset: 10_000 });
    expect(beyond).toMatchObject({ status: 200, body: { data: [], nextCursor: null } });
  });

  test('an offset that is too deep, or comes with a cursor, is refused by name', async () => {
    const stage = await api.stage();
    const sample = await samples[key]!(stage);
    const ask = (query: Record<string, string | number>) =>
      api.send(key, { ...sample, query }, api.callerOf(key, stage));
    const deep = await ask({ offset: 10_001 });
    const limit = expect.stringContaining('10000');
    expect(deep).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'invalid_request',
          details: { problems: [{ path: 'query.offset', message: limit }] },
        },
      },
    });
    const both = await ask({ offset: 1, cursor: 'WyJhIl0' });
    expect(both).toMatchObject({
      status: 400,
      body: { error: { details: { problems: [{ path: 'query.offset' }] } } },
    });
  });
});
