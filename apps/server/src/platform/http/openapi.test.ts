import { expect, test } from 'vitest';
import { exampleOf, operationIdOf } from './openapi.ts';

test.each([
  ['GET /v1/contacts', 'contacts.list'],
  ['POST /v1/contacts', 'contacts.create'],
  ['GET /v1/contacts/:id', 'contacts.get'],
  ['PATCH /v1/contacts/:id', 'contacts.update'],
  ['POST /v1/contacts/:id/block', 'contacts.block'],
  ['POST /v1/contacts/:id/opt-out', 'contacts.optOut'],
  ['GET /v1/contacts/:id/notes', 'contacts.listNotes'],
  ['POST /v1/contacts/:id/notes', 'contacts.createNote'],
  ['DELETE /v1/conversations/:id/labels/:labelId', 'conversations.deleteLabel'],
  ['PUT /v1/conversations/:id/draft', 'conversations.putDraft'],
  ['GET /v1/can-send', 'canSend.get'],
  ['GET /v1/workspace', 'workspace.get'],
  ['POST /v1/operator/dead-letters/retry', 'operator.deadLetterRetry'],
  ['GET /v1/operator/workspaces/:id', 'operator.getWorkspace'],
])('%s is %s', (route, name) => {
  const [method, url] = route.split(' ') as [string, string];
  expect(operationIdOf(method, url)).toBe(name);
});

test('an example is what the schema gives, or the plainest that fits', () => {
  const schemas = { Id: { type: 'string', format: 'uuid' } };
  expect(
    exampleOf(
      {
        type: 'object',
        required: ['id'],
        properties: {
          id: { $ref: '#/components/schemas/Id' },
          to: { type: 'string', examples: ['+16505551234'] },
          kind: { enum: ['a', 'b'] },
          parts: { type: 'array', items: { type: 'object', properties: { deep: { type: 'string' } } } },
        },
      },
      schemas,
    ),
  ).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), to: '+16505551234', kind: 'a', parts: [{}] });
});
