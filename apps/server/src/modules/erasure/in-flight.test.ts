/** A message that is queued or being handed over while its person is merged into another or erased. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SendCall, SendOutcome } from '@chaski/providers';
import { afterAll, afterEach, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { newId } from '../../platform/ids.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { lockCampaign } from '../campaigns/queries.ts';
import { mergeContacts } from '../contacts/merge.ts';
import { moveConversations } from '../conversations/unite.ts';
import type { Delivery, DeliveryOptions } from '../messages/deliver.ts';
import { withdraw } from '../messages/index.ts';
import { log, type Place, stageOn } from '../messages/testing.ts';
import { confirmation, requestErasure } from './erase.ts';
import { eraseHandler } from './index.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const { db, query, clock } = stage;
await registerJobs(db);
const directory = mkdtempSync(join(tmpdir(), 'chaski-in-flight-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let deliveries: Delivery[] = [];
const deliver = (options: Partial<DeliveryOptions> = {}) => {
  const delivery = stage.deliver(options);
  deliveries.push(delivery);
};
afterEach(async () => {
  for (const delivery of deliveries) await delivery.stop();
  deliveries = [];
});

/** The provider with a gate before the call: `reached` when somebody stands there, until `open` lets them on. */
function gated() {
  let open = () => {};
  let stands = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    stands = resolve;
  });
  const send = async (call: SendCall): Promise<SendOutcome> => {
    stands();
    await opened;
    return stage.provider.send(call);
  };
  return { open, reached, options: { provider: () => ({ ...stage.provider, send }) } };
}

const merge = (place: Place, kept: string, gone: string) =>
  stage.tenant(place, (tx) => mergeContacts(tx, kept, gone));
/** What the consumer of `contact.merged` does. */
const follow = (place: Place, kept: string, gone: string) =>
  db.withSystem('test', (tx) => moveConversations(tx, place.workspaceId, gone, kept));
const attempts = (id: string) => query('select outcome from message_attempts where message_id = $1', [id]);

async function erasure(place: Place, contactId: string) {
  const { id } = await stage.tenant(place, (tx) => requestErasure(tx, contactId, confirmation(contactId)));
  const deps = {
    db,
    blobs: fsBlobs(directory),
    eraseBodies: async () => ({ bodies: 0, parkedBodies: 0 }),
    eraseSearch: async () => ({ words: 0 }),
  };
  const signal = new AbortController().signal;
  return () =>
    eraseHandler(deps).run({ erasureId: id }, { workspaceId: place.workspaceId, attempt: 1, log, signal });
}

/** Begins an erasure and goes on when it waits for somebody else's rows, or is over; `ended` is what came of it. */
async function begun(erase: () => Promise<unknown>): Promise<{ ended: Promise<unknown> }> {
  let isOver = false;
  const ended = erase().then(
    () => 'erased',
    (error: unknown) => error,
  );
  void ended.then(() => {
    isOver = true;
  });
  await until('the erasure waits', async () => {
    const waits = await query(
      `select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where a.datname = current_database() and not l.granted`,
    );
    return isOver || waits.length > 0;
  });
  return { ended };
}

it('queued while the contact is merged: it goes once, to the survivor', async () => {
  const place = await stage.place();
  const kept = await stage.person(place);
  const id = await stage.say(place, 'to whoever it is now');
  await merge(place, kept.contactId, place.contactId);
  await follow(place, kept.contactId, place.contactId);
  deliver();
  await stage.becomes(id, 'accepted');
  expect(await stage.texts(kept.phone)).toEqual(['to whoever it is now']);
  expect(await stage.texts(place.phone)).toEqual([]);
  expect(await attempts(id)).toHaveLength(1);
});

it('queued, the survivor opted out: not sent, also before the thread has followed', async () => {
  const place = await stage.place();
  const kept = await stage.person(place);
  await query(
    "update contacts set consent_service = 'out', opted_out = true, opt_out_scope = 'all' where id = $1",
    [kept.contactId],
  );
  const id = await stage.say(place, 'must not be sent');
  await merge(place, kept.contactId, place.contactId);
  deliver();
  await until('it waits for its thread', async () => {
    const [row] = await query<{ reason: string | null }>(
      'select reason from send_queue where message_id = $1',
      [id],
    );
    return row?.reason?.includes('follows its contact');
  });
  await follow(place, kept.contactId, place.contactId);
  clock.advance(2_000);
  await stage.becomes(id, 'cancelled');
  expect([await stage.texts(place.phone), await stage.texts(kept.phone)]).toEqual([[], []]);
});

