/**
 * The yardsticks of processing: the same effects on tables of the same shape (copies of ours with their indexes and
 * foreign keys, without row security and partitions), by a superuser.
 *   perEvent  what one writes first: a transaction and five statements per event, eight workers
 *   setWise   the bare SQL of a batch of 100, one worker per lane, nothing of ours around it but JSON.parse
 */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

const copied = ['contacts', 'identities', 'conversations', 'messages', 'event_queue'];

/** Makes schema `bare` with the raw events of `public`. */
export async function makeBareTables(pool: pg.Pool): Promise<void> {
  const tables = copied.map((table) => `create table bare.${table} (like public.${table} including all);`);
  await pool.query(`create schema bare; ${tables.join('\n')}
    create table bare.events (like public.events including all);
    create table bare.raw_events (like public.raw_events including all);
    insert into bare.raw_events select * from public.raw_events;
    alter table bare.identities add foreign key (workspace_id, contact_id) references bare.contacts (workspace_id, id);
    alter table bare.conversations add foreign key (workspace_id, number_id) references public.numbers (workspace_id, id),
      add foreign key (workspace_id, contact_id) references bare.contacts (workspace_id, id);
    alter table bare.messages add foreign key (workspace_id, conversation_id) references bare.conversations (workspace_id, id)`);
}

export interface Place {
  workspaceId: string;
  numberId: string;
  accountId: string;
}

interface Item extends Place {
  phone: string;
  userId: string;
  name: string;
  wamid: string;
  at: string;
  text: string;
}

interface Body {
  entry: {
    changes: {
      value: {
        metadata: { phone_number_id: string };
        contacts: { profile: { name: string } }[];
        messages: {
          from: string;
          from_user_id: string;
          id: string;
          timestamp: string;
          text: { body: string };
        }[];
      };
    }[];
  }[];
}

function read(body: Buffer, places: ReadonlyMap<string, Place>): Item {
  const { value } = (JSON.parse(body.toString('utf8')) as Body).entry[0]!.changes[0]!;
  const message = value.messages[0]!;
  return {
    ...places.get(value.metadata.phone_number_id)!,
    phone: message.from,
    userId: message.from_user_id,
    name: value.contacts[0]!.profile.name,
    wamid: message.id,
    at: new Date(Number(message.timestamp) * 1000).toISOString(),
    text: message.text.body,
  };
}

const eventData = (item: Item, ids: { message: string; conversation: string; contact: string }) =>
  JSON.stringify({
    messageId: ids.message,
    conversationId: ids.conversation,
    contactId: ids.contact,
    numberId: item.numberId,
    providerMessageId: item.wamid,
    type: 'text',
    groupRef: null,
    at: item.at,
    preview: item.text.slice(0, 120),
    text: item.text,
    automated: false,
  });

/** Somebody's first message also says that a contact and a conversation are new. */
const firstEvents = (item: Item, conversation: string, contact: string): [string, string][] => [
  ['contact.created', JSON.stringify({ contactId: contact })],
  [
    'conversation.opened',
    JSON.stringify({
      conversationId: conversation,
      numberId: item.numberId,
      contactId: contact,
      groupRef: null,
      again: false,
    }),
  ],
];

// ── one event at a time ──

const claimOne = `select day, hash, body from bare.raw_events where processed_at is null order by n limit 1 for update skip locked`;

const contactOne = `with known as (
    select contact_id from bare.identities where workspace_id = $1 and kind = 'phone' and scope = '' and value = $2
  ), seen as (
    update bare.contacts c set last_seen_at = greatest(c.last_seen_at, $6::timestamptz), updated_at = $7
    from known where c.workspace_id = $1 and c.id = known.contact_id returning c.id
  ), made as (
    insert into bare.contacts (workspace_id, id, profile_name, phone, last_seen_at, created_at, updated_at)
    select $1, $5, $8, $2, $6, $7, $7 where not exists (select from known) returning id
  ), aliases as (
    insert into bare.identities (workspace_id, kind, scope, value, contact_id, created_at)
    select $1, a.kind, a.scope, a.value, made.id, $7 from made, (values ('phone', '', $2), ('bsuid', $4, $3)) a (kind, scope, value)
  )
  select id, false as fresh from seen union all select id, true from made`;

