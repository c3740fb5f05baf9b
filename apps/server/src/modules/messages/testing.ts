/** A stage for tests of sending: a workspace, the simulator as WhatsApp, and its webhooks applied when a test wants. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCloudProvider, type MessageItem, type Provider, type StatusItem } from '@chaski/providers';
import { createSimulator, type Simulator, VirtualClock } from '@chaski/simulator';
import { pino } from 'pino';
import { afterAll, onTestFinished } from 'vitest';
import {
  type Seeded,
  type SeedOptions,
  seedConversation,
  seedWorkspace,
  type TestDatabase,
  testRing,
  until,
} from '../../../test/harness.ts';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { systemActor } from '../../platform/db/index.ts';
import { createSignals, type Signals } from '../../platform/signals.ts';
import { routesFor, useKeyRing } from '../numbers/index.ts';
import { applyStatuses } from './apply-status.ts';
import { type Delivery, type DeliveryOptions, startDelivery } from './deliver.ts';
import { receiveMany } from './receive.ts';
import { announceSends, type SendCommand, send } from './send.ts';

export const log = pino({ level: process.env.CHASKI_TEST_LOG ?? 'silent' });

export interface Place extends Seeded {
  conversationId: string;
  contactId: string;
  /** Digits. */
  phone: string;
}

export interface Stage {
  db: Database;
  clock: TestDatabase['clock'];
  sim: Simulator;
  signals: Signals;
  provider: Provider;
  /** A workspace with an active number that exists in the simulator, and one person who has just written. */
  place(options?: SeedOptions): Promise<Place>;
  /** Another person with an open window. */
  person(place: Seeded): Promise<{ conversationId: string; contactId: string; phone: string }>;
  /** Ends with its test at the latest: it would take what the next one leaves waiting. */
  deliver(options?: Partial<DeliveryOptions>): Delivery;
  tenant<T>(place: Seeded, fn: (tx: TenantTx) => Promise<T>): Promise<T>;
  say(place: Place, text: string, more?: Partial<SendCommand>): Promise<string>;
  /** Applies the webhooks that came so far; answers how many items. */
  hear(): Promise<number>;
  /** Lets WhatsApp's time pass and hears what it says. */
  pass(ms: number): Promise<void>;
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  status(id: string): Promise<string>;
  /** Until a message has this status. */
  becomes(id: string, status: string): Promise<void>;
  /** What lies on that phone, after WhatsApp had a second to bring it. */
  texts(phone: string): Promise<string[]>;
}

/** One per test file; closes with it. */
export async function stageOn({ db, clock }: TestDatabase): Promise<Stage> {
  useKeyRing(db, testRing);
  const bodies: Buffer[] = [];
  const receiver = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      res.end('OK');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const simClock = new VirtualClock(clock.now().getTime());
  const sim = await createSimulator({ adminKey: 'key', clock: simClock });
  const signals = await createSignals(db, log);
  const silence = announceSends(signals);
  const provider = createCloudProvider();

  afterAll(async () => {
    silence();
    await signals.close();
    await provider.close();
    await sim.close();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  const query: Stage['query'] = (sql, values = []) => db.withSystem('test', (tx) => tx.query(sql, values));
  const tenant: Stage['tenant'] = (place, fn) => db.withTenant(place.workspaceId, systemActor, fn);

  async function hear(): Promise<number> {
    const batch = bodies.splice(0);
    const items = batch.flatMap((body) => provider.parse(body));
    await db.withSystem('test: webhooks', async (tx) => {
      const routes = await routesFor(
        tx,
        items.flatMap((item) => item.phoneNumberId ?? []),
      );
      const route = (item: { phoneNumberId: string | null }) => routes.get(item.phoneNumberId ?? '')!;
      await receiveMany(
        tx,
        items
          .filter((item): item is MessageItem => item.kind === 'message')
          .map((item) => ({
            route: route(item),
            item,
            providerMessageId: item.providerMessageId!,
            at: item.at ?? clock.now(),
          })),
      );
      await applyStatuses(
        tx,
        items
          .filter((item): item is StatusItem => item.kind === 'status')
          .map((item) => ({ route: route(item), item, receivedAt: clock.now() })),
      );
    });
    return items.length;
  }

  const stage: Stage = {
    db,
    clock,
    sim,
    signals,
    provider,
    async place(options = {}) {
      const token = options.token ?? `mock_${Math.random().toString(36).slice(2)}`;
      const seeded = await seedWorkspace(db, {
        plan: 'unlimited',
        baseUrl: sim.url,
        ...options,
        token,
        number: { mps: 1000, ...options.number },
      });
      await query("insert into plans (name) values ('unlimited') on conflict do nothing");
      sim.addApp({ id: seeded.appId, secret: 'secret', webhookUrl, verifyToken: 'verify' });
      sim.addNumber({
        phoneNumberId: seeded.phoneNumberId,
        displayPhoneNumber: seeded.displayPhoneNumber,
        accountId: seeded.accountRef,
        appId: seeded.appId,
        token,
        mps: 1000,
      });
      return { ...seeded, ...(await stage.person(seeded)) };
    },
    async person(seeded) {
      const person = await seedConversation(db, seeded);
      sim.addPerson({ phone: person.phone });
      return person;
    },
    deliver(options = {}) {
      const delivery = startDelivery({
        db,
        signals,
        log,
        provider: () => provider,
        random: () => 0,
        ...options,
      });
      let isRunning = true;
      const ending = (end: () => Promise<void>) => async () => {
        if (isRunning) {
          isRunning = false;
          await end();
        }
      };
      const stop = ending(() => delivery.stop());
      onTestFinished(stop);
      return { ...delivery, stop, abandon: ending(() => delivery.abandon()) };
    },
    tenant,
    async say(place, text, more = {}) {
      const message = await tenant(place, (tx) =>
        send(tx, {
          conversationId: place.conversationId,
          content: { type: 'text', text: { body: text } },
          ...more,
        }),
      );
      return message.id;
    },
    hear,
    async pass(ms) {
      await sim.advance(ms);
      await hear();
    },
    query,
    async status(id) {
      const [row] = await query<{ status: string }>('select status from messages where id = $1', [id]);
      return row?.status ?? 'gone';
    },
    async becomes(id, status) {
      try {
        await until(`message ${id} becomes ${status}`, async () => (await stage.status(id)) === status);
      } catch (error) {
        const [row] = await query(
          'select m.status, m.error, q.* from messages m left join send_queue q on q.message_id = m.id where m.id = $1',
          [id],
        );
        throw new Error(`${String(error)}; it is ${JSON.stringify(row)}`, { cause: error });
      }
    },
    async texts(phone) {
      await sim.advance(1_000);
      return sim.messagesTo(phone).map((message) => message.text);
    },
  };
  return stage;
}

/** WhatsApp's word that a message of ours is sent, as the parser gives it. */
export function statusItem(
  place: Pick<Place, 'phoneNumberId' | 'phone'>,
  { providerMessageId, attemptId, at }: { providerMessageId: string; attemptId: string | null; at: Date },
): StatusItem {
  return {
    kind: 'status',
    path: 'entry/0/changes/0/value/statuses/0',
    phoneNumberId: place.phoneNumberId,
    accountRef: null,
    displayPhoneNumber: null,
    providerMessageId,
    status: 'sent',
    participant: '',
    at,
    callbackData: attemptId,
    groupId: null,
    recipient: { phone: place.phone, userId: null, parentUserId: null, username: null, profileName: null },
    conversation: null,
    pricing: null,
    errors: [],
  };
}
