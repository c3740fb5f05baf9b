/** One send asked for again and again over real lines, while callers hang up and the database ends their sessions. */
import { connect } from 'node:net';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { asOwner } from '../../../test/owner.ts';
import { buildHttp, type Principal } from '../../platform/http/index.ts';
import { messageRoutes } from './routes.ts';
import { log, type Place, stageOn } from './testing.ts';

const t = await testDatabase({ poolSize: 16 });
const stage = await stageOn(t);
const principals = new Map<string, Principal>();
const http = await buildHttp({
  log,
  environment: 'test',
  checks: {},
  authenticate: async ({ bearer }) => {
    const principal = principals.get(bearer ?? '');
    return principal ? { person: null, principal } : null;
  },
});
http.app.register(messageRoutes({ db: stage.db, gate: http.gate }));
const address = new URL(await http.app.listen({ port: 0, host: '127.0.0.1' }));
afterAll(() => http.close(100));

function keyFor(place: Place): string {
  const token = `ck_${principals.size}_x`;
  principals.set(token, {
    workspaceId: place.workspaceId,
    actor: { kind: 'key', id: token, role: 'key' },
    scopes: ['*'],
    numberIds: null,
    plan: 'free',
  });
  return token;
}

interface Said {
  status: number;
  body: string;
}

/** Where a caller hangs up: after so many bytes of its request, or so many turns of the loop after the last one. */
type HangUp = { bytes: number } | { turns: number };

/** Null when it hung up before the answer. */
async function ask(key: string, place: Place, hangUp: HangUp | null = null): Promise<Said | null> {
  const json = JSON.stringify({ to: `+${place.phone}`, type: 'text', text: { body: 'once' } });
  const text = [
    'POST /v1/messages HTTP/1.1',
    `host: ${address.host}`,
    `authorization: Bearer ${key}`,
    'idempotency-key: once',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(json)}`,
    'connection: close',
    '',
    json,
  ].join('\r\n');
  const line = connect(Number(address.port), address.hostname);
  let heard = '';
  const ended = new Promise<void>((resolve) => {
    line.on('data', (chunk) => {
      heard += chunk;
    });
    line.on('error', () => {});
    line.on('close', () => resolve());
  });
  if (hangUp === null) line.write(text);
  else if ('bytes' in hangUp) line.write(text.slice(0, hangUp.bytes % text.length), () => line.destroy());
  else
    line.write(text, async () => {
      for (let turn = 0; turn < hangUp.turns; turn += 1) await new Promise(setImmediate);
      line.destroy();
    });
  await ended;
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 0);
  return status === 0 ? null : { status, body: heard.slice(heard.indexOf('\r\n\r\n')) };
}

/** What there is of it in the end, and on the phone. */
async function outcome(place: Place): Promise<{ rows: number; queued: number; texts: string[] }> {
  const [row] = await stage.query<{ id: string }>(
    "select id from messages where workspace_id = $1 and direction = 'out'",
    [place.workspaceId],
  );
  const [counts] = await stage.query<{ rows: number; queued: number }>(
    `select (select count(*)::int from messages where workspace_id = $1 and direction = 'out') as rows,
       (select count(*)::int from events where workspace_id = $1 and name = 'message.queued') as queued`,
    [place.workspaceId],
  );
  const delivery = stage.deliver();
  await stage.becomes(row!.id, 'accepted');
  await delivery.stop();
  return { ...counts!, texts: await stage.texts(place.phone) };
}

const once = { rows: 1, queued: 1, texts: ['once'] };

it('200 requests of which half hang up anywhere: one row, one send, all answers equal', async () => {
  const hangUp: fc.Arbitrary<HangUp> = fc.oneof(
    fc.record({ bytes: fc.nat({ max: 2_000 }) }),
    fc.record({ turns: fc.nat({ max: 200 }) }),
  );
  const all = fc.asyncProperty(fc.array(hangUp, { minLength: 100, maxLength: 100 }), async (hangUps) => {
    const place = await stage.place();
    const key = keyFor(place);
    // Who hangs up comes first and in between, so that the one who does it may be gone before its commit.
    const answers = await Promise.all(hangUps.flatMap((one) => [ask(key, place, one), ask(key, place)]));
    const stayed = answers.filter((_, i) => i % 2 === 1);
    expect(new Set(stayed.map((answer) => answer?.status))).toEqual(new Set([201]));
    // Also whoever heard it before hanging up.
    expect(new Set(answers.flatMap((answer) => (answer?.status === 201 ? [answer.body] : []))).size).toBe(1);
    expect(await outcome(place)).toEqual(once);
  });
  // A red run says its seed and who hung up where.
  await fc.assert(all, { numRuns: 1, endOnFailure: true });
});

it('when the database ends their sessions midway, the next ones do it, once', async () => {
  const place = await stage.place();
  const key = keyFor(place);
  const name = new URL(t.url).pathname.slice(1);
  // Holds every send at its row, with the key claimed by the first and the others waiting for that one.
  const holder = new pg.Client({ connectionString: t.ownerUrl });
  await holder.connect();
  let cut: (Said | null)[];
  try {
    await holder.query('begin');
    await holder.query('lock table send_queue in access exclusive mode');
    const asked = Promise.all(Array.from({ length: 40 }, () => ask(key, place)));
    const waiting = () =>
      asOwner<{ pid: number }>(
        t.ownerUrl,
        `select pid from pg_stat_activity where datname = '${name}' and wait_event_type = 'Lock'`,
      );
    await until('several wait for one another', async () => (await waiting()).length > 5);
    const ended = await asOwner<{ ended: boolean }>(
      t.ownerUrl,
      `select pg_terminate_backend(pid) as ended from pg_stat_activity
        where datname = '${name}' and wait_event_type = 'Lock'`,
    );
    expect(ended.length).toBeGreaterThan(5);
    await holder.query('rollback');
    cut = await asked;
  } finally {
    await holder.end();
  }
  // Whose session ended is told to come again; who came behind may have done it.
  expect(cut.some((answer) => answer?.status === 503)).toBe(true);
  expect([...new Set(cut.map((answer) => answer?.status))].filter((status) => status !== 503)).toEqual(
    cut.some((answer) => answer?.status === 201) ? [201] : [],
  );
  const again = await Promise.all(Array.from({ length: 40 }, () => ask(key, place)));
  expect(new Set([...cut, ...again].flatMap((a) => (a?.status === 201 ? [a.body] : []))).size).toBe(1);
  expect(new Set(again.map((answer) => answer?.status))).toEqual(new Set([201]));
  expect(await outcome(place)).toEqual(once);
});