const conversationOne = `insert into bare.conversations as c
    (workspace_id, id, number_id, contact_id, last_message_at, last_message_id, last_preview, last_direction,
     last_inbound_at, unread_count, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, 'in', $5, 1, $8, $8)
  on conflict (workspace_id, number_id, contact_id) where contact_id is not null do update set
    last_message_at = greatest(c.last_message_at, excluded.last_message_at), last_message_id = excluded.last_message_id,
    last_preview = excluded.last_preview, last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
    unread_count = c.unread_count + 1, updated_at = excluded.updated_at
  returning id`;

const messageOne = `insert into bare.messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content,
    source, provider_message_id, status, shown_at, created_at)
  values ($1, $2, $3, $4, $5, 'in', 'text', $6::jsonb, 'whatsapp', $7, 'received', $8, $9)
  on conflict (workspace_id, number_id, provider_message_id) where provider_message_id is not null do nothing`;

const eventOne = `with made as (
    insert into bare.events (day, workspace_id, id, name, at, data)
    select $1::date, $2, t.id, t.name, $3, t.data::jsonb from unnest($4::uuid[], $5::text[], $6::text[]) as t (id, name, data)
    returning workspace_id, n, day, name
  ), queued as (
    insert into bare.event_queue (workspace_id, n, day, name) select workspace_id, n, day, name from made
  )
  update bare.raw_events set processed_at = $7 where day = $8 and hash = $9`;

export async function perEvent(
  pool: pg.Pool,
  places: ReadonlyMap<string, Place>,
  limit: number,
): Promise<number> {
  let done = 0;
  let empty = false;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const client = await pool.connect();
      const run = (name: string, text: string, values: unknown[]) => client.query({ name, text, values });
      while (!empty && done < limit) {
        done += 1;
        await client.query('begin');
        const [raw] = (await run('one_claim', claimOne, [])).rows as {
          day: string;
          hash: Buffer;
          body: Buffer;
        }[];
        if (!raw) {
          empty = true;
          done -= 1;
          await client.query('commit');
          break;
        }
        const item = read(raw.body, places);
        const now = new Date().toISOString();
        const message = randomUUID();
        const { workspaceId, numberId } = item;
        const found = (
          await run('one_contact', contactOne, [
            workspaceId,
            item.phone,
            item.userId,
            item.accountId,
            randomUUID(),
            item.at,
            now,
            item.name,
          ])
        ).rows[0] as { id: string; fresh: boolean };
        const contact = found.id;
        const conversation = (
          await run('one_conversation', conversationOne, [
            workspaceId,
            randomUUID(),
            numberId,
            contact,
            item.at,
            message,
            item.text.slice(0, 120),
            now,
          ])
        ).rows[0].id as string;
        await run('one_message', messageOne, [
          workspaceId,
          message,
          conversation,
          numberId,
          contact,
          JSON.stringify({ type: 'text', text: { body: item.text } }),
          item.wamid,
          item.at,
          now,
        ]);
        const events = [
          ['message.received', eventData(item, { message, conversation, contact })],
          ...(found.fresh ? firstEvents(item, conversation, contact) : []),
        ];
        await run('one_event', eventOne, [
          now.slice(0, 10),
          workspaceId,
          item.at,
          events.map(() => randomUUID()),
          events.map(([name]) => name),
          events.map(([, data]) => data),
          now,
          raw.day,
          raw.hash,
        ]);
        await client.query('commit');
      }
      client.release();
    }),
  );
  return (1000 * done) / (performance.now() - begun);
}

// ── a hundred at a time ──

const claimMany = `select day, hash, n, body from bare.raw_events
  where processed_at is null and n > $1 and shard % $2::smallint = $3::smallint order by n limit 100`;

const findMany = `select i.value, i.contact_id from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as a (workspace_id, kind, scope, value)
  join bare.identities i using (workspace_id, kind, scope, value)`;

