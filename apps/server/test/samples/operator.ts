import { parse } from '@chaski/providers';
import { createAcceptor, hashOf } from '../../src/modules/inbound/accept.ts';
import { applyBodies } from '../../src/modules/inbound/apply.ts';
import { listRawEvents } from '../../src/modules/inbound/look.ts';
import { send } from '../../src/modules/messages/send.ts';
import { createLog } from '../../src/platform/log.ts';
import { seedWorkspace } from '../harness.ts';
import { writes } from '../writes.ts';
import type { Samples, Stage } from './index.ts';

/** A body for a number that nobody has: something parked to look at. */
async function parkOne(stage: Stage): Promise<string> {
  const phoneNumberId = `9${Date.now()}${Math.floor(Math.random() * 1000)}`;
  const body = Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '1555', phone_number_id: phoneNumberId },
                messages: [
                  {
                    from: '16505551234',
                    id: `wamid.${phoneNumberId}`,
                    timestamp: '1790000000',
                    type: 'text',
                    text: { body: 'x' },
                  },
                ],
              },
            },
          ],
        },
      ],
    }),
  );
  const { appId } = stage.seeded;
  await applyBodies({ db: stage.db, parse, log: createLog('silent') }, [
    {
      day: null,
      hash: hashOf('cloud', appId, body),
      source: 'cloud',
      appId,
      body,
      receivedAt: stage.clock.now(),
    },
  ]);
  return phoneNumberId;
}

/** A body at the door, not processed: this stage has no worker. */
async function receiveOne(stage: Stage): Promise<string> {
  const acceptor = createAcceptor({
    db: stage.db,
    signals: { announce: () => {} },
    log: createLog('silent'),
  });
  const body = Buffer.from(`{"object":"whatsapp_business_account","entry":[],"n":${Math.random()}}`);
  await acceptor.accept({ source: 'cloud', appId: stage.seeded.appId, body, signature: null });
  await acceptor.close();
  const [newest] = await listRawEvents(stage.db, true, { limit: 1, after: null });
  return String(newest?.n);
}

async function deadMessage(stage: Stage): Promise<string> {
  const { conversationId } = await writes(stage);
  const message = await stage.tenant((tx) =>
    send(tx, { conversationId, content: { type: 'text', text: { body: 'Again' } } }),
  );
  await stage.db.withSystem('test: a message that gave up', (tx) =>
    tx.execute("update send_queue set state = 'dead' where message_id = $1", [message.id]),
  );
  return message.id;
}

export const samples: Samples = {
  'POST /v1/operator/workspaces/:id/impersonate': ({ workspaceId, members }) => ({
    params: { id: workspaceId },
    body: { userId: members.agent, reason: 'Ticket 4711: the inbox looks empty', session: 'token' },
  }),
  'GET /v1/operator/workspaces': () => ({ query: { status: 'active' } }),
  'GET /v1/operator/workspaces/:id': (stage) => ({ params: { id: stage.workspaceId } }),
  'GET /v1/operator/workspaces/:id/usage': (stage) => ({
    params: { id: stage.workspaceId },
    query: { month: '2026-11' },
  }),
  'PATCH /v1/operator/workspaces/:id': (stage) => ({
    params: { id: stage.workspaceId },
    body: { plan: 'unlimited' },
  }),
  'GET /v1/operator/numbers': () => ({ query: { status: 'active' } }),
  'PATCH /v1/operator/numbers/:id': async (stage) => {
    const { numberId } = await seedWorkspace(stage.db, { number: { status: 'pending' } });
    return { params: { id: numberId }, body: { status: 'active' } };
  },
  'GET /v1/operator/parked': async (stage) => ({ query: { phoneNumberId: await parkOne(stage) } }),
  'GET /v1/operator/raw-events': () => ({}),
  'GET /v1/operator/raw-events/:n/body': async (stage) => ({ params: { n: await receiveOne(stage) } }),
  'POST /v1/operator/replay': async (stage) => ({ body: { phoneNumberId: await parkOne(stage) } }),
  'GET /v1/operator/dead-letters': () => ({ query: { kind: 'message' } }),
  'POST /v1/operator/dead-letters/retry': async (stage) => ({
    body: { kind: 'message', id: await deadMessage(stage) },
  }),
  'GET /v1/operator/health': () => ({}),
  'GET /v1/operator/simulator': () => ({}),
};
