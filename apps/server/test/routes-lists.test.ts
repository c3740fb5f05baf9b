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

/** Lists that come whole, with `nextCursor` null and no way to ask for a part: what keeps each short. */
const whole: Readonly<Record<string, string>> = {
  'GET /v1/workspaces': 'of one person',
  'GET /v1/auth/passkeys': 'of one person',
  'GET /v1/business-hours': 'one of each number and team',
  'GET /v1/contact-attributes': 'a workspace defines at most so many',
  'GET /v1/conversations/:id/participants': 'members of one workspace',
  'GET /v1/conversations/:id/drafts': 'one of a member',
  'GET /v1/conversations/:id/campaigns': 'the newest of one person, for the side of the thread',
  'GET /v1/saved-filters': 'a member keeps at most so many',
  'GET /v1/push/subscriptions': 'browsers of one person, at most so many',
  'GET /v1/workflows': 'one of a kind that is built in',
  'GET /v1/operator/rate-cards': 'one of a quarter',
  'GET /v1/operator/plans': 'plans of one installation',
};

/** Feeds: they have no end, and a place in them is a number that stays good. */
const feeds: Readonly<Record<string, string>> = { 'GET /v1/events': 'after' };

interface Described {
  parameters?: { name: string }[];
  responses?: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}
interface Schema {
  properties?: Record<string, { type?: string }>;
}
const paths = api.http.openapi().paths as Record<string, { get?: Described }>;
const described = (url: string) => paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.get;
const takes = (url: string, name: string) =>
  described(url)?.parameters?.some((one) => one.name === name) ?? false;
const answers = (url: string) =>
  described(url)?.responses?.['200']?.content?.['application/json']?.schema?.properties ?? {};
const lists = routesOf(api.http)
  .filter(({ key, method, url }) => method === 'GET' && key in samples && takes(url, 'cursor'))
  .filter(({ key }) => !(key in withoutOffset));

test('whatever answers a list of rows answers it as one, with limit and cursor', () => {
  const own = routesOf(api.http).filter(({ method, url }) => method === 'GET' && url.startsWith('/v1/'));
  const asRows = own.filter(({ url }) => answers(url).data?.type === 'array');
  const odd = asRows.filter(({ url }) => {
    if (!('nextCursor' in answers(url))) return true;
    return !takes(url, 'limit') || !takes(url, 'cursor');
  });
  expect(odd.map(({ key }) => key).sort()).toEqual([...Object.keys(whole), ...Object.keys(feeds)].sort());
  for (const key of Object.keys(whole)) expect(answers(key.slice(4)), key).toHaveProperty('nextCursor');
  for (const [key, place] of Object.entries(feeds)) expect(takes(key.slice(4), place), key).toBe(true);
});

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
  // Their own samples make one each, for other addresses.
  'GET /v1/operator/raw-events': (stage) => made('GET /v1/operator/raw-events/:n/body', stage),
  'GET /v1/operator/dead-letters': (stage) => made('POST /v1/operator/dead-letters/retry', stage),
  'GET /v1/auth/sessions': (stage, n) =>
    stage.db.withSystem('test: sessions', (tx) =>
      tx.execute(
        `insert into sessions (id, user_id, kind, second_factor, created_at, last_used_at, expires_at)
         values ($1, $2, 'token', false, $3, $3, $4)`,
        [newId(), stage.userId, later(tx, n), new Date(tx.now().getTime() + 86_400_000)],
      ),
    ),
};

async function made(key: string, stage: Stage): Promise<unknown> {
  return samples[key]!(stage);
}

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
  'GET /v1/templates/:id/uses': 'no campaign sends the sample; campaigns page through theirs by the same key',
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