const contactsMany = `insert into bare.contacts (workspace_id, id, profile_name, phone, last_seen_at, created_at, updated_at)
  select t.*, $6::timestamptz, $6::timestamptz
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) as t`;

const identitiesMany = `insert into bare.identities (workspace_id, kind, scope, value, contact_id, created_at)
  select t.*, $6::timestamptz from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as t`;

const seenMany = `update bare.contacts c set last_seen_at = greatest(c.last_seen_at, t.at), updated_at = $4
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as t (workspace_id, id, at)
  where c.workspace_id = t.workspace_id and c.id = t.id`;

const conversationsMany = `with input as (
    select distinct on (workspace_id, number_id, contact_id) * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as t (workspace_id, id, number_id, contact_id)
    order by workspace_id, number_id, contact_id
  ), made as (
    insert into bare.conversations (workspace_id, id, number_id, contact_id, created_at, updated_at)
    select i.*, $5::timestamptz, $5::timestamptz from input i
    on conflict (workspace_id, number_id, contact_id) where contact_id is not null do nothing
    returning number_id, contact_id, id
  )
  select number_id, contact_id, id from made
  union all
  select c.number_id, c.contact_id, c.id from input i join bare.conversations c using (workspace_id, number_id, contact_id)`;

const messagesMany = `insert into bare.messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content,
    source, provider_message_id, status, shown_at, created_at)
  select t.workspace_id, t.id, t.conversation_id, t.number_id, t.contact_id, 'in', 'text', t.content::jsonb, 'whatsapp',
    t.wamid, 'received', t.at, $9::timestamptz
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[])
    as t (workspace_id, id, conversation_id, number_id, contact_id, content, wamid, at)
  on conflict (workspace_id, number_id, provider_message_id) where provider_message_id is not null do nothing
  returning id`;

const touchMany = `update bare.conversations c set last_message_at = greatest(c.last_message_at, t.at), last_message_id = t.message_id,
    last_preview = t.preview, last_direction = 'in', last_inbound_at = greatest(c.last_inbound_at, t.at),
    unread_count = c.unread_count + t.unread, updated_at = $7
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::int[]) as t (workspace_id, id, at, message_id, preview, unread)
  where c.workspace_id = t.workspace_id and c.id = t.id`;

const eventsMany = `with made as (
    insert into bare.events (day, workspace_id, id, name, at, data)
    select $1::date, t.workspace_id, t.id, t.name, t.at, t.data::jsonb
    from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[]) as t (workspace_id, id, at, name, data)
    returning workspace_id, n, day, name
  )
  insert into bare.event_queue (workspace_id, n, day, name) select workspace_id, n, day, name from made`;

const markMany = `update bare.raw_events r set processed_at = $3 from unnest($1::date[], $2::bytea[]) as t (day, hash)
  where r.day = t.day and r.hash = t.hash`;

