import { randomBytes } from 'node:crypto';
import { writes } from '../writes.ts';
import type { Sample, Samples, Stage } from './index.ts';

const unique = () => randomBytes(6).toString('hex');

/** A request about a conversation in which somebody wrote. */
const about =
  (body?: (stage: Stage) => Promise<object> | object) =>
  async (stage: Stage): Promise<Sample> => ({
    params: { id: (await writes(stage)).conversationId },
    ...(body ? { body: await body(stage) } : {}),
  });

async function made(stage: Stage, route: string, sample: Sample): Promise<string> {
  return ((await stage.send(route, sample)).body as { id: string }).id;
}

const label = (stage: Stage) =>
  made(stage, 'POST /v1/labels', { body: { name: unique(), colour: '#2f855a' } });
const team = (stage: Stage) => made(stage, 'POST /v1/teams', { body: { name: unique() } });
const reply = (stage: Stage) =>
  made(stage, 'POST /v1/quick-replies', { body: { shortcut: unique(), text: 'Hi {{contact.name|there}}' } });

async function note(stage: Stage): Promise<{ id: string; noteId: string }> {
  const { conversationId: id } = await writes(stage);
  const noteId = await made(stage, 'POST /v1/conversations/:id/notes', {
    params: { id },
    body: { text: 'Call them back.' },
  });
  return { id, noteId };
}

const tomorrow = (stage: Stage) => new Date(stage.clock.now().getTime() + 86_400_000).toISOString();

/** After this was done with it. */
const after =
  (verb: string, given: (stage: Stage) => Promise<object> | object) =>
  async (stage: Stage): Promise<Sample> => {
    const params = { id: (await writes(stage)).conversationId };
    await stage.send(`POST /v1/conversations/:id/${verb}`, { params, body: await given(stage) });
    return { params, body: {} };
  };

export const samples: Samples = {
  'GET /v1/conversations': async (stage) => {
    const { contactId } = await writes(stage);
    return { query: { contactId, numberId: stage.numberId, limit: 5 } };
  },
  'GET /v1/conversations/counts': async (stage) => {
    await writes(stage);
    return {};
  },
  'GET /v1/conversations/:id': about(),
  'GET /v1/conversations/:id/events': about(),
  'GET /v1/conversations/:id/participants': about(),
  'POST /v1/conversations/:id/assign': about((stage) => ({ memberId: stage.members.agent })),
  'POST /v1/conversations/:id/unassign': after('assign', (stage) => ({ memberId: stage.members.agent })),
  'POST /v1/conversations/:id/claim': about(() => ({})),
  'POST /v1/conversations/:id/snooze': about((stage) => ({ until: tomorrow(stage) })),
  'POST /v1/conversations/:id/close': about(() => ({})),
  'POST /v1/conversations/:id/reopen': after('close', () => ({})),
  'POST /v1/conversations/:id/read': about(() => ({})),
  'POST /v1/conversations/:id/unread': after('read', () => ({})),
  'POST /v1/conversations/:id/labels': about(async (stage) => ({ labelIds: [await label(stage)] })),
  'DELETE /v1/conversations/:id/labels/:labelId': async (stage) => {
    const [{ conversationId: id }, labelId] = [await writes(stage), await label(stage)];
    await stage.send('POST /v1/conversations/:id/labels', { params: { id }, body: { labelIds: [labelId] } });
    return { params: { id, labelId } };
  },
  'POST /v1/conversations/bulk': async (stage) => ({
    body: { ids: [(await writes(stage)).conversationId], action: 'close' },
  }),

  'GET /v1/conversations/:id/notes': async (stage) => ({ params: { id: (await note(stage)).id } }),
  'POST /v1/conversations/:id/notes': about((stage) => ({
    text: 'Who knows about this?',
    mentions: [stage.members.agent],
  })),
  'PATCH /v1/conversations/:id/notes/:noteId': async (stage) => ({
    params: await note(stage),
    body: { text: 'They called back.' },
  }),
  'DELETE /v1/conversations/:id/notes/:noteId': async (stage) => ({ params: await note(stage) }),

  'GET /v1/conversations/:id/drafts': about(),
  'PUT /v1/conversations/:id/draft': about(() => ({ text: 'Dear' })),
  'DELETE /v1/conversations/:id/draft': async (stage) => {
    const params = { id: (await writes(stage)).conversationId };
    await stage.send('PUT /v1/conversations/:id/draft', { params, body: { text: 'Dear' } });
    return { params };
  },

  'GET /v1/teams': async (stage) => {
    await team(stage);
    return { query: { limit: 5 } };
  },
  'POST /v1/teams': (stage) => ({ body: { name: unique(), memberIds: [stage.members.agent] } }),
  'GET /v1/teams/:id': async (stage) => ({ params: { id: await team(stage) } }),
  'PATCH /v1/teams/:id': async (stage) => ({ params: { id: await team(stage) }, body: { name: unique() } }),
  'DELETE /v1/teams/:id': async (stage) => ({ params: { id: await team(stage) } }),

  'GET /v1/saved-filters': () => ({}),
  'POST /v1/saved-filters': () => ({ body: { name: unique(), search: { view: 'mine', waiting: true } } }),
  'DELETE /v1/saved-filters/:id': async (stage) => ({
    params: {
      id: await made(stage, 'POST /v1/saved-filters', { body: { name: unique(), search: {} } }),
    },
  }),
  'GET /v1/quick-replies': async (stage) => {
    await reply(stage);
    return { query: { limit: 5 } };
  },
  'POST /v1/quick-replies': () => ({ body: { shortcut: unique(), text: 'See you.', scope: 'own' } }),
  'GET /v1/quick-replies/:id': async (stage) => ({ params: { id: await reply(stage) } }),
  'PATCH /v1/quick-replies/:id': async (stage) => ({
    params: { id: await reply(stage) },
    body: { text: 'Bye {{contact.name}}' },
  }),
  'DELETE /v1/quick-replies/:id': async (stage) => ({ params: { id: await reply(stage) } }),
  'GET /v1/quick-replies/:id/render': async (stage) => ({
    params: { id: await reply(stage) },
    query: { conversationId: (await writes(stage)).conversationId },
  }),
  'POST /v1/quick-replies/:id/use': async (stage) => ({
    params: { id: await reply(stage) },
    body: { conversationId: (await writes(stage)).conversationId },
  }),
};
