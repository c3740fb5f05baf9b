/**
 * The whole circle at 300 people a second: their webhook, the event, the automatic reply to WhatsApp, its three
 * statuses back. Every reply and every status must be there, once.
 */

import { toEvent } from './latency.ts';
import { expectOnly, load, phoneOf, post, signed, textWebhook, userIdOf } from './load.ts';
import { expectEqual, type Family, infoRow, latencyRow, until } from './measure.ts';
import { startStage } from './server.ts';

const rate = 300;

export const fullLoop: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const database = await cluster.database('bench_full_loop');
  const stage = await startStage(cluster, database, { autoReply: true });
  const { url, appSecret } = stage.product.ready;
  const sign = signed(appSecret);
  const seconds = quick ? 1 : 3;
  const events: number[][] = [];
  const replies: number[][] = [];
  const weak = await weakness();
  let failure = '';
  let people = 0;
  let wanted = 0;
  const state = async () => {
    const { rows } = await stage.pool.query<{
      out: number;
      read: number;
      attempts: number;
      statuses: number;
    }>(
      `select (select count(*)::int from messages where direction = 'out') as out,
              (select count(*)::int from messages where direction = 'out' and status = 'read') as read,
              (select count(*)::int from message_attempts) as attempts,
              (select count(*)::int from message_statuses) as statuses`,
    );
    return rows[0]!;
  };
  for (let i = -1; i < repeats; i++) {
    progress(`full loop, turn ${i + 1}`);
    const count = rate * seconds;
    // Everybody speaks once: a second reply within six seconds would be paced, rightly.
    const said = Array.from({ length: count }, () =>
      textWebhook(stage.phoneNumberId, phoneOf(people++, 1_000_000)),
    );
    wanted += count;
    // WhatsApp's statuses name people as their webhooks do.
    for (const { from } of said) stage.simulator.addPerson({ phone: from, userId: userIdOf(from) });
    const sent = await load({
      url,
      requests: said.map(({ body }) => post('/webhooks/cloud', body, sign)),
      connections: 30,
      rate,
      seconds: seconds + 5,
    });
    expectOnly(sent, '200');
    expectEqual('webhooks taken', sent.requests, count);
    const all = { out: wanted, read: wanted, attempts: wanted, statuses: 3 * wanted };
    await until(
      'all replies and statuses',
      async () => JSON.stringify(await state()) === JSON.stringify(all),
      20_000,
      100,
    ).catch(async () => {
      failure = `not exactly all: ${JSON.stringify(await state())} instead of ${JSON.stringify(all)}`;
    });
    const onPhones = said.map(({ from }) => stage.simulator.messagesTo(from));
    const doubled = onPhones.filter((messages) => messages.length > 1).length;
    if (doubled > 0) failure = `${doubled} phones got two replies`;
    const latencies = await toEvent(
      stage.pool,
      said.map(({ id }) => id),
      sent.startedAt,
    );
    if (i < 0) continue;
    events.push(latencies);
    replies.push(
      onPhones.flatMap((messages, k) => (messages[0] ? [messages[0].time - sent.startedAt[k]!] : [])),
    );
  }
  await stage.stop();
  await cluster.drop(database);
  return [
    latencyRow(
      'full loop at 300/s, all replies and statuses: webhook to event',
      events,
      { p50: 25, p99: 80 },
      weak,
      failure,
    ),
    infoRow(
      'full loop at 300/s: webhook to reply on the phone, p50',
      replies.map((r) => [...r].sort((a, b) => a - b)[r.length >> 1]!),
      'ms',
    ),
    infoRow(
      'full loop at 300/s: webhook to reply on the phone, p99',
      replies.map((r) => [...r].sort((a, b) => a - b)[Math.floor(r.length * 0.99)]!),
      'ms',
    ),
  ];
};
