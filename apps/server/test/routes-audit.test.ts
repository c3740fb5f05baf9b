/** Every route that changes something: one line of the audit, none when it was refused or only asked, no secrets in it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testApi } from './api.ts';
import { auditedReads, notYetAudited, routesOf, unaudited } from './routes.ts';
import { allSamples } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();
const routes = routesOf(api.http).filter((route) => route.key in samples);
const stage = await api.stage();
/** What the page calls a line, by its action. */
const words = JSON.parse(readFileSync(new URL('../../web/src/i18n/locales/en.json', import.meta.url), 'utf8'))
  .settings.audit.did as Record<string, string>;

interface Line {
  id: string;
  action: string;
  actor_kind: string;
  target_kind: string;
  ip: string | null;
  request_id: string | null;
  before: unknown;
  after: unknown;
}

const lines = () => api.db.withSystem('test', (tx) => tx.query<Line>('select * from audit order by at, id'));

/** The lines that a request wrote. */
async function writtenBy(request: () => Promise<unknown>): Promise<Line[]> {
  const before = new Set((await lines()).map((line) => line.id));
  await request();
  return (await lines()).filter((line) => !before.has(line.id));
}

describe.each(routes.filter(({ method }) => method !== 'GET').map(({ key }) => [key] as const))(
  '%s',
  (key) => {
    test('one line, with who, from where and on what', async () => {
      const sample = await samples[key]!(stage);
      const headers = { ...api.callerOf(key, stage), 'user-agent': 'audit-test' };
      let requestId: unknown;
      const written = await writtenBy(async () => {
        const answer = await api.send(key, sample, headers);
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(400);
        requestId = answer.headers['x-request-id'];
      });
      if (key in unaudited) {
        expect(written, unaudited[key]).toEqual([]);
        return;
      }
      if (notYetAudited.has(key)) {
        expect(written.length, 'this route is audited now: take it off the list notYetAudited').not.toBe(1);
        return;
      }
      expect(written.map((line) => line.action)).toHaveLength(1);
      const [line] = written;
      expect(words, 'the page has no words for it: settings.audit.did').toHaveProperty(
        line!.action.replace('.', '_'),
      );
      expect(line).toMatchObject({ ip: '127.0.0.1', user_agent: 'audit-test', request_id: requestId });
      expect(line!.target_kind).not.toBe('');
      const said = JSON.stringify([line!.before, line!.after]);
      expect(said).not.toMatch(/"[^"]*(password|secret|token|hash)[^"]*":"/i);
      for (const secret of secretsOf(sample.body)) expect(said).not.toContain(secret);
    });

    test('none when refused', async () => {
      const sample = await samples[key]!(stage);
      const { headers = {}, ...rest } = sample;
      const { authorization: _authorization, cookie: _cookie, ...others } = headers;
      const plain = { ...rest, headers: others };
      const refused = await writtenBy(async () => {
        await api.send(key, plain, { authorization: 'Bearer ck_nobody' });
        if (routes.find((route) => route.key === key)?.access?.kind === 'workspace') {
          const answer = await api.send(key, plain, api.as(stage, 'key', { scopes: ['usage:read'] }));
          expect(answer.status).toBe(403);
        }
      });
      // Public addresses know no caller to refuse.
      if (routes.find((route) => route.key === key)?.access) expect(refused).toEqual([]);
    });
  },
);

test('reading writes none', async () => {
  const reading = routes.filter(({ method }) => method === 'GET');
  for (const { key } of reading) {
    const sample = await samples[key]!(stage);
    const written = await writtenBy(() => api.send(key, sample, api.callerOf(key, stage)));
    expect(written.length, key).toBe(key in auditedReads ? 1 : 0);
  }
});

test('the lists name routes that exist', () => {
  const known = new Set(routes.map((route) => route.key));
  expect(
    [...notYetAudited, ...Object.keys(unaudited), ...Object.keys(auditedReads)].filter(
      (key) => !known.has(key),
    ),
  ).toEqual([]);
});

/** What people wrote and what opens something: never in the audit. */
function secretsOf(body: unknown, name = ''): string[] {
  if (typeof body === 'string') {
    return /^(token|password|secret|body|code|newPassword)$/.test(name) && body.length > 5 ? [body] : [];
  }
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return [];
  return Object.entries(body).flatMap(([key, value]) => secretsOf(value, key));
}
