import { parse } from '@chaski/providers';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type Seeded, seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { newId } from '../../platform/ids.ts';
import { settlePending } from '../messages/index.ts';
import { createAcceptor, hashOf } from './accept.ts';
import { applyBodies, type Body } from './apply.ts';
import { listParked, maintainInbound, replay, replayNumber, startProcessor } from './index.ts';
import { bodyOf, change, said, told } from './testing.ts';

const log = pino({ level: 'silent' });
const { db, clock, ownerUrl } = await testDatabase({ poolSize: 12 });
const deps = { db, parse, log };
// The program writes its jobs' names at start.
await db.withSystem('test', (tx) =>
  tx.execute("insert into job_names (name) values ('media.fetch') on conflict do nothing"),
);

const listeners = new Set<() => void>();
const signals = {
  announce: () => {
    for (const listener of listeners) listener();
  },
  on: (_channel: string, listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const acceptor = createAcceptor({ db, log, signals });
afterAll(() => acceptor.close());

/** Hands a body in as the door does. */
const post = (body: Buffer, appId: string) =>
  acceptor.accept({ source: 'cloud', appId, body, signature: null });

async function query<Row = Record<string, unknown>>(
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return db.withSystem('test', (tx) => tx.query<Row>(sql, values));
}
const waiting = async () =>
  (await query<{ count: number }>('select count(*) from raw_events where processed_at is null'))[0]!.count;

/** Works until nothing waits, with one processor or several at once. */
async function work(processors = 1): Promise<void> {
  const running = Array.from({ length: processors }, () => startProcessor({ db, signals, log, parse }));
  try {
    await until('all raw events are processed', async () => (await waiting()) === 0, 60_000);
  } finally {
    await Promise.all(running.map((processor) => processor.stop()));
  }
}

/** Applies a body directly: for what is about effects and not about claiming. */
function bodyFor(body: Buffer, appId: string): Body {
  return {
    hash: hashOf('cloud', appId, body),
    source: 'cloud',
    appId,
    body,
    receivedAt: clock.now(),
    day: null,
  };
}
const apply = (seeded: Seeded, value: Parameters<typeof change>[1]) =>
  applyBodies(deps, [bodyFor(bodyOf([change(seeded.phoneNumberId, value)]), seeded.appId)]);

const messagesOf = (seeded: Seeded) =>
  query<{
    provider_message_id: string;
    type: string;
    direction: string;
    status: string;
    content: Record<string, unknown>;
  }>('select * from messages where workspace_id = $1 order by shown_at, id', [seeded.workspaceId]);
const eventsOf = (seeded: Seeded) =>
  query<{ name: string; data: Record<string, unknown> }>(
    'select name, data from events where workspace_id = $1 order by n',
    [seeded.workspaceId],
  );
const conversationsOf = (seeded: Seeded) =>
  query<Record<string, unknown>>(
    'select * from conversations where workspace_id = $1 order by created_at, id',
    [seeded.workspaceId],
  );
/** Everything that a body may change, to compare before and after. */
const state = async () =>
  JSON.stringify({
    messages: await query('select * from messages order by id'),
    conversations: await query('select * from conversations order by id'),
    contacts: await query('select * from contacts order by id'),
    identities: await query('select * from identities order by workspace_id, kind, scope, value'),
    statuses: await query('select * from message_statuses order by message_id, status, participant'),
    events: (await query('select count(*) from events'))[0],
    notices: await query('select * from notices order by id'),
    consents: await query('select * from consents order by id'),
  });

/** A message that we sent, with its id at WhatsApp. */
async function sentMessage(seeded: Seeded, providerMessageId: string | null): Promise<string> {
  await apply(seeded, { messages: [said('hello', { from: '16505550000' })] });
  const [conversation] = await query<{ id: string; contact_id: string }>(
    "select c.id, c.contact_id from conversations c join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id where c.workspace_id = $1 and p.phone = '16505550000'",
    [seeded.workspaceId],
  );
  const id = newId();
  await query(
    `insert into messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source,
       provider_message_id, status, rank, shown_at, created_at)
     values ($1, $2, $3, $4, $5, 'out', 'text', '{}', 'api', $6, $7, $8, $9, $9)`,
    [
      seeded.workspaceId,
      id,
      conversation!.id,
      seeded.numberId,
      conversation!.contact_id,
      providerMessageId,
      providerMessageId === null ? 'queued' : 'accepted',
      providerMessageId === null ? 0 : 1,
      clock.now().toISOString(),
    ],
  );
  return id;
}
const messageRow = async (id: string) =>
  (await query<Record<string, unknown>>('select * from messages where id = $1', [id]))[0]!;

let one: Seeded;
let two: Seeded;
beforeEach(async () => {
  one = await seedWorkspace(db, { name: 'One' });
  two = await seedWorkspace(db, { name: 'Two' });
});

it('makes contact, conversation, message and event of what somebody says', async () => {
  const at = new Date('2026-11-20T11:58:00Z');
  const body = bodyOf([
    change(one.phoneNumberId, {
      contacts: [{ profile: { name: 'Sheena' }, wa_id: '16505551234' }],
      messages: [said('hi \u0000 \ud800 é 😀', { id: 'wamid.A', at })],
    }),
  ]);
  expect(await post(body, one.appId)).toBe('stored');
  await work();
  const [message] = await messagesOf(one);
  expect(message).toMatchObject({
    provider_message_id: 'wamid.A',
    type: 'text',
    direction: 'in',
    status: 'received',
    shown_at: at,
    content: { type: 'text', text: { body: 'hi \ufffd \ufffd é 😀' } },
  });
  expect(await conversationsOf(one)).toMatchObject([
    { status: 'open', unread_count: 1, last_inbound_at: at, last_message_at: at, last_direction: 'in' },
  ]);
  expect((await eventsOf(one)).map((event) => event.name)).toEqual([
    'contact.created',
    'conversation.opened',
    'message.received',
  ]);
  expect((await eventsOf(one)).at(-1)!.data).toMatchObject({
    providerMessageId: 'wamid.A',
    type: 'text',
    text: 'hi \ufffd \ufffd é 😀',
    automated: false,
    groupRef: null,
    numberId: one.numberId,
  });
});

it('changes nothing when the same comes again: at once, the next day, or in other bodies', async () => {
  await sentMessage(one, 'wamid.out');
  const notice = {
    field: 'account_update',
    value: { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'ADULT' } },
  };
  const parts = [
    change(one.phoneNumberId, { messages: [said('once', { id: 'wamid.once' })] }),
    change(one.phoneNumberId, { statuses: [told('wamid.out', 'sent'), told('wamid.out', 'read')] }),
    {
      field: 'user_preferences',
      value: {
        metadata: { phone_number_id: one.phoneNumberId },
        user_preferences: [
          { wa_id: '16505551234', category: 'marketing_messages', value: 'stop', timestamp: 1763640000 },
        ],
      },
    },
    notice,
  ];
  const whole = bodyOf(parts, one.accountRef);
  await post(whole, one.appId);
  await work();
  const before = await state();
  expect(JSON.parse(before).notices).not.toHaveLength(0);
  expect(JSON.parse(before).consents).not.toHaveLength(0);
  await post(whole, one.appId);
  for (const part of parts) await post(bodyOf([part], one.accountRef), one.appId);
  await work();
  expect(await state()).toBe(before);
  clock.advance(24 * 60 * 60 * 1000);
  try {
    await post(whole, one.appId);
    await work(2);
    const days = await query<{ count: number }>(
      'select count(distinct day) from raw_events where hash = $1',
      [hashOf('cloud', one.appId, whole)],
    );
    expect(days[0]!.count).toBe(2);
    expect(await state()).toBe(before);
  } finally {
    clock.set('2026-11-20T12:00:00Z');
  }
});

it('keeps everything of 1,000 updates of two tenants in one body, each in its own workspace', async () => {
  const changes = Array.from({ length: 500 }, (_, i) => [
    change(one.phoneNumberId, { messages: [said(`one ${i}`, { from: `1650${i % 50}` })] }),
    change(two.phoneNumberId, { messages: [said(`two ${i}`, { from: `1650${i % 50}` })] }),
  ]).flat();
  const shared = await seedWorkspace(db, { appId: one.appId });
  changes.push(change(shared.phoneNumberId, { messages: [said('shared app')] }));
  await post(bodyOf(changes), one.appId);
  await work();
  expect(await messagesOf(one)).toHaveLength(500);
  expect(await conversationsOf(one)).toHaveLength(50);
  expect(await messagesOf(shared)).toHaveLength(1);
  // The body was signed by One's app: what it says of Two's number is not applied, and nothing of it shows there.
  expect(await messagesOf(two)).toHaveLength(0);
  expect(await eventsOf(two)).toHaveLength(0);
  const parked = await listParked(db, { phoneNumberId: two.phoneNumberId, limit: 1000 });
  expect(parked).toHaveLength(500);
  expect(new Set(parked.map((row) => row.reason))).toEqual(new Set(['wrong-app']));
  expect(
    await query("select 1 from parked_bodies where hash = decode($1, 'hex')", [parked[0]!.hash]),
  ).toHaveLength(1);
});

it('goes on receiving for suspended numbers and workspaces', async () => {
  const wamid = `wamid.susp.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await query("update numbers set status = 'suspended' where id = $1", [one.numberId]);
  await query("update workspaces set status = 'suspended' where id = $1", [two.workspaceId]);
  await apply(one, { messages: [said('still here')], statuses: [told(wamid, 'delivered')] });
  await apply(two, { messages: [said('here too')] });
  expect((await messagesOf(one)).filter((row) => row.direction === 'in')).toHaveLength(2);
  expect(await messageRow(id)).toMatchObject({ status: 'delivered' });
  expect(await messagesOf(two)).toHaveLength(1);
  for (const { phoneNumberId } of [one, two]) expect(await listParked(db, { phoneNumberId })).toEqual([]);
});

it('replays a number when it is activated or added, and what a range applied', async () => {
  const pending = await seedWorkspace(db, { number: { status: 'pending' } });
  const body = bodyOf([change(pending.phoneNumberId, { messages: [said('early')] })]);
  const others = bodyOf([change(pending.phoneNumberId, { messages: [said('of another app')] })]);
  await applyBodies(deps, [bodyFor(body, pending.appId), bodyFor(others, one.appId)]);
  await query("update numbers set status = 'active' where id = $1", [pending.numberId]);
  expect(await replayNumber(deps, pending.phoneNumberId)).toEqual({ bodies: 1, items: 1, parked: 0 });
  expect(await messagesOf(pending)).toHaveLength(1);
  expect(await listParked(db, { phoneNumberId: pending.phoneNumberId })).toMatchObject([
    { reason: 'wrong-app' },
  ]);

  const late = await seedWorkspace(db, { number: { status: 'pending' } });
  await post(bodyOf([change(late.phoneNumberId, { messages: [said('early')] })]), late.appId);
  await work();
  expect(await listParked(db, { phoneNumberId: late.phoneNumberId })).toHaveLength(1);
  await query("update numbers set status = 'active' where id = $1", [late.numberId]);
  const [last] = await query<{ n: number }>('select max(n) as n from raw_events');
  await replay(deps, { range: { from: last!.n, to: last!.n } });
  expect(await messagesOf(late)).toHaveLength(1);
  expect(await listParked(db, { phoneNumberId: late.phoneNumberId })).toEqual([]);
});

it('parks what it may not apply yet, and applies it by replay, once', async () => {
  const pending = await seedWorkspace(db, { number: { status: 'pending' } });
  const body = bodyOf([
    change(pending.phoneNumberId, { messages: [said('early')] }),
    change('999000999', { messages: [said('nobody')] }),
  ]);
  await post(body, pending.appId);
  await work();
  const [parked] = await listParked(db, { phoneNumberId: pending.phoneNumberId });
  expect(parked).toMatchObject({ reason: 'number-not-active', workspaceId: pending.workspaceId });
  expect(await listParked(db, { phoneNumberId: '999000999' })).toMatchObject([{ reason: 'unknown-number' }]);

  await replay(deps, { parked: { phoneNumberId: pending.phoneNumberId } });
  expect(await listParked(db, { phoneNumberId: pending.phoneNumberId })).toHaveLength(1);
  expect(await messagesOf(pending)).toHaveLength(0);

  await query("update numbers set status = 'active' where id = $1", [pending.numberId]);
  await replay(deps, { parked: {} });
  expect(await messagesOf(pending)).toHaveLength(1);
  expect(await listParked(db, { phoneNumberId: pending.phoneNumberId })).toHaveLength(0);
  expect(await listParked(db, { phoneNumberId: '999000999' })).toHaveLength(1);
  const before = await state();
  await replay(deps, { parked: {} });
  const [{ min, max }] = (await query<{ min: number; max: number }>(
    'select min(n), max(n) from raw_events',
  )) as [{ min: number; max: number }];
  await replay(deps, { range: { from: min, to: max } });
  expect(await state()).toBe(before);
});

it('parks unreadable parts and applies their neighbours', async () => {
  await post(Buffer.from('this is no JSON'), one.appId);
  await post(
    bodyOf([
      change(one.phoneNumberId, { messages: ['nonsense', said('sense'), said('nobody', { from: null })] }),
    ]),
    one.appId,
  );
  await work();
  expect(await messagesOf(one)).toHaveLength(1);
  const reasons = (await listParked(db, { reason: 'unreadable' })).map((row) => row.reason);
  expect(reasons.filter((reason) => reason === 'unreadable').length).toBeGreaterThanOrEqual(3);
});

it('parks one poison item alone: of 2,000 bodies the 20 bad ones, the rest goes on in order', async () => {
  // What PostgreSQL refuses and nobody foresaw.
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(`create function refuse_poison() returns trigger language plpgsql as $$
    begin raise exception 'no antidote' using errcode = '23514'; end $$;
    create trigger refuse_poison before insert on messages for each row
    when (new.content -> 'text' ->> 'body' = 'poison') execute function refuse_poison()`);
  const bodies = Array.from({ length: 2_000 }, (_, i) => {
    const id = `wamid.poison.${one.phoneNumberId}.${i}`;
    const message = said(i % 100 === 50 ? 'poison' : `${i}`, {
      id,
      from: `44${i % 10}`,
      at: new Date(Date.UTC(2026, 10, 20, 10, 0, i)),
    });
    return bodyOf([change(one.phoneNumberId, { messages: [message] })]);
  });
  expect(new Set(await Promise.all(bodies.map((body) => post(body, one.appId))))).toEqual(
    new Set(['stored']),
  );
  await work(2);
  expect(await messagesOf(one)).toHaveLength(1_980);
  const parked = await listParked(db, { phoneNumberId: one.phoneNumberId });
  expect(parked).toHaveLength(20);
  expect(parked[0]).toMatchObject({ reason: 'failed', detail: expect.stringContaining('no antidote') });
  // With the cause gone they go through by replay.
  await owner.query('drop trigger refuse_poison on messages');
  await owner.end();
  // One number is one lane: events of each conversation come in the order of the bodies.
  const order = new Map<string, number[]>();
  for (const { name, data } of await eventsOf(one)) {
    if (name !== 'message.received') continue;
    const list = order.get(String(data.conversationId)) ?? [];
    list.push(Number(data.text));
    order.set(String(data.conversationId), list);
  }
  expect(order.size).toBe(10);
  for (const list of order.values()) expect(list).toEqual([...list].sort((a, b) => a - b));
  await replay(deps, { parked: { phoneNumberId: one.phoneNumberId } });
  expect(await messagesOf(one)).toHaveLength(2_000);
  expect(await listParked(db, { phoneNumberId: one.phoneNumberId })).toHaveLength(0);
}, 60_000);

it('loses and doubles nothing when processors meet in opposite orders', async () => {
  const shared = await seedWorkspace(db, { appId: one.appId });
  const people = Array.from({ length: 30 }, (_, i) => `1777${i}`);
  const parts = people.flatMap((from, i) => [
    change(one.phoneNumberId, {
      messages: [said('x', { id: `wamid.cross.${one.phoneNumberId}.${i}`, from, userId: `US.c${i}` })],
    }),
    change(shared.phoneNumberId, {
      messages: [said('x', { id: `wamid.cross.${shared.phoneNumberId}.${i}`, from, userId: `US.c${i}` })],
    }),
  ]);
  for (let round = 0; round < 5; round += 1) {
    const forth = bodyOf([
      ...parts,
      change(one.phoneNumberId, { messages: [said(`forth ${round}`, { from: '1999' })] }),
    ]);
    const back = bodyOf(
      [...parts]
        .reverse()
        .concat(change(one.phoneNumberId, { messages: [said(`back ${round}`, { from: '1998' })] })),
    );
    await Promise.all([
      applyBodies(deps, [bodyFor(forth, one.appId)]),
      applyBodies(deps, [bodyFor(back, one.appId)]),
      applyBodies(deps, [bodyFor(forth, one.appId)]),
    ]);
  }
  expect(await messagesOf(one)).toHaveLength(30 + 10);
  expect(await messagesOf(shared)).toHaveLength(30);
  const unread = (await conversationsOf(one)).reduce((sum, row) => sum + Number(row.unread_count), 0);
  expect(unread).toBe(40);
  expect((await eventsOf(one)).filter((event) => event.name === 'message.received')).toHaveLength(40);
});

it('works what commits late and what an earlier process left', async () => {
  const [taken] = await query<{ n: number }>("select nextval('raw_events_n') as n");
  await post(bodyOf([change(one.phoneNumberId, { messages: [said('left behind')] })]), one.appId);
  const processor = startProcessor({ db, signals, log, parse });
  try {
    await until('the first is processed', async () => (await waiting()) === 0);
    // A number taken before, committed after: below everything that was seen.
    const late = bodyOf([change(one.phoneNumberId, { messages: [said('late')] })]);
    await query(
      `insert into raw_events (day, hash, n, source, app_id, body, shard, received_at)
       values ($1, $2, $6, 'cloud', $3, $4, 7, $5)`,
      [
        clock.now().toISOString().slice(0, 10),
        hashOf('cloud', one.appId, late),
        one.appId,
        late,
        clock.now().toISOString(),
        taken!.n,
      ],
    );
    await until('the straggler is processed', async () => (await messagesOf(one)).length === 2);
  } finally {
    await processor.stop();
  }
});

it('reads what the reference documents send: no metadata, no id, no type, no time', async () => {
  await query("update numbers set status = 'suspended' where id <> $1 and status = 'active'", [one.numberId]);
  const s4 = Buffer.from(
    JSON.stringify({
      entry: [
        {
          changes: [
            {
              value: {
                metadata: { phone_number_id: one.phoneNumberId },
                messages: [{ id: 's4', from: '+15550007777', text: { body: 'hello' } }],
              },
            },
          ],
        },
      ],
    }),
  );
  const s2 = Buffer.from(
    JSON.stringify({
      entry: [{ changes: [{ value: { messages: [{ from: '15550008888', text: { body: 'STOP' } }] } }] }],
    }),
  );
  for (const body of [s4, s2, s2]) await applyBodies(deps, [bodyFor(body, one.appId)]);
  expect((await messagesOf(one)).map((row) => [row.provider_message_id.slice(0, 4), row.content])).toEqual([
    ['s4', { type: 'text', text: { body: 'hello' } }],
    ['raw.', { type: 'text', text: { body: 'STOP' } }],
  ]);
  expect(
    (
      await query<{ phone: string }>('select phone from contacts where workspace_id = $1 order by phone', [
        one.workspaceId,
      ])
    ).map((row) => row.phone),
  ).toEqual(['15550007777', '15550008888']);
  await query("update numbers set status = 'active' where id = $1", [two.numberId]);
  const unnamed = bodyFor(
    Buffer.from(
      JSON.stringify({
        entry: [{ changes: [{ value: { messages: [{ from: '1', text: { body: 'whose?' } }] } }] }],
      }),
    ),
    one.appId,
  );
  expect(await applyBodies(deps, [unnamed])).toEqual({ items: 1, parked: 1 });
});

it('keeps groups, reactions, edits and revokes apart, and marks their targets in any order', async () => {
  await apply(one, {
    messages: [
      said('to the group', { groupId: 'HBg1', from: '1501' }),
      said('to us', { from: '1501', id: 'wamid.T' }),
    ],
  });
  const threads = (await conversationsOf(one)).map((row) => [row.group_ref, row.contact_id === null]);
  expect(threads).toHaveLength(2);
  expect(threads).toContainEqual(['HBg1', true]);
  expect(threads).toContainEqual([null, false]);
  await apply(one, {
    messages: [
      said('', {
        from: '1501',
        type: 'reaction',
        content: { reaction: { message_id: 'wamid.T', emoji: '👍' } },
      }),
      said('', {
        from: '1501',
        type: 'edit',
        content: {
          edit: { original_message_id: 'wamid.T', message: { type: 'text', text: { body: 'new' } } },
        },
      }),
      // Comes before what it is about.
      said('', { from: '1501', type: 'revoke', content: { revoke: { original_message_id: 'wamid.later' } } }),
      // Somebody else's.
      said('', { from: '1502', type: 'revoke', content: { revoke: { original_message_id: 'wamid.T' } } }),
    ],
  });
  await apply(one, { messages: [said('taken back', { from: '1501', id: 'wamid.later' })] });
  const find = async (id: string) =>
    (
      await query<Record<string, unknown>>(
        'select * from messages where workspace_id = $1 and provider_message_id = $2',
        [one.workspaceId, id],
      )
    )[0]!;
  expect(await find('wamid.T')).toMatchObject({ edited_at: expect.any(Date), revoked_at: null });
  expect(await find('wamid.later')).toMatchObject({ revoked_at: expect.any(Date) });
  const names = (await eventsOf(one))
    .map((event) => event.name)
    .filter((name) => name.startsWith('message.'));
  expect(names).toEqual([
    'message.received',
    'message.received',
    'message.reaction',
    'message.edited',
    'message.revoked',
    'message.revoked',
    'message.received',
  ]);
});

it('opens a closed conversation when the person speaks', async () => {
  await apply(one, { messages: [said('first')] });
  await query("update conversations set status = 'closed' where workspace_id = $1", [one.workspaceId]);
  await apply(one, { messages: [said('again')] });
  expect(await conversationsOf(one)).toMatchObject([{ status: 'open', unread_count: 2 }]);
  expect(
    (await eventsOf(one))
      .filter((event) => event.name === 'conversation.opened')
      .map((event) => event.data.again),
  ).toEqual([false, true]);
});

it('takes echoes of the phone app as ours, and media as files to fetch', async () => {
  const echo = {
    field: 'smb_message_echoes',
    value: {
      metadata: { phone_number_id: one.phoneNumberId },
      message_echoes: [
        {
          from: '15550783881',
          to: '1601',
          id: 'wamid.echo',
          timestamp: '1763640000',
          type: 'text',
          text: { body: 'from my phone' },
        },
      ],
    },
  };
  const image = said('', {
    type: 'image',
    from: '1601',
    content: { image: { id: 'media-1', mime_type: 'image/jpeg', sha256: 'x', caption: 'look' } },
  });
  const bodies = [bodyOf([echo]), bodyOf([change(one.phoneNumberId, { messages: [image] })])];
  for (const body of [...bodies, ...bodies]) await applyBodies(deps, [bodyFor(body, one.appId)]);
  const rows = await messagesOf(one);
  expect(rows.find((row) => row.provider_message_id === 'wamid.echo')).toMatchObject({
    direction: 'out',
    source: 'phone-app',
    status: 'sent',
  });
  expect(await listParked(db, { phoneNumberId: one.phoneNumberId })).toEqual([]);
  const media = await query<{ id: string; state: string }>(
    'select id, state from media where workspace_id = $1',
    [one.workspaceId],
  );
  expect(media).toHaveLength(1);
  expect(rows.find((row) => row.type === 'image')!.content).toMatchObject({
    image: { mediaId: media[0]!.id, caption: 'look' },
  });
  expect((await eventsOf(one)).map((event) => event.name)).toContain('message.echoed');
});

it('follows a person to a new number', async () => {
  await apply(one, { messages: [said('old me', { from: '1700', userId: 'US.old' })] });
  await apply(one, {
    messages: [
      said('', {
        from: '1700',
        type: 'system',
        content: {
          system: {
            type: 'user_changed_number',
            wa_id: '1701',
            user_id: 'US.new',
            previous_user_id: 'US.old',
            body: 'b',
          },
        },
      }),
    ],
  });
  await apply(one, { messages: [said('new me', { from: '1701', userId: 'US.new' })] });
  expect(await conversationsOf(one)).toHaveLength(1);
  expect(await query('select phone from contacts where workspace_id = $1', [one.workspaceId])).toEqual([
    { phone: '1701' },
  ]);
});

// ── statuses ──

it('shows the highest status in any order, keeps each once, and tells no late one', async () => {
  const orders = [
    ['sent', 'delivered', 'read'],
    ['read', 'delivered', 'sent'],
    ['read', 'sent', 'read', 'delivered', 'sent'],
    ['failed', 'delivered', 'read', 'sent'],
  ];
  for (const [i, order] of orders.entries()) {
    for (const together of [true, false]) {
      const wamid = `wamid.order.${one.phoneNumberId}.${i}.${together}`;
      const id = await sentMessage(one, wamid);
      const statuses = order.map((status) =>
        told(wamid, status, {
          ...(status === 'failed' ? { errors: [{ code: 131026, title: 't' }] } : {}),
          ...(status === 'sent' ? { pricing: { billable: true, category: 'service' } } : {}),
        }),
      );
      if (together) await apply(one, { statuses });
      else for (const status of statuses) await apply(one, { statuses: [status] });
      expect(await messageRow(id)).toMatchObject({
        status: 'read',
        rank: 5,
        error: null,
        pricing: { category: 'service' },
      });
      expect(await query('select 1 from message_statuses where message_id = $1', [id])).toHaveLength(
        new Set(order).size,
      );
    }
  }
  const wamid = `wamid.late.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await apply(one, { statuses: [told(wamid, 'read')] });
  await apply(one, { statuses: [told(wamid, 'delivered'), told(wamid, 'sent')] });
  const names = (await eventsOf(one))
    .filter((event) => event.data.messageId === id)
    .map((event) => event.name);
  expect(names).toEqual(['message.read']);
});

it('says why a message failed, and takes 131050 as the person’s word about marketing', async () => {
  const wamid = `wamid.f.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await apply(one, {
    statuses: [
      told(wamid, 'failed', {
        errors: [
          { code: 131050, title: 'Stopped', message: 'Stopped', error_data: { details: 'No marketing' } },
        ],
      }),
    ],
  });
  expect(await messageRow(id)).toMatchObject({
    status: 'failed',
    error: { code: '131050', kind: 'marketing-stopped', message: 'No marketing' },
  });
  const [contact] = await query<{ marketing_stopped_at: Date | null; opted_out: boolean }>(
    'select p.* from contacts p join messages m on m.workspace_id = p.workspace_id and m.contact_id = p.id where m.id = $1',
    [id],
  );
  expect(contact).toMatchObject({ marketing_stopped_at: expect.any(Date), opted_out: false });
});

it('keeps one status per participant of a group', async () => {
  const wamid = `wamid.g.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await apply(one, {
    statuses: [
      told(wamid, 'delivered', { participant: '1' }),
      told(wamid, 'delivered', { participant: '2' }),
      told(wamid, 'read', { participant: '2' }),
    ],
  });
  expect(await query('select 1 from message_statuses where message_id = $1', [id])).toHaveLength(3);
  expect(await messageRow(id)).toMatchObject({ status: 'read' });
});

it('waits with statuses of a message whose id is not stored yet, and calls them foreign after ten minutes', async () => {
  const wamid = `wamid.w.${one.phoneNumberId}`;
  await apply(one, {
    statuses: [told(wamid, 'delivered'), told(wamid, 'sent'), told(`${wamid}.foreign`, 'read')],
  });
  const id = await sentMessage(one, wamid);
  expect(await settlePending(db)).toBe(1);
  expect(await messageRow(id)).toMatchObject({ status: 'delivered' });
  const pending = () =>
    query<{ foreign_at: Date | null }>('select foreign_at from pending_statuses where workspace_id = $1', [
      one.workspaceId,
    ]);
  expect(await pending()).toEqual([{ foreign_at: null }]);
  clock.advance(10 * 60 * 1000 + 1);
  try {
    await settlePending(db);
    expect(await pending()).toEqual([{ foreign_at: expect.any(Date) }]);
  } finally {
    clock.set('2026-11-20T12:00:00Z');
  }
});

it('finds a message by the attempt that its status names, of this number only', async () => {
  const attempt = async (seeded: Seeded) => {
    const id = await sentMessage(seeded, null);
    const attemptId = newId();
    await query(
      'insert into message_attempts (workspace_id, id, message_id, number_id, n, started_at) values ($1, $2, $3, $4, 1, $5)',
      [seeded.workspaceId, attemptId, id, seeded.numberId, clock.now().toISOString()],
    );
    await query(
      "insert into send_queue (workspace_id, message_id, number_id, conversation_id, state, due_at, attempts, attempt_id) select workspace_id, id, number_id, conversation_id, 'unconfirmed', $2, 1, $3 from messages where id = $1",
      [id, clock.now().toISOString(), attemptId],
    );
    return { id, attemptId };
  };
  const mine = await attempt(one);
  const theirs = await attempt(two);
  await apply(one, {
    statuses: [
      told('wamid.mine', 'sent', { callbackData: mine.attemptId }),
      told('wamid.mine', 'delivered', { callbackData: mine.attemptId }),
      told('wamid.theirs', 'read', { callbackData: theirs.attemptId }),
    ],
  });
  expect(await messageRow(mine.id)).toMatchObject({ status: 'delivered', provider_message_id: 'wamid.mine' });
  expect(await query('select 1 from send_queue where message_id = $1', [mine.id])).toHaveLength(0);
  expect(await messageRow(theirs.id)).toMatchObject({ status: 'queued', provider_message_id: null });
});

it('learns from a status which phone a BSUID has', async () => {
  const wamid = `wamid.l.${one.phoneNumberId}`;
  await sentMessage(one, wamid);
  await apply(one, { statuses: [told(wamid, 'sent', { recipient: '16505550000', userId: 'US.linked' })] });
  await apply(one, { messages: [said('it is me', { from: null, userId: 'US.linked' })] });
  expect(await conversationsOf(one)).toHaveLength(1);
});

it('makes days ahead and drops old ones only when nothing of them waits', async () => {
  clock.set('2026-11-25T12:00:00Z');
  try {
    await post(bodyOf([change(one.phoneNumberId, { messages: [said('old, done')] })]), one.appId);
    await work();
    clock.set('2026-11-26T12:00:00Z');
    await post(bodyOf([change(one.phoneNumberId, { messages: [said('old, waits')] })]), one.appId);
    clock.set('2026-12-30T12:00:00Z');
    const dropped = await maintainInbound(db);
    expect(dropped).toContain('2026-11-25');
    expect(dropped).not.toContain('2026-11-26');
    const [{ ahead }] = (await query<{ ahead: string | null }>(
      "select to_regclass('raw_events_20270106')::text as ahead",
    )) as [{ ahead: string | null }];
    expect(ahead).toBe('raw_events_20270106');
    await work();
    expect(await maintainInbound(db)).toContain('2026-11-26');
  } finally {
    clock.set('2026-11-20T12:00:00Z');
  }
});

// ── turns and patience ──

it('gives others their turn while it works a body of thousands of items, and keeps the order of its own number', async () => {
  const many = Array.from({ length: 6_000 }, (_, i) =>
    said(`big ${i}`, { from: `1900${i % 50}`, id: `wamid.big.${i}` }),
  );
  await post(bodyOf([change(two.phoneNumberId, { messages: many })]), two.appId);
  await post(
    bodyOf([change(two.phoneNumberId, { messages: [said('after the big one', { id: 'wamid.after' })] })]),
    two.appId,
  );
  await post(
    bodyOf([change(one.phoneNumberId, { messages: [said('small', { id: 'wamid.small' })] })]),
    one.appId,
  );
  const running = startProcessor({ db, signals, log, parse, lanes: 1 });
  try {
    await until('the small one is applied', async () => (await messagesOf(one)).length === 1, 60_000);
    expect(await waiting()).toBeGreaterThan(0);
    expect((await messagesOf(two)).length).toBeLessThan(6_000);
    await until('all raw events are processed', async () => (await waiting()) === 0, 60_000);
  } finally {
    await running.stop();
  }
  expect(await messagesOf(two)).toHaveLength(6_001);
  const order = (await eventsOf(two)).filter((event) => event.name === 'message.received');
  expect(order.at(-1)!.data.providerMessageId).toBe('wamid.after');
});

/** A trigger of the test's own: messages whose text holds `word` fail with this SQLSTATE. */
async function failing<T>(word: string, state: string, fn: () => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(`create or replace function fail_word() returns trigger language plpgsql as $$
      begin if new.content::text like '%${word}%' then raise exception 'made to fail' using errcode = '${state}'; end if;
      return new; end $$`);
    await owner.query(
      'create trigger fail_word before insert on messages for each row execute function fail_word()',
    );
    try {
      return await fn();
    } finally {
      await owner.query('drop trigger fail_word on messages');
    }
  } finally {
    await owner.end();
  }
}
const parkedOf = (seeded: Seeded) => listParked(db, { phoneNumberId: seeded.phoneNumberId });

