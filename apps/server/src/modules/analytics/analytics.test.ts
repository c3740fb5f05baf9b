import { openingsBetween } from '@chaski/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import { part } from '../../platform/log.ts';
import { rollHandler } from './index.ts';
import { type Report, startOf } from './report.ts';

const api = await testApi();
const { db, clock } = api;

const seconds = (n: number) => clock.advance(n * 1000);
const day = () => clock.now().toISOString().slice(0, 10);

async function answers(stage: Stage, who: 'owner' | 'agent', conversationId: string): Promise<string> {
  const sent = await api.send(
    'POST /v1/messages',
    { body: { conversationId, type: 'text', text: { body: 'Here you are.' } } },
    api.as(stage, who),
  );
  expect(sent.status, JSON.stringify(sent.body)).toBe(201);
  return (sent.body as { id: string }).id;
}

/** What WhatsApp says later. */
const becomes = (id: string, status: string, rank: number, more: { code?: string; category?: string } = {}) =>
  db.withSystem('test: a status', (tx) =>
    tx.execute('update messages set status = $2, rank = $3, error = $4, pricing = $5 where id = $1', [
      id,
      status,
      rank,
      more.code ? JSON.stringify({ code: more.code }) : null,
      more.category ? JSON.stringify({ category: more.category, type: 'regular' }) : null,
    ]),
  );

