/** Webhooks have the keys and types of recorded ones. Extra keys must be on the list, with the reason. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { NewMessage } from './index.ts';
import { asArray, asObject, type Json, type JsonObject, parseJson } from './json.ts';
import { ana, idOf, type Stage, stage, text } from './test-stage.ts';

const FIXTURES = new URL('../../../../shared/fixtures/webhooks/', import.meta.url);
const here = existsSync(FIXTURES);

function fixture(file: string, name: string): JsonObject {
  return asObject(asObject(parseJson(readFileSync(new URL(`${file}.json`, FIXTURES), 'utf8')))[name]);
}

/** `a.b[].c:string` for every leaf; lists are merged. */
function shape(value: Json | undefined, path = ''): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => shape(item, `${path}[]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => shape(item, path ? `${path}.${key}` : key));
  return [`${path}:${value === null ? 'null' : typeof value}`];
}

const VALUE = 'entry[].changes[].value';
/** Newer than the recordings. */
const NEWER = new Set([
  `${VALUE}.messages[].from_user_id:string`,
  `${VALUE}.messages[].system.user_id:string`,
  `${VALUE}.messages[].system.previous_user_id:string`,
  `${VALUE}.statuses[].recipient_user_id:string`,
  // pricing.type came with per-message pricing (2025-07-01)
  `${VALUE}.statuses[].pricing.type:string`,
  // media webhooks carry a URL since 2025-10; some recordings are older
  ...['image', 'video', 'audio', 'document', 'sticker'].map(
    (kind) => `${VALUE}.messages[].${kind}.url:string`,
  ),
]);
/** Only for people in businesses with several portfolios. */
const RARE = new Set([
  `${VALUE}.contacts[].parent_user_id:string`,
  `${VALUE}.message_echoes[].to_parent_user_id:string`,
  `${VALUE}.messages[].context.forwarded:boolean`,
]);

function compare(ours: JsonObject, recorded: JsonObject, ignore: readonly string[] = []): void {
  const mine = new Set(shape(ours));
  const theirs = new Set(shape(recorded));
  const skip = (line: string) => RARE.has(line) || ignore.some((part) => line.includes(part));
  expect(
    [...theirs].filter((line) => !mine.has(line) && !skip(line)),
    'missing here',
  ).toEqual([]);
  expect(
    [...mine].filter((line) => !theirs.has(line) && !NEWER.has(line) && !skip(line)),
    'unknown there',
  ).toEqual([]);
}

const last = (on: Stage) => on.received.at(-1)?.json ?? {};

describe.skipIf(!here)('shapes equal the recorded webhooks (skipped without ../shared)', () => {
  const media = 'MEDIA';
  const messages: [string, string, NewMessage, string[]?][] = [
    ['message', 'text', { type: 'text', text: 'x' }],
    ['message', 'media_with_url', { type: 'image', mediaId: media }],
    ['message', 'image', { type: 'image', mediaId: media }],
    ['message', 'video', { type: 'video', mediaId: media, caption: 'c' }],
    ['message', 'document', { type: 'document', mediaId: media, caption: 'c' }],
    ['message', 'voice', { type: 'audio', mediaId: media, voice: true }],
    ['message', 'static_sticker', { type: 'sticker', mediaId: media }],
    ['message', 'reaction', { type: 'reaction', messageId: 'ANSWER', emoji: '👍' }],
    ['message', 'unreaction_no_emoji', { type: 'reaction', messageId: 'ANSWER', emoji: '' }],
    ['message', 'current_location', { type: 'location', latitude: 1, longitude: 2 }],
    [
      'message',
      'chosen_location',
      { type: 'location', latitude: 1, longitude: 2, name: 'n', address: 'a' },
      ['location.url'],
    ],
    ['message', 'unsupported_with_type', { type: 'unsupported' }],
    ['message', 'reply', { type: 'text', text: 'x', context: 'ANSWER' }],
    [
      'message',
      'contacts',
      { type: 'contacts', contacts: [{ name: 'C B', phones: ['+1 555'], emails: [] }] },
    ],
    ['callback_button', 'button', { type: 'button_reply', id: 'a', title: 'A', context: 'ANSWER' }],
    [
      'callback_button',
      'quick_reply',
      { type: 'template_button', payload: 'a', text: 'A', context: 'ANSWER' },
    ],
    ['callback_button', 'quick_reply_without_context', { type: 'template_button', payload: 'a', text: 'A' }],
    ['callback_selection', 'callback', { type: 'list_reply', id: 'a', title: 'A', context: 'ANSWER' }],
    [
      'callback_selection',
      'description',
      { type: 'list_reply', id: 'a', title: 'A', description: 'd', context: 'ANSWER' },
    ],
    ['flow_completion', 'completion', { type: 'flow_reply', response: '{}', context: 'ANSWER' }],
  ];

  test.each(messages)('%s/%s', async (file, name, message, ignore = []) => {
    const on = await stage();
    const person = ana(on);
    const answer = idOf(await on.send(text('+15550100001')));
    await on.sim.advance(1000);
    const mediaId = person.addMedia(Buffer.from('x'), 'application/octet-stream', 'x');
    const filled = JSON.parse(
      JSON.stringify(message).replaceAll('ANSWER', answer).replaceAll('"MEDIA"', `"${mediaId}"`),
    ) as NewMessage;
    person.send(filled);
    await on.sim.idle();
    compare(last(on), fixture(file, name), ['vcard', ...ignore]);
  });

  test.each(['sent', 'delivered', 'read', 'failed', 'with_tracker'])('message_status/%s', async (name) => {
    const on = await stage();
    const person = ana(on);
    if (name === 'failed') on.sim.faults.arm('fail_after_sent');
    const tracked = name === 'with_tracker' ? { biz_opaque_callback_data: 'x' } : {};
    // a version that still carries `conversation`
    await on.call('POST', '/v23.0/106540352242922/messages', {
      messaging_product: 'whatsapp',
      ...text('+15550100001'),
      ...tracked,
    });
    await on.sim.advance(1000);
    person.read();
    await on.sim.idle();
    const wanted = name === 'with_tracker' ? 'sent' : name;
    const found =
      on.received.find(({ json }) => JSON.stringify(json).includes(`"status":"${wanted}"`))?.json ?? {};
    // read: `pricing` comes once with delivered or read; failed: contacts are left out since the BSUID change
    const ignore = name === 'read' ? ['.pricing.'] : name === 'failed' ? ['.contacts[]'] : [];
    compare(found, fixture('message_status', name), ignore);
  });

  test('system/phone_number_change', async () => {
    const on = await stage();
    ana(on).changeNumber();
    await on.sim.idle();
    compare(last(on), fixture('system', 'phone_number_change'));
  });

  test('outgoing_message/text, account_update, template_category_update', async () => {
    const on = await stage();
    ana(on);
    await on.sim.idle();
    on.sim.faults.arm('coexistence_echo');
    await on.sim.idle();
    compare(last(on), fixture('outgoing_message', 'text'));
    on.sim.faults.arm('account_update');
    await on.sim.idle();
    compare(last(on), fixture('account_update', 'account_restriction'));
    on.sim.faults.arm('template_to_marketing');
    await on.sim.idle();
    compare(last(on), fixture('template_category_update', 'marketing'), ['previous_category']);
    on.sim.setTemplateStatus('102290129340398', 'hello_world', 'APPROVED');
    await on.sim.idle();
    const value = asObject(asObject(asArray(asObject(asArray(last(on).entry)[0]).changes)[0]).value);
    expect(Object.keys(value)).toContain('message_template_id');
  });
});
