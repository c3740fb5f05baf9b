/** Every route × another workspace's ids: answered as ids that nobody has, in the address, the query and the body. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { testApi } from './api.ts';
import { routesOf } from './routes.ts';
import { type Answer, allSamples, type Sample } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();
const routes = routesOf(api.http).filter(
  (route) => route.key in samples && route.access !== null && route.access.kind !== 'operator',
);
const [ours, theirs] = [await api.stage('Ours'), await api.stage('Theirs')];

/** Taking away what is not there is done already, whoever has it elsewhere. */
const nothingToDo: Record<string, string> = { 'DELETE /v1/conversations/:id/labels/:labelId': 'labelId' };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Where in a value ids stand: `ids.0`, `assigneeId`. */
function placesOf(value: unknown, at = ''): string[] {
  if (typeof value === 'string') return uuid.test(value) ? [at] : [];
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => placesOf(part, at === '' ? key : `${at}.${key}`));
}

function at(value: unknown, place: string): unknown {
  return place.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], value);
}

function replaced<T>(value: T, place: string, by: unknown): T {
  const copy = structuredClone(value);
  const keys = place.split('.');
  const last = keys.pop()!;
  const holder = keys.reduce<Record<string, unknown>>(
    (part, key) => part[key] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  holder[last] = by;
  return copy;
}

/** An answer without what differs from request to request. */
function told(answer: Answer, id: string): { status: number; body: string } {
  return {
    status: answer.status,
    body: JSON.stringify(answer.body)
      .replaceAll(id, '<id>')
      .replaceAll(encodeURIComponent(id), '<id>')
      .replaceAll(/"requestId":"[^"]*"/g, '')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'),
  };
}

describe.each(routes.map((route) => [route.key, route] as const))('%s', (key, route) => {
  const ask = async (sample: Sample) => {
    const { headers = {}, ...rest } = sample;
    const { authorization: _authorization, cookie: _cookie, ...others } = headers;
    return api.send(key, { ...rest, headers: others }, api.as(ours, 'owner'));
  };

  test('ids in the address', async () => {
    const own = await samples[key]!(ours);
    const foreign = await samples[key]!(theirs);
    for (const [name, value] of Object.entries(foreign.params ?? {})) {
      if (own.params?.[name] === value) continue;
      const answer = await ask({ ...own, params: { ...own.params, [name]: value } });
      // Whoever must prove first who they are is told that first, whatever the id.
      const isPersons = route.access?.kind === 'person' && answer.status > 400;
      if (nothingToDo[key] !== name && !isPersons)
        expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).toBe(404);
      // A code or proof in its sample is spent by now.
      if (!uuid.test(value) || route.access?.kind === 'person') continue;
      const nobodys = randomUUID();
      const same = await ask({ ...own, params: { ...own.params, [name]: nobodys } });
      expect(same.status).toBe(answer.status);
      expect(told(answer, value), name).toEqual(told(same, nobodys));
    }
    // All of them at once, as the other workspace would ask.
    if (
      route.access?.kind === 'workspace' &&
      Object.keys(foreign.params ?? {}).some((name) => foreign.params?.[name] !== own.params?.[name])
    ) {
      expect((await ask({ ...own, params: foreign.params! })).status).toBe(404);
    }
  });

  test('ids in the query and the body', async () => {
    for (const part of ['query', 'body'] as const) {
      for (const place of placesOf((await samples[key]!(ours))[part])) {
        // Fresh for each try: what the first changed must not decide the second.
        const tryWith = async (id: string) => {
          const own = await samples[key]!(ours);
          return ask({ ...own, [part]: replaced(own[part], place, id) });
        };
        const foreign = at((await samples[key]!(theirs))[part], place) as string;
        const nobodys = randomUUID();
        const [answer, same] = [await tryWith(foreign), await tryWith(nobodys)];
        const what = `${part}.${place}: ${JSON.stringify(answer.body)}`;
        expect([200, 400, 404, 409, 422], what).toContain(answer.status);
        expect({ ...told(answer, foreign), what: '' }, what).toEqual({ ...told(same, nobodys), what: '' });
      }
    }
  });
});

test('ids were tried', () => {
  expect(routes.filter((route) => route.url.includes('/:')).length).toBeGreaterThan(20);
});