it('being handed over while the contact is merged: sent once, and its statuses still find it', async () => {
  const place = await stage.place();
  const kept = await stage.person(place);
  const gate = gated();
  deliver(gate.options);
  const id = await stage.say(place, 'on its way');
  await gate.reached;
  await merge(place, kept.contactId, place.contactId);
  await follow(place, kept.contactId, place.contactId);
  gate.open();
  await stage.becomes(id, 'accepted');
  await stage.pass(1_000);
  expect(await stage.status(id)).toBe('delivered');
  expect(await stage.texts(place.phone)).toEqual(['on its way']);
  expect(await attempts(id)).toEqual([{ outcome: 'accepted' }]);
  const [row] = await query('select contact_id, conversation_id from messages where id = $1', [id]);
  expect(row).toEqual({ contact_id: kept.contactId, conversation_id: kept.conversationId });
});

it('queued while the person is erased: cancelled, never sent', async () => {
  const place = await stage.place();
  const id = await stage.say(place, 'to nobody any more');
  await (await erasure(place, place.contactId))();
  deliver();
  const other = await stage.person(place);
  const later = await stage.say({ ...place, ...other }, 'the one behind it');
  await stage.becomes(later, 'accepted');
  expect(await stage.status(id)).toBe('cancelled');
  expect(await stage.texts(place.phone)).toEqual([]);
  expect(await attempts(id)).toEqual([]);
});

it('being handed over while the person is erased: the erasure waits for the call, then nothing is left', async () => {
  const place = await stage.place();
  const gate = gated();
  deliver(gate.options);
  const id = await stage.say(place, 'a last word');
  await gate.reached;
  const behind = await stage.say(place, 'never said');
  const erase = await erasure(place, place.contactId);
  await expect(erase()).rejects.toThrow(/being handed over/);
  gate.open();
  await stage.becomes(id, 'accepted');
  await until('nothing is being handed over', () =>
    erase().then(
      () => true,
      () => false,
    ),
  );
  const sent = await stage.texts(place.phone);
  expect(sent.filter((text) => text === 'a last word')).toHaveLength(1);
  expect(await attempts(id)).toEqual([{ outcome: 'accepted' }]);
  const rows = await query<{ content: object }>(
    'select content from messages where workspace_id = $1 and conversation_id = $2',
    [place.workspaceId, place.conversationId],
  );
  expect(JSON.stringify(rows)).not.toMatch(/a last word|never said/);
  // What was sent before the erasure was may be the second one too; what waited is not sent afterwards.
  const [second] = await query<{ status: string }>('select status from messages where id = $1', [behind]);
  expect(sent.includes('never said')).toBe(second!.status !== 'cancelled');
});

it('whose refusal is being written while the person is erased: nothing waits to be sent again', async () => {
  const place = await stage.place();
  const id = await stage.say(place, 'refused for now');
  await query("update send_queue set state = 'claimed' where message_id = $1", [id]);
  const erase = await erasure(place, place.contactId);
  const erased = await db.withSystem('test: the result is written', async (tx) => {
    await tx.query("update send_queue set state = 'due' where message_id = $1", [id]);
    return begun(erase);
  });
  expect(await erased.ended).toBe('erased');
  expect(await stage.status(id)).toBe('cancelled');
  expect(await query('select state from send_queue where message_id = $1', [id])).toEqual([]);
});

it('queued by a campaign that is cancelled while the person is erased: one waits for the other', async () => {
  const place = await stage.place();
  const id = await stage.say(place, 'news for nobody');
  const campaignId = newId();
  await query(
    `insert into campaigns (workspace_id, id, name, number_id, audience, schedule, options, author_kind, created_at,
       updated_at)
     values ($1, $2, 'News', $3, $4, '{}', '{}', 'user', $5, $5)`,
    [
      place.workspaceId,
      campaignId,
      place.numberId,
      { kind: 'phones', phones: [`+${place.phone}`] },
      clock.now().toISOString(),
    ],
  );
  const erase = await erasure(place, place.contactId);
  const erased = await stage.tenant(place, async (tx) => {
    await lockCampaign(tx, place.workspaceId, campaignId);
    const waiting = await begun(erase);
    expect(await withdraw(tx, place.workspaceId, [id])).toEqual([id]);
    return waiting;
  });
  expect(await erased.ended).toBe('erased');
  expect(await stage.status(id)).toBe('cancelled');
  const [row] = await query<{ audience: unknown }>('select audience from campaigns where id = $1', [
    campaignId,
  ]);
  expect(row?.audience).toEqual({ kind: 'phones', phones: [] });
});
