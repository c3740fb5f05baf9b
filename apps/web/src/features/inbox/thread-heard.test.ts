import type { ChaskiEvent } from '@chaski/contracts';
import { expect, test } from 'vitest';
import { messageHeard, shownOf, unheard } from './thread-heard.ts';

const event = (data: Record<string, unknown>, name = 'message.received'): ChaskiEvent => ({
  seq: 1,
  id: 'e',
  name,
  at: '2026-11-21T06:00:01.000Z',
  actor: null,
  data: {
    messageId: 'm',
    conversationId: 'c',
    contactId: 'p',
    numberId: 'n',
    providerMessageId: 'wamid.1',
    type: 'text',
    at: '2026-11-21T06:00:00.000Z',
    text: 'hi',
    replyTo: 'wamid.0',
    ...data,
  },
});

test('words that were received are a message before anybody asked for it', () => {
  expect(messageHeard(event({}))).toMatchObject({
    id: 'm',
    direction: 'in',
    content: { type: 'text', text: { body: 'hi' } },
    replyTo: 'wamid.0',
    shownAt: '2026-11-21T06:00:00.000Z',
  });
});

test.each([
  ['a picture with a caption', event({ type: 'image' })],
  ['words that the event may have cut', event({ text: 'a'.repeat(4_096) })],
  ['no words', event({ text: null })],
  ['an edit', event({}, 'message.edited')],
])('%s has to be asked for', (_, given) => {
  expect(messageHeard(given)).toBeNull();
});

test('what was loaded is shown, not what was heard of it; what was only heard has its place by time', () => {
  const heardAt = (messageId: string, minute: number) =>
    messageHeard(event({ messageId, at: `2026-11-21T06:0${minute}:00.000Z` }))!;
  const heard = [heardAt('a', 1), heardAt('b', 2)];
  const edited = { ...heard[0]!, editedAt: '2026-11-21T06:05:00.000Z' };
  const later = heardAt('c', 3);
  expect(shownOf({ heard, messages: [edited, later], older: null })).toEqual([edited, heard[1], later]);
  expect(unheard(heard, [edited, later])).toEqual([heard[1]]);
});
