import { send } from '../../src/modules/messages/send.ts';
import { writes } from '../writes.ts';
import type { Samples } from './index.ts';

export const samples: Samples = {
  'POST /v1/messages': async (stage) => {
    const { conversationId } = await writes(stage);
    return { body: { conversationId, type: 'text', text: { body: 'Your parcel is on its way' } } };
  },
  'GET /v1/messages': async (stage) => {
    const { conversationId, contactId } = await writes(stage);
    return { query: { conversationId, contactId, numberId: stage.numberId } };
  },
  'GET /v1/messages/:id': async (stage) => ({ params: { id: (await writes(stage)).messageId } }),
  'POST /v1/messages/:id/read': async (stage) => ({
    params: { id: (await writes(stage)).messageId },
    body: { typing: true },
  }),
  'POST /v1/messages/:id/retry': async (stage) => {
    const { conversationId } = await writes(stage);
    const message = await stage.tenant((tx) =>
      send(tx, { conversationId, content: { type: 'text', text: { body: 'Again' } } }),
    );
    // As delivery leaves it after its last try.
    await stage.db.withSystem('test: a message that gave up', (tx) =>
      tx.execute("update send_queue set state = 'dead' where message_id = $1", [message.id]),
    );
    return { params: { id: message.id } };
  },
  'GET /v1/can-send': async (stage) => {
    const { conversationId } = await writes(stage);
    return { query: { conversationId } };
  },
};
