import type { ChaskiEvent } from '@chaski/contracts';
import { expect, test } from 'vitest';
import { messageHeard } from './thread-heard.ts';

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