export async function setWise(
  pool: pg.Pool,
  places: ReadonlyMap<string, Place>,
  lanes: number,
): Promise<number> {
  let done = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const client = await pool.connect();
      const run = async <T>(name: string, text: string, values: unknown[]) =>
        (await client.query({ name, text, values })).rows as T[];
      let high = 0;
      for (;;) {
        const raw = await run<{ day: string; hash: Buffer; n: number; body: Buffer }>(
          'many_claim',
          claimMany,
          [high, lanes, lane],
        );
        if (raw.length === 0) break;
        high = raw.at(-1)!.n;
        const items = raw.map(({ body }) => read(body, places));
        const now = new Date().toISOString();
        const people = new Map(items.map((item) => [`${item.workspaceId}${item.phone}`, item]));
        const list = [...people.values()].sort((a, b) =>
          a.workspaceId + a.phone < b.workspaceId + b.phone ? -1 : 1,
        );
        await client.query('begin');
        const twice = [...list, ...list];
        const kinds = twice.map((_item, i) => (i < list.length ? 'phone' : 'bsuid'));
        const scopes = twice.map((item, i) => (i < list.length ? '' : item.accountId));
        const values = twice.map((item, i) => (i < list.length ? item.phone : item.userId));
        const found = new Map(
          (
            await run<{ value: string; contact_id: string }>('many_find', findMany, [
              twice.map((i) => i.workspaceId),
              kinds,
              scopes,
              values,
            ])
          ).map((row) => [row.value, row.contact_id]),
        );
        const fresh = list.filter((item) => !found.has(item.phone));
        const seen = list.filter((item) => found.has(item.phone));
        for (const item of fresh) found.set(item.phone, randomUUID());
        const contactOf = (item: Item) => found.get(item.phone)!;
        if (fresh.length > 0) {
          await run('many_contacts', contactsMany, [
            fresh.map((i) => i.workspaceId),
            fresh.map(contactOf),
            fresh.map((i) => i.name),
            fresh.map((i) => i.phone),
            fresh.map((i) => i.at),
            now,
          ]);
          const both = [...fresh, ...fresh];
          await run('many_identities', identitiesMany, [
            both.map((i) => i.workspaceId),
            both.map((_i, at) => (at < fresh.length ? 'phone' : 'bsuid')),
            both.map((i, at) => (at < fresh.length ? '' : i.accountId)),
            both.map((i, at) => (at < fresh.length ? i.phone : i.userId)),
            both.map(contactOf),
            now,
          ]);
        }
        if (seen.length > 0)
          await run('many_seen', seenMany, [
            seen.map((i) => i.workspaceId),
            seen.map(contactOf),
            seen.map((i) => i.at),
            now,
          ]);
        const threads = new Map(
          (
            await run<{ number_id: string; contact_id: string; id: string }>(
              'many_conversations',
              conversationsMany,
              [
                items.map((i) => i.workspaceId),
                items.map(() => randomUUID()),
                items.map((i) => i.numberId),
                items.map(contactOf),
                now,
              ],
            )
          ).map((row) => [row.number_id + row.contact_id, row.id]),
        );
        const threadOf = (item: Item) => threads.get(item.numberId + contactOf(item))!;
        const ids = items.map(() => randomUUID());
        const made = new Set(
          (
            await run<{ id: string }>('many_messages', messagesMany, [
              items.map((i) => i.workspaceId),
              ids,
              items.map(threadOf),
              items.map((i) => i.numberId),
              items.map(contactOf),
              items.map((i) => JSON.stringify({ type: 'text', text: { body: i.text } })),
              items.map((i) => i.wamid),
              items.map((i) => i.at),
              now,
            ])
          ).map((row) => row.id),
        );
        const unread = new Map<string, { item: Item; id: string; count: number }>();
        items.forEach((item, i) => {
          if (!made.has(ids[i]!)) return;
          unread.set(threadOf(item), {
            item,
            id: ids[i]!,
            count: (unread.get(threadOf(item))?.count ?? 0) + 1,
          });
        });
        const touches = [...unread].sort(([a], [b]) => (a < b ? -1 : 1));
        await run('many_touch', touchMany, [
          touches.map(([, t]) => t.item.workspaceId),
          touches.map(([id]) => id),
          touches.map(([, t]) => t.item.at),
          touches.map(([, t]) => t.id),
          touches.map(([, t]) => t.item.text.slice(0, 120)),
          touches.map(([, t]) => t.count),
          now,
        ]);
        const events = [
          ...items.map((item, at): [Item, string, string] => [
            item,
            'message.received',
            eventData(item, { message: ids[at]!, conversation: threadOf(item), contact: contactOf(item) }),
          ]),
          ...fresh.flatMap((item) =>
            firstEvents(item, threadOf(item), contactOf(item)).map(([name, data]): [Item, string, string] => [
              item,
              name,
              data,
            ]),
          ),
        ];
        await run('many_events', eventsMany, [
          now.slice(0, 10),
          events.map(([item]) => item.workspaceId),
          events.map(() => randomUUID()),
          events.map(([item]) => item.at),
          events.map(([, name]) => name),
          events.map(([, , data]) => data),
        ]);
        await run('many_mark', markMany, [raw.map((r) => r.day), raw.map((r) => r.hash), now]);
        await client.query('commit');
        done += raw.length;
      }
      client.release();
    }),
  );
  return (1000 * done) / (performance.now() - begun);
}
