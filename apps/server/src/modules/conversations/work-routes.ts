import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import {
  allows,
  type GateHook,
  type HttpApp,
  idempotent,
  inTenant,
  type Principal,
  principalOf,
} from '../../platform/http/index.ts';
import { type BulkCommand, changeInBulk } from './bulk.ts';
import { changeMany, claimConversation } from './change.ts';
import { findConversation } from './find.ts';
import { labelMany, unlabelMany } from './labels.ts';
import { markRead, markUnread, memberOf, readEvent } from './participants.ts';
import { type ConversationRoutesDeps, oneConversation } from './paths.ts';
import { conversationBody, presentByIds } from './present.ts';
import type { ConversationRow } from './queries.ts';

const nothing = z.strictObject({}).nullish();
const until = z.iso.datetime().describe('A time to come, within a year.');
const labelIds = z.array(z.uuid()).min(1).max(20);
const oneLabel = oneConversation.extend({ labelId: z.uuid() });

const toWhom = {
  memberId: z.uuid().nullable().optional().describe('null: nobody. Left out: stays.'),
  teamId: z.uuid().nullable().optional().describe('null: no team. Left out: stays.'),
};
const assignBody = z
  .strictObject(toWhom)
  .refine(({ memberId, teamId }) => memberId !== undefined || teamId !== undefined, {
    message: 'Say memberId, teamId or both.',
  });

const ids = z.array(z.uuid()).min(1).max(500);
const bulkBody = z.discriminatedUnion('action', [
  z.strictObject({ ids, action: z.literal('assign'), ...toWhom }),
  z.strictObject({ ids, action: z.enum(['label', 'unlabel']), labelIds }),
  z.strictObject({ ids, action: z.literal('snooze'), until }),
  z.strictObject({ ids, action: z.enum(['close', 'reopen', 'read', 'unread']) }),
]);
const bulkAnswer = z
  .object({
    data: z.array(z.object({ id: z.string(), result: z.enum(['changed', 'unchanged', 'not_found']) })),
  })
  .meta({ id: 'BulkResult' });

interface Verb<Body extends z.ZodType> {
  path: string;
  description: string;
  body: Body;
  onRequest?: GateHook;
  run(tx: TenantTx, row: ConversationRow, body: z.infer<Body>, principal: Principal): Promise<unknown>;
}

/** What a team does with conversations. Every answer is the conversation as it is then. */
export function workRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  const write = gate('conversations:write');

  function post<Body extends z.ZodType>({
    path,
    description,
    body,
    onRequest = write,
    run,
  }: Verb<Body>): void {
    app.post(
      `/v1/conversations/:id/${path}`,
      {
        onRequest,
        schema: {
          tags: ['conversations'],
          description,
          params: oneConversation,
          body,
          response: { 200: conversationBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneConversation>;
        await run(tx, await findConversation(tx, id), request.body as z.infer<Body>, principalOf(request));
        return { status: 200, body: (await presentByIds(tx, [id]))[0] };
      }),
    );
  }

  post({
    path: 'assign',
    description: 'Gives it to a member, a team, both or nobody.',
    body: assignBody,
    run: (tx, row, { memberId, teamId }) =>
      changeMany(tx, [row], {
        ...(memberId === undefined ? {} : { assigneeId: memberId }),
        ...(teamId === undefined ? {} : { teamId }),
      }),
  });
  post({
    path: 'unassign',
    description: 'Nobody’s again; its team stays.',
    body: nothing,
    run: (tx, row) => changeMany(tx, [row], { assigneeId: null }),
  });
  post({
    path: 'claim',
    description: 'Takes it, if it is nobody’s. Of all who try exactly one wins; the others learn who.',
    body: nothing,
    run: async (tx, row) => {
      const claim = await claimConversation(tx, row);
      if (claim.is === 'taken') {
        throw errors.conflict(
          'already_claimed',
          `${claim.by.name || 'Somebody'} has taken this conversation.`,
          {
            assignee: claim.by,
          },
        );
      }
    },
  });
  post({
    path: 'snooze',
    description: 'Puts it aside until then, or until the person writes.',
    body: z.strictObject({ until }),
    run: (tx, row, body) => changeMany(tx, [row], { status: 'snoozed', until: new Date(body.until) }),
  });
  post({
    path: 'close',
    description: 'Done, and read for everybody. It opens again when the person writes.',
    body: nothing,
    run: (tx, row) => changeMany(tx, [row], { status: 'closed' }),
  });
  post({
    path: 'reopen',
    description: 'Opens what is closed or snoozed.',
    body: nothing,
    run: (tx, row) => changeMany(tx, [row], { status: 'open' }),
  });
  post({
    path: 'read',
    description:
      'The asking member has read it; for colleagues it stays unread. An API key reads for all, and needs conversations:write for that. The person is not told; mark a message as read for that.',
    body: nothing,
    // Of members only their own place changes: whoever may look, has looked.
    onRequest: gate('conversations:read'),
    run: (tx, row, _body, { scopes }) => {
      if (memberOf(tx) === null && !allows(scopes, 'conversations:write'))
        throw errors.forbidden('An API key reads for the whole team, and lacks conversations:write.', {
          missing: ['conversations:write'],
        });
      return read(tx, row, 'conversation.read');
    },
  });
  post({
    path: 'unread',
    description: 'The asking member wants to see it again.',
    body: nothing,
    run: (tx, row) => read(tx, row, 'conversation.unread'),
  });
  post({
    path: 'labels',
    description: 'Adds labels.',
    body: z.strictObject({ labelIds }),
    run: (tx, row, body) => labelMany(tx, [row], body.labelIds),
  });

  app.delete(
    '/v1/conversations/:id/labels/:labelId',
    {
      onRequest: gate('conversations:write'),
      schema: { tags: ['conversations'], params: oneLabel, response: { 200: conversationBody } },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { id, labelId } = request.params;
        await unlabelMany(tx, [await findConversation(tx, id)], [labelId]);
        return (await presentByIds(tx, [id]))[0]!;
      }),
  );

  app.post(
    '/v1/conversations/bulk',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['conversations'],
        description: 'One thing done to up to 500 conversations, with a result for each.',
        body: bulkBody,
        response: { 200: bulkAnswer },
      },
    },
    idempotent(db, async (tx, request) => {
      const { ids: wanted, ...command } = request.body as z.infer<typeof bulkBody>;
      return { status: 200, body: { data: await changeInBulk(tx, wanted, command as BulkCommand) } };
    }),
  );
}

async function read(
  tx: TenantTx,
  row: ConversationRow,
  name: 'conversation.read' | 'conversation.unread',
): Promise<void> {
  const [changed] = await (name === 'conversation.read' ? markRead : markUnread)(tx, [row]);
  if (!changed) return;
  const event = readEvent(name, changed);
  await emit(tx, [{ ...event, audit: { target: { kind: 'conversation', id: row.id } } }]);
}
