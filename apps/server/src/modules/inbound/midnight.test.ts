/** Midnight, and the hours that clocks are changed in: bodies arrive all the time, and again afterwards. */
import { parse } from '@chaski/providers';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Seeded, seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { signalsHere } from '../../../test/inbound-stage.ts';
import { createAcceptor } from './accept.ts';
import { startProcessor } from './index.ts';
import { bodyOf, change, said, told } from './testing.ts';

const log = pino({ level: 'silent' });
const { db, clock } = await testDatabase({ poolSize: 12 });
const noon = clock.now();
const signals = signalsHere();
const acceptor = createAcceptor({ db, log, signals });
let processor: ReturnType<typeof startProcessor>;
beforeAll(() => {
  processor = startProcessor({ db, signals, log, parse });
});
const zone = process.env.TZ;
afterEach(() => {
  clock.set(noon);
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});
afterAll(async () => {
  await processor.stop();
  await acceptor.close();
});

const query = <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  db.withSystem('test', (tx) => tx.query<Row & Record<string, unknown>>(sql, values));

/** The moment in the middle of the burst, and the zone that the process believes it lives in. */
const moments = [
  ['midnight in UTC', '2026-12-01T00:00:00Z', 'UTC'],
  ['midnight at the place', '2026-11-29T23:00:00Z', 'Europe/Berlin'],
  ['an hour that comes twice', '2026-10-25T01:00:00Z', 'Europe/Berlin'],
  ['an hour that is left out', '2027-03-28T01:00:00Z', 'Europe/Berlin'],
  ['midnight that is left out', '2027-04-25T22:00:00Z', 'Africa/Cairo'],
  ['half an hour back', '2027-04-03T15:00:00Z', 'Australia/Lord_Howe'],
] as const;

it.each(moments)('%s: each item once, in order, on its day in UTC', async (_, moment, tz) => {
  process.env.TZ = tz;
  const middle = new Date(moment).getTime();
  const bodies = 40;
  const stepMs = 250;
  clock.set(new Date(middle - (bodies / 2) * stepMs));
  const seeded: Seeded = await seedWorkspace(db);
  const raw = (text: string) =>
    query<{ n: string; day: string; received_at: Date; processed_at: Date | null }>(
      `select n, day::text as day, received_at, processed_at from raw_events
       where app_id = $1 and encode(body, 'escape') like $2 order by n`,
      [seeded.appId, `%${text}%`],
    );
  const post = async (body: Buffer) =>
    expect(await acceptor.accept({ source: 'cloud', appId: seeded.appId, body, signature: null })).toBe(
      'stored',
    );
  const sent: Buffer[] = [];
  for (let i = 0; i < bodies; i += 1) {
    const id = `wamid.${moment}.${i}`;
    const body = bodyOf(
      [
        change(seeded.phoneNumberId, { messages: [said(`line ${i}`, { id, at: clock.now() })] }),
        // A word about a message of another app: waits, and is kept once.
        change(seeded.phoneNumberId, { statuses: [told(`${id}.out`, 'sent', { at: clock.now() })] }),
        { field: 'account_update', value: { event: 'ACCOUNT_VIOLATION', step: `${moment} ${i}` } },
      ],
      seeded.accountRef,
    );
    sent.push(body);
    await post(body);
    clock.advance(stepMs);
  }
  const settled = () =>
    until(
      'all is processed',
      async () => {
        const rows = await raw(`wamid.${moment}.`);
        return rows.length >= bodies && rows.every((row) => row.processed_at !== null);
      },
      30_000,
    );
  await settled();
  const effects = async () => ({
    messages: (
      await query<{ text: string; shown_at: Date }>(
        `select content->'text'->>'body' as text, shown_at from messages where workspace_id = $1
         order by shown_at, id`,
        [seeded.workspaceId],
      )
    ).map((row) => row.text),
    events: (
      await query<{ text: string }>(
        `select m.content->'text'->>'body' as text from events e
         join messages m on m.workspace_id = e.workspace_id and m.id = (e.data->>'messageId')::uuid
         where e.workspace_id = $1 and e.name = 'message.received' order by e.n`,
        [seeded.workspaceId],
      )
    ).map((row) => row.text),
    notices: (
      await query<{ n: number }>('select count(*)::int as n from notices where workspace_id = $1', [
        seeded.workspaceId,
      ])
    )[0]?.n,
    waiting: (
      await query<{ n: number }>('select count(*)::int as n from pending_statuses where workspace_id = $1', [
        seeded.workspaceId,
      ])
    )[0]?.n,
  });
  const lines = Array.from({ length: bodies }, (__, i) => `line ${i}`);
  const once = { messages: lines, events: lines, notices: bodies, waiting: bodies };
  expect(await effects()).toEqual(once);
  for (const { day, received_at } of await raw(`wamid.${moment}.`))
    expect(day).toBe(received_at.toISOString().slice(0, 10));

  // WhatsApp did not hear our answers and sends everything again, past the moment.
  for (const body of sent) await post(body);
  await post(bodyOf([change(seeded.phoneNumberId, { messages: [said('the end')] })]));
  await settled();
  await until('the end is there', async () => (await effects()).messages.includes('the end'), 20_000);
  const after = await effects();
  expect({
    ...after,
    messages: after.messages.filter((text) => text !== 'the end'),
    events: after.events.filter((text) => text !== 'the end'),
  }).toEqual(once);
});