it('parks an item that only ever meets a busy database, and goes on behind it', async () => {
  await failing('always busy', '55P03', async () => {
    await post(bodyOf([change(one.phoneNumberId, { messages: [said('always busy')] })]), one.appId);
    const running = startProcessor({ db, signals, log, parse, lanes: 1 });
    try {
      await until(
        'it is parked',
        async () => {
          await post(bodyOf([change(two.phoneNumberId, { messages: [said('behind')] })]), two.appId);
          return (await parkedOf(one)).length === 1;
        },
        60_000,
      );
      await until('all raw events are processed', async () => (await waiting()) === 0, 60_000);
    } finally {
      await running.stop();
    }
  });
  expect(await messagesOf(one)).toEqual([]);
  expect((await messagesOf(two)).length).toBeGreaterThan(0);
});

it('parks nothing while everything fails, and what is wrong in itself at once', async () => {
  const bodies = Array.from({ length: 6 }, (_, i) =>
    bodyFor(bodyOf([change(one.phoneNumberId, { messages: [said(`system ${i}`)] })]), one.appId),
  );
  await failing('system', 'XX000', async () => {
    for (let i = 0; i < 10; i += 1) await expect(applyBodies(deps, bodies)).rejects.toThrow('made to fail');
    expect(await parkedOf(one)).toEqual([]);
    // Others go through: then it is about these.
    const good = bodyFor(bodyOf([change(two.phoneNumberId, { messages: [said('good')] })]), two.appId);
    for (let i = 0; i < 7; i += 1) await applyBodies(deps, [good, bodies[0]!]).catch(() => {});
    expect(await parkedOf(one)).toMatchObject([{ reason: 'failed', detail: 'XX000: made to fail' }]);
  });
  await applyBodies(deps, bodies.slice(1));
  expect(await messagesOf(one)).toHaveLength(5);
  await failing('data', '22001', () => apply(two, { messages: [said('data'), said('fine')] }));
  expect(await parkedOf(two)).toHaveLength(1);
});

it('keeps an echo of a send whose id we do not know yet as a line of its own, and its statuses there', async () => {
  const wamid = `wamid.echoed.${one.phoneNumberId}`;
  const ours = await sentMessage(one, null);
  const value = {
    messaging_product: 'whatsapp',
    metadata: { phone_number_id: one.phoneNumberId },
    message_echoes: [
      { from: '1', to: '16505550000', id: wamid, timestamp: '1784000000', type: 'text', text: { body: 'x' } },
    ],
  };
  await applyBodies(deps, [bodyFor(bodyOf([{ field: 'smb_message_echoes', value }]), one.appId)]);
  await apply(one, { statuses: [told(wamid, 'delivered')] });
  expect((await messagesOf(one)).find((row) => row.provider_message_id === wamid)).toMatchObject({
    source: 'phone-app',
    status: 'delivered',
  });
  // What confirms ours afterwards cannot give it the id that the echo has.
  await expect(
    query('update messages set provider_message_id = $2 where id = $1', [ours, wamid]),
  ).rejects.toMatchObject({ code: '23505' });
  expect(await messageRow(ours)).toMatchObject({ status: 'queued', provider_message_id: null });
});
