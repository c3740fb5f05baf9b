/** A stage for tests of what webhooks do: the door's acceptor, processors on demand, and a look at every table. */
import { parse } from '@chaski/providers';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { createAcceptor, hashOf } from '../src/modules/inbound/accept.ts';
import { applyBodies, type Body } from '../src/modules/inbound/apply.ts';
import { startProcessor } from '../src/modules/inbound/index.ts';
import { bodyOf, change, said } from '../src/modules/inbound/testing.ts';
import { newId } from '../src/platform/ids.ts';
import { type Seeded, seedWorkspace, testDatabase, until } from './harness.ts';

/** Signals of one process alone, without the way through the database. */
export function signalsHere() {
  const listeners = new Set<() => void>();
  return {
    announce: () => {
      for (const listener of listeners) listener();
    },
    on: (_channel: string, listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** For a whole test file. */
export async function inboundStage() {
  const log = pino({ level: 'silent' });
  const { db, clock, ownerUrl } = await testDatabase({ poolSize: 12 });
  const deps = { db, parse, log };
  // The program writes its jobs' names at start.
  await db.withSystem('test', (tx) =>
    tx.execute("insert into job_names (name) values ('media.fetch') on conflict do nothing"),
  );

  const signals = signalsHere();
  const acceptor = createAcceptor({ db, log, signals });
  afterAll(() => acceptor.close());

  const twoWorkspaces = async (): Promise<[Seeded, Seeded]> => [
    await seedWorkspace(db, { name: 'One' }),
    await seedWorkspace(db, { name: 'Two' }),
  ];

  /** Hands a body in as the door does. */
  const post = (body: Buffer, appId: string) =>
    acceptor.accept({ source: 'cloud', appId, body, signature: null });

  const query = async <Row = Record<string, unknown>>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> => db.withSystem('test', (tx) => tx.query<Row>(sql, values));
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

  /** To apply a body directly: for what is about effects and not about claiming. */
  const bodyFor = (body: Buffer, appId: string): Body => ({
    hash: hashOf('cloud', appId, body),
    source: 'cloud',
    appId,
    body,
    receivedAt: clock.now(),
    day: null,
  });
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

  return {
    db,
    clock,
    ownerUrl,
    deps,
    log,
    signals,
    twoWorkspaces,
    post,
    query,
    waiting,
    work,
    bodyFor,
    apply,
    messagesOf,
    eventsOf,
    conversationsOf,
    state,
    sentMessage,
    messageRow,
  };
}