async function report(stage: Stage, query: Record<string, string> = {}): Promise<Report> {
  const answer = await api.send(
    'GET /v1/analytics',
    { query: { from: day(), to: day(), ...query } },
    api.as(stage, 'owner'),
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as Report;
}

const roll = () =>
  rollHandler(db).run(
    {},
    { workspaceId: null, attempt: 1, log: part(api.logger, 'test'), signal: new AbortController().signal },
  );

/** A morning with two people: one answered twice, closed and back; one never answered. */
async function morning(stage: Stage) {
  const first = await writes(stage, { text: 'Hello?' });
  seconds(60);
  const read = await answers(stage, 'agent', first.conversationId);
  await becomes(read, 'read', 5, { category: 'service' });
  seconds(30);
  await writes(stage, { phone: first.phone, text: 'And this?' });
  seconds(10);
  await writes(stage, { phone: first.phone, text: 'Are you there?' });
  seconds(80);
  const delivered = await answers(stage, 'owner', first.conversationId);
  await becomes(delivered, 'delivered', 4);
  seconds(20);
  await api.send(
    'POST /v1/conversations/:id/close',
    { params: { id: first.conversationId }, body: {} },
    api.as(stage, 'agent'),
  );
  seconds(600);
  await writes(stage, { phone: first.phone, text: 'One more thing' });
  seconds(10);
  const failed = await answers(stage, 'agent', first.conversationId);
  await becomes(failed, 'failed', 3, { code: '131049' });
  const second = await writes(stage, { text: 'Nobody answers me' });
  return { first, second };
}

const expected = {
  volume: { received: 5, sent: 3, delivered: 2, read: 1, failed: 1, unconfirmed: 0, opened: 3, closed: 1 },
  waits: {
    // 60 s in the beginning, 10 s after it was closed.
    first: { n: 2, median: 35, p90: 55 },
    // and 90 s since the first of two questions.
    answer: { n: 3, median: 60, p90: 84 },
    // 60 + 30 + 10 + 80 + 20 s from the first word to the closing.
    resolution: { n: 1, median: 200, p90: 200 },
  },
};

test('a morning counts the same before the job, after it, and after it ran twice', async () => {
  const [stage, other] = [await api.stage(), await api.stage()];
  await morning(stage);
  await writes(other);
  const young = await report(stage);
  expect(young.total).toEqual(expected);
  expect(young.sources).toEqual([{ source: expect.stringMatching(/^(inbox|api)$/), n: 3 }]);
  expect(young.failures).toEqual([{ code: '131049', n: 1 }]);
  expect(young.pricing).toEqual([{ category: 'service', type: 'regular', n: 1 }]);
  expect(young.days).toEqual([{ date: day(), ...expected }]);
  expect(young.numbers).toEqual([{ id: stage.numberId, ...expected }]);
  // The job makes whole quarters: everything so far, and nothing of what comes.
  seconds(1800);
  await roll();
  expect(await report(stage)).toEqual(young);
  const late = await writes(stage, { text: 'Later' });
  expect((await report(stage)).total.volume).toMatchObject({ received: 6, opened: 4 });
  seconds(1800);
  await roll();
  await roll();
  const later = await report(stage);
  expect(later.total.volume).toMatchObject({ received: 6, opened: 4 });
  expect(later.total.waits).toEqual(expected.waits);
  expect((await report(other)).total.volume).toMatchObject({ received: 1, sent: 0 });
  // A status that comes after the job is in the next one.
  const [sent] = await db.withSystem('test', (tx) =>
    tx.query<{ id: string }>("select id from messages where workspace_id = $1 and status = 'failed'", [
      stage.workspaceId,
    ]),
  );
  await becomes(sent!.id, 'delivered', 4);
  await roll();
  expect((await report(stage)).total.volume).toMatchObject({ delivered: 3, failed: 0 });
  expect(late.conversationId).toBeTruthy();
});

test('by member, number, label and source; each alone by a filter', async () => {
  const stage = await api.stage();
  const { first } = await morning(stage);
  const label = (await stage.send('POST /v1/labels', { body: { name: 'Orders' } })).body as { id: string };
  await stage.send('POST /v1/conversations/:id/labels', {
    params: { id: first.conversationId },
    body: { labelIds: [label.id] },
  });
  const whole = await report(stage);
  const of = (id: string) => whole.members.find((line) => line.id === id);
  expect(of(stage.members.agent)).toMatchObject({
    volume: { sent: 2, closed: 1, failed: 1 },
    waits: { answer: { n: 2, median: 35 }, resolution: { n: 1 } },
  });
  expect(of(stage.userId)).toMatchObject({ volume: { sent: 1 }, waits: { answer: { n: 1, median: 90 } } });
  expect(whole.labels).toMatchObject([{ id: label.id, volume: { received: 4, sent: 3 } }]);
  expect((await report(stage, { labelId: label.id })).total.volume).toMatchObject({ received: 4, opened: 2 });
  expect((await report(stage, { memberId: stage.userId })).total.volume).toMatchObject({
    sent: 1,
    received: 0,
  });
  expect((await report(stage, { numberId: stage.numberId })).total).toEqual(whole.total);
  expect((await report(stage, { numberId: label.id })).total.volume).toMatchObject({ received: 0 });
});

test('waits within business hours leave out when nobody was there', async () => {
  const stage = await api.stage('Hours');
  clock.set('2026-11-20T15:30:00Z');
  // Open on Fridays until 16:00, and on Saturdays from 10:00 in Madrid, which is 09:00 here.
  const businessHours = {
    zone: 'Europe/Madrid',
    weekly: [
      { day: 5, from: '09:00', to: '17:00' },
      { day: 6, from: '10:00', to: '14:00' },
    ],
    holidays: [],
  };
  await stage.send('PATCH /v1/workspace', { body: { settings: { businessHours } } });
  const { conversationId } = await writes(stage, { text: 'Late' });
  // Half an hour of Friday and one of Saturday.
  clock.set('2026-11-21T10:00:00Z');
  await answers(stage, 'owner', conversationId);
  const first = async (query: Record<string, string>) =>
    (await report(stage, query)).total.waits.first.median;
  for (const counted of ['young', 'by the job']) {
    if (counted === 'by the job') {
      // The job ends with the last whole quarter.
      seconds(20 * 60);
      await roll();
    }
    expect(await first({ hours: 'business' }), counted).toBe(5_400);
    expect(await first({}), counted).toBe(18.5 * 3_600);
  }
});

test('open_seconds agrees with the rule of hours', async () => {
  const zones = ['Europe/Madrid', 'Asia/Kolkata', 'America/Santiago', 'UTC'];
  const quarter = fc.integer({ min: 0, max: 95 });
  const time = (n: number) =>
    `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`;
  const opening = fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.uniqueArray(quarter, { minLength: 2, maxLength: 2 }))
    .map(([weekday, times]) => {
      const [from = 0, to = 0] = times.sort((a, b) => a - b);
      return { day: weekday, from: time(from), to: time(to) };
    });
  const hours = fc.record({
    zone: fc.constantFrom(...zones),
    weekly: fc.array(opening, { maxLength: 8 }),
    holidays: fc.constantFrom<{ date: string; name: string }[]>([], [{ date: '2026-06-03', name: '' }]),
  });
  // Between changes of the clock: in the hour that comes twice the two may read a wall differently.
  const since = fc.integer({ min: 0, max: 28 * 96 }).map((n) => Date.UTC(2026, 4, 20) + n * 900_000);
  const long = fc.integer({ min: 0, max: 20 * 96 }).map((n) => n * 900_000);
  await fc.assert(
    fc.asyncProperty(hours, since, long, async (of, from, lasts) => {
      const until = from + lasts;
      const rule = openingsBetween(of, from, until).reduce(
        (sum, [opens, closes]) => sum + Math.min(closes, until) - Math.max(opens, from),
        0,
      );
      const [row] = await db.withSystem('test: open seconds', (tx) =>
        tx.query<{ open: number }>('select open_seconds($1, $2, $3) as open', [
          JSON.stringify(of),
          new Date(from).toISOString(),
          new Date(until).toISOString(),
        ]),
      );
      expect(row?.open).toBe(rule / 1_000);
    }),
    { numRuns: 60 },
  );
});

