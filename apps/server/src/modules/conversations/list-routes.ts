import { z } from 'zod';
import {
  byTime,
  type HttpApp,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  sliceOf,
} from '../../platform/http/index.ts';
import { getSegment, segmentSql } from '../contacts/index.ts';
import { findConversation } from './find.ts';
import { memberOf } from './participants.ts';
import { type ConversationRoutesDeps, oneConversation } from './paths.ts';
import { memberNames } from './people.ts';
import { conversationBody, memberBody, presentByIds, presenter, presentMember } from './present.ts';
import { selectActivity } from './queries-activity.ts';
import { selectParticipants } from './queries-participants.ts';
import { orders, selectConversationList, selectCounts, views } from './queries-read.ts';

const flag = z.enum(['true', 'false']).optional();
const isTrue = (given: 'true' | 'false' | undefined) => given === 'true';

const listFilter = listQuery.extend({
  view: z
    .enum(views)
    .default('all')
    .describe('mine, unassigned and open show what is open; mine and mentions are the asking member’s.'),
  order: z.enum(orders).default('newest').describe('waiting: who has waited longest comes first.'),
  numberId: z.uuid().optional(),
  teamId: z.uuid().optional(),
  labelId: z
    .union([z.uuid(), z.array(z.uuid()).max(10)])
    .optional()
    .describe('Several times: those that carry all of them.'),
  assigneeId: z.union([z.uuid(), z.enum(['me', 'none'])]).optional(),
  contactId: z.uuid().optional(),
  segment: z.uuid().optional().describe('Id of a segment of contacts.'),
  status: z.enum(['open', 'snoozed', 'closed']).optional(),
  unread: flag.describe('true: only those with something unread for the asking member.'),
  waiting: flag.describe('true: only those in which the person waits for somebody’s answer.'),
  q: z.string().max(100).optional().describe('Beginning of the contact’s name or number.'),
});

const countBody = z.object({ count: z.number().int(), unread: z.number().int() });
const countOfOne = countBody.extend({ id: z.string() });
const countsBody = z
  .object({
    views: z.object(
      Object.fromEntries(views.map((view) => [view, countBody])) as Record<
        (typeof views)[number],
        typeof countBody
      >,
    ),
    numbers: z.array(countOfOne).describe('Open conversations of each number that has any.'),
    teams: z.array(countOfOne),
    labels: z.array(countOfOne),
  })
  .meta({ id: 'ConversationCounts' });

const activityBody = z
  .object({
    id: z.string(),
    name: z.string().describe('As the event: conversation.assigned, note.created …'),
    at: z.string(),
    actor: z.object({
      kind: z.string(),
      id: z.string().nullable(),
      name: z.string().nullable().describe('Of a member.'),
    }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ConversationEvent' });

const participantBody = z
  .object({
    member: memberBody,
    lookedAt: z.string().nullable(),
    wroteAt: z.string().nullable(),
    notedAt: z.string().nullable(),
  })
  .meta({ id: 'Participant' });

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** What is there, who is in it, and what was done. */
export function listRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  app.get(
    '/v1/conversations',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        querystring: listFilter,
        response: { 200: listOf(conversationBody) },
      },
    },
    async (request) => {
      const { limit, numberId, labelId, assigneeId, unread, waiting, segment, ...given } = request.query;
      const allowed = principalOf(request).numberIds;
      const numberIds =
        numberId === undefined ? allowed : allowed === null || allowed.includes(numberId) ? [numberId] : [];
      return inTenant(db, request, async (tx) => {
        const userId = memberOf(tx);
        const chosen = segment === undefined ? null : await getSegment(tx, segment);
        const rows = await selectConversationList(
          tx,
          {
            ...given,
            userId,
            people: chosen ? (values) => segmentSql(tx, chosen.filter, values) : undefined,
            numberIds,
            labelIds: labelId === undefined ? [] : [labelId].flat(),
            // Nothing is a program's own.
            assigneeId: assigneeId === 'none' ? null : assigneeId === 'me' ? (userId ?? '') : assigneeId,
            unread: isTrue(unread),
            waiting: isTrue(waiting),
          },
          given.order,
          sliceOf(request.query, byTime),
        );
        return page(
          rows,
          limit,
          (row) => [
            (given.order === 'waiting' ? row.waitingSince : row.lastMessageAt)!.toISOString(),
            row.id,
          ],
          await presenter(tx, rows),
        );
      });
    },
  );

  app.get(
    '/v1/conversations/counts',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        description: 'How many each view, number, team and label holds, and how many of them are unread.',
        response: { 200: countsBody },
      },
    },
    (request) =>
      inTenant(db, request, (tx) => selectCounts(tx, memberOf(tx), principalOf(request).numberIds)),
  );

  app.get(
    '/v1/conversations/:id',
    {
      onRequest: gate('conversations:read'),
      schema: { tags: ['conversations'], params: oneConversation, response: { 200: conversationBody } },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { id } = await findConversation(tx, request.params.id);
        return (await presentByIds(tx, [id]))[0]!;
      }),
  );

  app.get(
    '/v1/conversations/:id/events',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        description:
          'Who assigned, labelled, snoozed, closed, noted: newest first, kept with the conversation.',
        params: oneConversation,
        querystring: listQuery,
        response: { 200: listOf(activityBody) },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { limit } = request.query;
        const { id } = await findConversation(tx, request.params.id);
        const rows = await selectActivity(tx, id, sliceOf(request.query, byTime));
        const names = await memberNames(
          tx,
          rows.map((row) => (row.actorKind === 'user' ? row.actorId : null)),
        );
        return page(
          rows,
          limit,
          (row) => [row.at.toISOString(), row.id],
          (row) => ({
            id: row.id,
            name: row.name,
            at: row.at.toISOString(),
            actor: {
              kind: row.actorKind,
              id: row.actorId,
              name: (row.actorId !== null && names.get(row.actorId)) || null,
            },
            data: row.data,
          }),
        );
      }),
  );

  app.get(
    '/v1/conversations/:id/participants',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        description: 'Members who looked, wrote or noted; the last one first.',
        params: oneConversation,
        response: { 200: listOf(participantBody) },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { id } = await findConversation(tx, request.params.id);
        const rows = await selectParticipants(tx, id);
        const names = await memberNames(
          tx,
          rows.map((row) => row.userId),
        );
        return {
          data: rows.map((row) => ({
            member: presentMember(row.userId, names),
            lookedAt: iso(row.lookedAt),
            wroteAt: iso(row.wroteAt),
            notedAt: iso(row.notedAt),
          })),
          nextCursor: null,
        };
      }),
  );
}
