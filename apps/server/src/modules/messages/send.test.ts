import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { type Actor, systemActor } from '../../platform/db/index.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { getContact, recordConsents } from '../contacts/index.ts';
import { deleteMedia, keepUpload, storeBytes } from '../media/index.ts';
import { canSend } from './can-send.ts';
import { applyKeywords } from './consent.ts';
import { presentMessage } from './present.ts';
import { listMessages, readMessage } from './read.ts';
import { type QueueCommand, send, sendMany } from './send.ts';
import { type Place, stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 24 }));
const { clock, query } = stage;
await registerJobs(stage.db);

const text = (body: string) => ({ content: { type: 'text', text: { body } } });

describe('send', () => {
  it('writes message, queue, conversation, usage and event together', async () => {
    const place = await stage.place();
    const key: Actor = { kind: 'key', id: 'ck_1', role: 'key' };
    const message = await stage.db.withTenant(place.workspaceId, key, (tx) =>
      send(tx, { to: `+${place.phone}`, ...text('hi there') }),
    );
    expect(presentMessage(message)).toMatchObject({
      direction: 'out',
      type: 'text',
      status: 'queued',
      numberId: place.numberId,
      conversationId: place.conversationId,
      contactId: place.contactId,
      providerMessageId: null,
      content: { type: 'text', text: { body: 'hi there' } },
    });
    expect(await query('select state, n from send_queue where message_id = $1', [message.id])).toMatchObject([
      { state: 'due' },
    ]);
    expect(
      await query('select last_preview, last_direction from conversations where id = $1', [
        place.conversationId,
      ]),
    ).toEqual([{ last_preview: 'hi there', last_direction: 'out' }]);
    expect(
      await query('select metric, count from monthly_usage where workspace_id = $1 order by 1', [
        place.workspaceId,
      ]),
    ).toEqual([
      { metric: 'messages.sent', count: 1 },
      { metric: 'messages.sent.service', count: 1 },
    ]);
    expect(
      await query("select name, actor->>'id' as actor from events where data->>'messageId' = $1", [
        message.id,
      ]),
    ).toEqual([{ name: 'message.queued', actor: 'ck_1' }]);
  });

  it('with one dedupe key, 200 times in parallel, sends once', async () => {
    const place = await stage.place();
    const ids = await Promise.all(
      Array.from({ length: 200 }, () => stage.say(place, 'once', { dedupeKey: 'order-7' })),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await query('select count(*) from messages where workspace_id = $1', [place.workspaceId])).toEqual(
      [{ count: 1 }],
    );
    // The same key in another workspace is another message.
    const other = await stage.place();
    expect(await stage.say(other, 'once', { dedupeKey: 'order-7' })).not.toBe(ids[0]);
  });

  it('says no with a code and a sentence', async () => {
    const place = await stage.place();
    await query('update contacts set blocked_at = $2 where id = $1', [place.contactId, clock.now()]);
    await expect(stage.say(place, 'x')).rejects.toMatchObject({
      status: 403,
      code: 'contact_blocked',
      details: { reason: 'contact_blocked', verdict: 'blocked' },
    });
    const stranger = stage.tenant(place, (tx) => send(tx, { to: '+1 650 555 9999', ...text('hello') }));
    await expect(stranger).rejects.toMatchObject({ status: 403, code: 'window_closed' });
    // Refused means nothing stays behind.
    expect(await query("select 1 from identities where value = '16505559999'")).toEqual([]);
  });

  it('needs no window where the number has none', async () => {
    const place = await stage.place({ number: { hasWindow: false } });
    const message = await stage.tenant(place, (tx) =>
      send(tx, { to: '16505558888@c.us', ...text('first words') }),
    );
    expect(message.status).toBe('queued');
  });

  it('counts the plan’s month and minute', async () => {
    const place = await stage.place({ plan: 'tiny' });
    await query(
      "insert into plans (name, messages_per_month, messages_per_minute) values ('tiny', 3, 2) on conflict do nothing",
    );
    await stage.say(place, '1');
    await stage.say(place, '2');
    await expect(stage.say(place, '3')).rejects.toMatchObject({ code: 'plan_limit_minute' });
    clock.advance(61_000);
    await stage.say(place, '3');
    await expect(stage.say(place, '4')).rejects.toMatchObject({
      code: 'quota_exceeded',
      details: { quota: 'messagesPerMonth', reason: 'plan_limit_month' },
    });
    // A batch is counted as it goes.
    const batch = await stage.place({ plan: 'tiny' });
    const commands = Array.from(
      { length: 3 },
      (_, i): QueueCommand => ({
        workspaceId: batch.workspaceId,
        conversationId: batch.conversationId,
        ...text(`${i}`),
      }),
    );
    const results = await stage.db.withSystem('test', (tx) => sendMany(tx, commands));
    expect(results.map((r) => r.outcome)).toEqual(['queued', 'queued', 'refused']);
  });

  it('sees only its own workspace', async () => {
    const mine = await stage.place();
    const theirs = await stage.place();
    await expect(
      stage.tenant(mine, (tx) => send(tx, { conversationId: theirs.conversationId, ...text('x') })),
    ).rejects.toMatchObject({ status: 404 });
    await expect(
      stage.tenant(mine, (tx) => send(tx, { contactId: theirs.contactId, ...text('x') })),
    ).rejects.toMatchObject({ status: 404 });
    await expect(
      stage.tenant(mine, (tx) =>
        sendMany(tx, [
          { workspaceId: theirs.workspaceId, conversationId: theirs.conversationId, ...text('x') },
        ]),
      ),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('sends to somebody who shows only a user id', async () => {
    const place = await stage.place({ portfolioRef: '77', number: { hasWindow: false } });
    const message = await stage.tenant(place, (tx) =>
      send(tx, { recipient: 'US.13491208655302741918', ...text('hello') }),
    );
    const verdict = await stage.tenant(place, (tx) => canSend(tx, { contactId: message.contactId! }));
    expect(verdict.verdict).toBe('free-form');
  });

  it('says of one that waits how many its number hands over before it', async () => {
    const place = await stage.place();
    const other = await stage.place();
    const ids: string[] = [];
    for (const words of ['first', 'second', 'third']) ids.push(await stage.say(place, words));
    await stage.say(other, 'of another number');
    const ahead = () =>
      Promise.all(ids.map(async (id) => (await stage.tenant(place, (tx) => readMessage(tx, id))).ahead));
    expect(await ahead()).toEqual([0, 1, 2]);
    // The first is put off: the others of its conversation stand behind it all the same, and not before it.
    await query("update send_queue set due_at = due_at + interval '1 hour' where message_id = $1", [ids[0]]);
    expect(await ahead()).toEqual([0, 1, 2]);
    // What is not in the queue any more waits for nobody.
    await query('delete from send_queue where message_id = $1', [ids[0]]);
    expect(await ahead()).toEqual([null, 0, 1]);
  });

  it('translates replies to our own ids, and lists pages without gaps', async () => {
    const place = await stage.place();
    const first = await stage.say(place, 'first');
    await query("update messages set provider_message_id = 'wamid.first' where id = $1", [first]);
    const reply = await stage.say(place, 'reply', { replyTo: first });
    const detail = await stage.tenant(place, (tx) => readMessage(tx, reply));
    expect(detail.message.replyTo).toBe('wamid.first');
    await expect(
      stage.say(place, 'x', { replyTo: '01920000-0000-7000-8000-000000000000' }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    for (let i = 0; i < 5; i += 1) await stage.say(place, `${i}`);
    for (const conversationId of [place.conversationId, undefined]) {
      const seen: string[] = [];
      let after: { at: string; id: string } | null = null;
      for (;;) {
        const rows = await stage.tenant(place, (tx) =>
          listMessages(tx, { conversationId }, { limit: 2, after }),
        );
        seen.push(...rows.map((row) => row.id));
        const last = rows.at(-1);
        if (!last) break;
        after = { at: last.shownAt.toISOString(), id: last.id };
      }
      expect(new Set(seen).size).toBe(7);
      expect(seen).toHaveLength(7);
    }
    expect(
      await stage.tenant(place, (tx) => listMessages(tx, { status: 'sending' }, { limit: 9, after: null })),
    ).toEqual([]);
  });
});

let n = 0;
/** A `message.received` event of the person, with its message. */
async function received(place: Place, body: string, content?: Record<string, unknown>): Promise<StoredEvent> {
  n += 1;
  const id = crypto.randomUUID();
  const type = (content?.type as string | undefined) ?? 'text';
  await query(
    `insert into messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source,
       status, shown_at, created_at, provider_message_id)
     values ($1, $2, $3, $4, $5, 'in', $6, $7, 'whatsapp', 'received', $8, $8, $9)`,
    [
      place.workspaceId,
      id,
      place.conversationId,
      place.numberId,
      place.contactId,
      type,
      JSON.stringify(content ?? { type: 'text', text: { body } }),
      clock.now().toISOString(),
      `wamid.in.${n}`,
    ],
  );
  return {
    seq: n,
    workspaceId: place.workspaceId,
    id,
    name: 'message.received',
    at: clock.now(),
    actor: systemActor,
    data: {
      messageId: id,
      conversationId: place.conversationId,
      contactId: place.contactId,
      numberId: place.numberId,
      providerMessageId: `wamid.in.${n}`,
      type,
      text: body,
      automated: false,
      groupRef: null,
    },
  };
}
const hear = (...events: StoredEvent[]) => stage.db.withSystem('test', (tx) => applyKeywords(tx, events));
const contactOf = (place: Place) =>
  stage.tenant(place, (tx) => getContact(tx, place.workspaceId, place.contactId));
const outOf = (place: Place) =>
  query<{ body: string; purpose: string; dedupe_key: string }>(
    `select content #>> '{text,body}' as body, purpose, dedupe_key from messages
     where conversation_id = $1 and direction = 'out' order by created_at, id`,
    [place.conversationId],
  );

describe('consent', () => {
  it('STOP opts out, tells so once, and START undoes it', async () => {
    const place = await stage.place();
    const stop = await received(place, ' Stop. ');
    await hear(stop);
    await hear(stop);
    expect(await contactOf(place)).toMatchObject({
      optedOut: true,
      optOutScope: 'all',
      optOutSource: 'keyword',
      optOutKeyword: 'stop',
    });
    expect(await outOf(place)).toMatchObject([
      { purpose: 'consent-receipt', dedupe_key: `consent:${stop.data.providerMessageId as string}` },
    ]);
    await expect(stage.say(place, 'x')).rejects.toMatchObject({ code: 'opted_out' });
    clock.advance(1_000);
    await hear(await received(place, 'STOP'));
    expect(await outOf(place)).toHaveLength(1);
    clock.advance(1_000);
    await hear(await received(place, 'start'));
    expect((await contactOf(place))?.optedOut).toBe(false);
    expect(await outOf(place)).toHaveLength(2);
    await stage.say(place, 'welcome back');
  });

  it('hears buttons by title and payload, and nothing inside a sentence', async () => {
    const place = await stage.place();
    await hear(await received(place, 'please do not stop'));
    expect((await contactOf(place))?.optedOut).toBe(false);
    await hear(
      await received(place, 'No more offers', {
        type: 'button',
        button: { text: 'No more offers', payload: 'STOP' },
      }),
    );
    expect((await contactOf(place))?.optedOut).toBe(true);
  });

  it('covers marketing only where the workspace says so, with its own words', async () => {
    const place = await stage.place({
      settings: { consentScope: 'marketing', stopWords: ['bırak', 'basta'], startWords: ['vuelvo'] },
    });
    await hear(await received(place, 'stop'));
    expect((await contactOf(place))?.optedOut).toBe(false);
    await hear(await received(place, '¡Basta!'));
    expect(await contactOf(place)).toMatchObject({ optedOut: true, optOutScope: 'marketing' });
    const [receipt] = await query<{ said: string }>(
      "select content #>> '{text,body}' as said from messages where conversation_id = $1 and direction = 'out'",
      [place.conversationId],
    );
    expect(receipt?.said).toBe('You will get no more offers from us. Write VUELVO if you change your mind.');
    await stage.say(place, 'your order');
    await expect(stage.say(place, 'offer', { purpose: 'marketing' })).rejects.toMatchObject({
      code: 'opted_out',
    });
    clock.advance(1_000);
    await hear(await received(place, 'vuelvo'));
    // In capitals it would be another word, which nobody hears.
    const word = 'bırak';
    expect((await outOf(place)).at(-1)?.body).toBe(
      `You will get messages from us again. Write ${word} at any time to end them.`,
    );
    clock.advance(1_000);
    await hear(await received(place, word));
    expect((await contactOf(place))?.optedOut).toBe(true);
  });

  it('WhatsApp’s own stop counts for marketing', async () => {
    const place = await stage.place();
    await stage.tenant(place, (tx) =>
      recordConsents(tx, [
        {
          workspaceId: place.workspaceId,
          contactId: place.contactId,
          action: 'opt-out',
          scope: 'marketing',
          source: 'whatsapp',
          at: tx.now(),
        },
      ]),
    );
    await stage.say(place, 'your order');
    await expect(stage.say(place, 'offer', { purpose: 'marketing' })).rejects.toMatchObject({ status: 403 });
  });
});

describe('files of a message', () => {
  it('are checked before anything is queued', async () => {
    const place = await stage.place();
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
      'base64',
    );
    const folder = mkdtempSync(join(tmpdir(), 'chaski-files-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const blobs = fsBlobs(folder);
    const upload = async (declaredType: string, bytes: Buffer, kind?: 'document') => {
      const file = { bytes: Readable.from([bytes]), declaredType, filename: null, kind };
      const stored = await storeBytes({ blobs, now: () => clock.now() }, file);
      return (await stage.tenant(place, (tx) => keepUpload(tx, stored))).id;
    };
    const say = (content: { type: string; [key: string]: unknown }) =>
      stage.tenant(place, (tx) => send(tx, { conversationId: place.conversationId, content }));

    const good = await upload('image/png', png);
    await say({ type: 'image', image: { mediaId: good } });
    const gif = await upload('image/gif', Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64'));
    await expect(say({ type: 'image', image: { mediaId: gif } })).rejects.toMatchObject({
      status: 422,
      code: 'media_not_allowed',
      message: expect.stringContaining('image/gif'),
    });
    await say({ type: 'document', document: { mediaId: gif } });
    await expect(say({ type: 'image', image: { mediaId: newId() } })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { problems: [{ path: 'image.mediaId' }] },
    });
    const other = await stage.place();
    await expect(
      stage.tenant(other, (tx) =>
        send(tx, {
          conversationId: other.conversationId,
          content: { type: 'image', image: { mediaId: good } },
        }),
      ),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    await stage.tenant(place, (tx) => deleteMedia(tx, good));
    await expect(say({ type: 'image', image: { mediaId: good } })).rejects.toMatchObject({
      code: 'media_not_stored',
    });
  });
});