test('days and hours are those of the zone', async () => {
  const stage = await api.stage();
  // 20:20 in London is the next day's 01:50 in Kolkata.
  const at = new Date(`${day()}T20:20:00Z`).getTime() - clock.now().getTime();
  clock.advance(at > 0 ? at : at + 86_400_000);
  await writes(stage);
  const tomorrow = new Date(clock.now().getTime() + 86_400_000).toISOString().slice(0, 10);
  const there = await report(stage, { to: tomorrow, timeZone: 'Asia/Kolkata' });
  expect(there.days.map(({ date, volume }) => [date, volume.received])).toEqual([
    [day(), 0],
    [tomorrow, 1],
  ]);
  const weekday = new Date(tomorrow).getUTCDay() || 7;
  expect(there.hours).toEqual([{ weekday, hour: 1, received: 1, sent: 0 }]);
  expect((await report(stage)).days.map(({ volume }) => volume.received)).toEqual([1]);
});

test('a table is taken along as CSV', async () => {
  const stage = await api.stage();
  await morning(stage);
  const answer = await api.send(
    'GET /v1/analytics/export',
    { query: { from: day(), to: day(), table: 'days' } },
    api.as(stage, 'owner'),
  );
  const [head, line] = String(answer.body).replace('\ufeff', '').split('\r\n');
  expect(head).toBe(
    'key,received,sent,delivered,read,failed,unconfirmed,opened,closed,first median s,first 90% s,answer median s,answer 90% s,resolution median s,resolution 90% s',
  );
  expect(line).toBe(`${day()},5,3,2,1,1,0,3,1,35,55,60,84,200,200`);
  const lines = async (table: string, query: Record<string, string> = {}) =>
    String(
      (
        await api.send(
          'GET /v1/analytics/export',
          { query: { from: day(), to: day(), table, ...query } },
          api.as(stage, 'owner'),
        )
      ).body,
    )
      .replace('\ufeff', '')
      .trimEnd()
      .split('\r\n');
  const [named, number] = await lines('numbers');
  expect(named).toMatch(/^key,name,received,/);
  expect(number).toMatch(new RegExp(`^${stage.numberId},[^,]*\\d[^,]*,5,3,`));
  // Nothing to tell is a table without lines, not a file without words.
  expect(await lines('failures', { from: '2020-01-01', to: '2020-01-02' })).toEqual(['code,n']);
});

test('what was priced has its cost by the rate card, young or counted', async () => {
  const stage = await api.stage();
  await morning(stage);
  expect((await report(stage)).costs).toEqual([]);
  const loaded = await api.send(
    'POST /v1/operator/rate-cards',
    {
      body: {
        name: 'Prices',
        currency: 'USD',
        validFrom: '2020-01-01',
        rates: [{ country: '*', category: 'service', micros: 12_500 }],
      },
    },
    api.superadmin(),
  );
  expect(loaded.status).toBe(201);
  const young = await report(stage);
  expect(young.costs).toEqual([{ currency: 'USD', micros: 12_500, unpriced: 0 }]);
  seconds(3_600);
  await roll();
  expect((await report(stage)).costs).toEqual(young.costs);
});

test('what cannot be asked is named', async () => {
  const stage = await api.stage();
  const asking = (query: Record<string, string>) =>
    api.send('GET /v1/analytics', { query: { from: day(), to: day(), ...query } }, api.as(stage, 'owner'));
  for (const [query, path] of [
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ from: '2026-01-02', to: '2026-01-01' }, 'to'],
    [{ from: '2024-01-01', to: '2026-01-01' }, 'to'],
  ] as const) {
    const answer = await asking(query);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(`"${path}"`);
  }
  expect(
    (await api.send('GET /v1/analytics', { query: { from: day(), to: day() } }, api.as(stage, 'agent')))
      .status,
  ).toBe(403);
});

test('whoever may use certain numbers only does not read the figures of all', async () => {
  const stage = await api.stage();
  const query = { from: day(), to: day() };
  const key = (numberIds: string[] | null) =>
    api.send('GET /v1/analytics', { query }, api.as(stage, 'key', { scopes: ['*'], numberIds }));
  expect((await key(null)).status).toBe(200);
  expect((await key([stage.numberId])).status).toBe(403);
});

test.each([
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
  ['2026-11-21', 'Asia/Kathmandu', '2026-11-20T18:15:00Z'],
  ['2026-11-21', 'UTC', '2026-11-21T00:00:00Z'],
  // Clocks jumped from midnight to one: there was no midnight.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['2026-11-21', 'Pacific/Kiritimati', '2026-11-20T10:00:00Z'],
])('%s begins in %s at %s', (date, zone, at) => {
  expect(startOf(date, zone)).toEqual(new Date(at));
});
