/**
 * reach — tries what limited members and keys, and everybody towards numbers that are not active, may see and change;
 * gives back what was possible and should not be, and what should be and was not.
 *
 * Like matrix.ts it runs in the caller's transaction as a superuser that becomes `app` with `set local role`, so that a
 * policy can be widened before it in the same transaction.
 */
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Roles } from '../src/platform/db/roles.ts';

interface Setting {
  numberIds?: readonly string[];
  ownOnly?: boolean;
}

const tables = ['conversations', 'messages', 'media', 'events'] as const;
type ReachTable = (typeof tables)[number];

export async function reachProblems(client: ClientBase, roles: Roles): Promise<string[]> {
  const problems: string[] = [];
  const workspace = randomUUID();
  const [me, colleague] = [randomUUID(), randomUUID()];
  const [shop, office, waiting, stopped] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const at = '2026-11-20T12:00:00Z';
  const make = (sql: string, values: unknown[]) => client.query(sql, values);

  await client.query("select set_config('session_replication_role', 'replica', true)");
  for (const [id, status] of [
    [shop, 'active'],
    [office, 'active'],
    [waiting, 'pending'],
    [stopped, 'suspended'],
  ] as const) {
    await make(
      `insert into numbers (workspace_id, id, account_id, phone_number_id, display_phone_number, status, created_at)
       values ($1, $2, $3, $4, '+1', $5, $6)`,
      [workspace, id, randomUUID(), randomUUID(), status, at],
    );
  }
  // One conversation with a message, a file and events of each kind, by number and assignee.
  const threads = [
    { name: 'mine in the shop', number: shop, assignee: me },
    { name: "a colleague's in the shop", number: shop, assignee: colleague },
    { name: "nobody's in the office", number: office, assignee: null },
    { name: 'one of the waiting number', number: waiting, assignee: me },
    { name: 'one of the stopped number', number: stopped, assignee: null },
  ].map((thread) => ({ ...thread, id: randomUUID(), contact: randomUUID(), message: randomUUID() }));
  const loose = { media: randomUUID(), event: 'workspace.updated' };
  for (const thread of threads) {
    await make(
      `insert into conversations (workspace_id, id, number_id, contact_id, assignee_id, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $6)`,
      [workspace, thread.id, thread.number, thread.contact, thread.assignee, at],
    );
    await make(
      `insert into messages (workspace_id, id, conversation_id, number_id, direction, type, content, source, status, shown_at, created_at)
       values ($1, $2, $3, $4, 'in', 'text', '{}', 'whatsapp', 'received', $5, $5)`,
      [workspace, thread.message, thread.id, thread.number, at],
    );
    await make(
      `insert into media (workspace_id, id, number_id, message_id, direction, state, created_at)
       values ($1, $2, $3, $4, 'in', 'waiting', $5)`,
      [workspace, randomUUID(), thread.number, thread.message, at],
    );
    for (const data of [{ conversationId: thread.id }, { messageId: thread.message }]) {
      await event('message.received', data);
    }
    await event('contact.updated', { contactId: thread.contact });
    await event('number.updated', { numberId: thread.number });
  }
  await make(
    `insert into media (workspace_id, id, direction, state, created_at) values ($1, $2, 'out', 'stored', $3)`,
    [workspace, loose.media, at],
  );
  await event(loose.event, {});

  async function event(name: string, data: Record<string, unknown>): Promise<void> {
    await make(
      `insert into events (day, workspace_id, id, name, at, data) values ('2026-11-20', $1, $2, $3, $4, $5)`,
      [workspace, randomUUID(), name, at, JSON.stringify(data)],
    );
  }

  async function as<T>(role: string, setting: Setting, fn: () => Promise<T>): Promise<T | 'refused'> {
    await client.query('savepoint reach');
    try {
      await client.query(
        `select set_config('role', $1, true), set_config('app.workspace_id', $2, true), set_config('app.user_id', $3, true),
                set_config('app.number_ids', $4, true), set_config('app.own_only', $5, true)`,
        [
          role,
          workspace,
          me,
          setting.numberIds ? `{${setting.numberIds.join(',')}}` : '',
          setting.ownOnly ? '1' : '',
        ],
      );
      return await fn();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code !== '42501') problems.push(`unexpected ${code}: ${message}`);
      return 'refused';
    } finally {
      await client.query('rollback to savepoint reach');
    }
  }

  /** How many rows of the four tables a caller sees. */
  async function seen(setting: Setting): Promise<Record<ReachTable, number>> {
    const counts = {} as Record<ReachTable, number>;
    for (const table of tables) {
      const result = await as(roles.app, setting, async () =>
        Number((await client.query(`select count(*) as n from public.${table}`)).rows[0].n),
      );
      counts[table] = result === 'refused' ? -1 : result;
    }
    return counts;
  }
  const expectSeen = async (who: string, setting: Setting, wanted: Record<ReachTable, number>) => {
    const got = await seen(setting);
    for (const table of tables) {
      if (got[table] !== wanted[table])
        problems.push(`${who} sees ${got[table]} of ${table}, not ${wanted[table]}`);
    }
  };

  // Each visible thread: 1 conversation, 1 message, 1 file, 2 events; its contact's and its number's event, and what
  // belongs to nobody's thread, beside.
  await expectSeen(
    'somebody unlimited',
    {},
    { conversations: 3, messages: 3, media: 4, events: 3 * 2 + 5 + 5 + 1 },
  );
  await expectSeen(
    'a key of the shop',
    { numberIds: [shop] },
    {
      conversations: 2,
      messages: 2,
      media: 3,
      events: 2 * 2 + 2 + 2 + 1,
    },
  );
  await expectSeen(
    'a key of the office',
    { numberIds: [office] },
    {
      conversations: 1,
      messages: 1,
      media: 2,
      events: 2 + 1 + 1 + 1,
    },
  );
  await expectSeen(
    'a key of the waiting number',
    { numberIds: [waiting] },
    {
      conversations: 0,
      messages: 0,
      media: 1,
      events: 1 + 1,
    },
  );
  await expectSeen(
    'a key of no number',
    { numberIds: [] },
    { conversations: 0, messages: 0, media: 1, events: 1 },
  );
  await expectSeen(
    'an agent with own ones only',
    { ownOnly: true },
    {
      conversations: 2,
      messages: 2,
      media: 3,
      events: 2 * 2 + 2 + 5 + 1,
    },
  );
  await expectSeen(
    'such an agent in the shop',
    { ownOnly: true, numberIds: [shop] },
    {
      conversations: 1,
      messages: 1,
      media: 2,
      events: 2 + 1 + 2 + 1,
    },
  );

  // Changing: what is not seen is not touched, and nothing is pushed out of reach.
  const theirs = threads[1]!;
  const mine = threads[0]!;
  const change = async (
    what: string,
    setting: Setting,
    sql: string,
    values: unknown[],
    wanted: number | 'refused',
  ) => {
    const got = await as(roles.app, setting, async () => (await client.query(sql, values)).rowCount);
    if (got !== wanted) problems.push(`${what}: expected ${wanted}, got ${got}`);
  };
  const assign = 'update conversations set assignee_id = $2 where id = $1';
  await change('an agent takes a colleague’s', { ownOnly: true }, assign, [theirs.id, me], 0);
  await change('an agent gives one away', { ownOnly: true }, assign, [mine.id, colleague], 'refused');
  await change('an agent lets one go', { ownOnly: true }, assign, [mine.id, null], 1);
  await change('somebody unlimited gives one away', {}, assign, [mine.id, colleague], 1);
  const move = 'update conversations set number_id = $2 where id = $1';
  await change(
    'a key moves one out of its numbers',
    { numberIds: [shop] },
    move,
    [mine.id, office],
    'refused',
  );
  const write = `insert into messages (workspace_id, id, conversation_id, number_id, direction, type, content, source, status, shown_at, created_at)
    values ($1, $2, $3, $4, 'out', 'text', '{}', 'api', 'queued', $5, $5)`;
  const say = (thread: (typeof threads)[number]) => [workspace, randomUUID(), thread.id, thread.number, at];
  await change('an agent writes into a colleague’s', { ownOnly: true }, write, say(theirs), 'refused');
  await change('an agent writes into their own', { ownOnly: true }, write, say(mine), 1);
  await change('a key writes for another number', { numberIds: [office] }, write, say(mine), 'refused');
  await change('anybody writes for a number that waits', {}, write, say(threads[3]!), 'refused');

  // The system loses nothing of it.
  const all = await as(roles.system, {}, async () =>
    Number(
      (await client.query('select count(*) as n from messages where workspace_id = $1', [workspace])).rows[0]
        .n,
    ),
  );
  if (all !== threads.length) problems.push(`the system sees ${all} messages, not ${threads.length}`);
  return problems;
}
