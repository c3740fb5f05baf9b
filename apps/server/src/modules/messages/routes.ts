import {
  contentOf,
  type SendCommand as SendBody,
  sendCommand,
  sendPurposes,
  sendTarget,
} from '@chaski/contracts';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import {
  byTime,
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  sliceOf,
} from '../../platform/http/index.ts';
import { type CanSendQuery, canSend } from './can-send.ts';
import { retryMessage } from './dead.ts';
import { markRead } from './mark-read.ts';
import { messageBody, messageDetailBody, messagePresenter, presentDetail } from './present.ts';
import { listMessages, readMessage } from './read.ts';
import type { MessageRow } from './rows.ts';
import { shownStatuses, type Verdict } from './rules.ts';
import { refuseOwnKey, send } from './send.ts';

export interface MessageRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

const oneMessage = z.strictObject({ id: z.uuid() });

const listMessagesQuery = listQuery.extend({
  conversationId: z.uuid().optional(),
  numberId: z.uuid().optional(),
  contactId: z.uuid().optional(),
  status: z.enum(shownStatuses).optional(),
  direction: z.enum(['in', 'out']).optional(),
  providerMessageId: z.string().max(512).optional().describe('WhatsApp’s id (wamid).'),
});

const canSendQuery = z.strictObject({
  ...sendTarget,
  contactId: z.uuid().optional(),
  conversationId: z.uuid().optional(),
  numberId: z.uuid().optional().describe('Number to send from; without it the default number.'),
  purpose: z.enum(sendPurposes).optional(),
  template: z.string().max(512).optional().describe('Name of a template: may that be sent?'),
  language: z.string().max(20).optional().describe('Language of the template, such as en_US.'),
  components: z
    .string()
    .max(20_000)
    .transform((text, context) => {
      try {
        return z.array(z.unknown()).parse(JSON.parse(text));
      } catch {
        context.addIssue({ code: 'custom', message: 'components is the JSON of template.components' });
        return z.NEVER;
      }
    })
    .optional()
    .describe('JSON of the template.components of the send: is anything missing?'),
});

const verdictBody = z
  .object({
    verdict: z
      .enum(['free-form', 'template-needed', 'blocked'])
      .describe('free-form: what was asked about may be sent now.'),
    code: z.string().optional().describe('Why not: opted_out, window_closed, number_not_active, …'),
    sentence: z.string().optional().describe('The reason for people.'),
    changesAt: z.iso.datetime().optional().describe('When the answer may change by itself.'),
    waits: z
      .object({ code: z.string(), sentence: z.string() })
      .optional()
      .describe('It would be taken but not leave at once.'),
  })
  .meta({ id: 'Verdict' });

function presentVerdict(verdict: Verdict): z.infer<typeof verdictBody> {
  const { changesAt, ...rest } = verdict;
  return { ...rest, ...(changesAt ? { changesAt: changesAt.toISOString() } : {}) };
}

/** A key that may use some numbers only sees no message of another. */
function visible<T extends Pick<MessageRow, 'numberId'>>(only: readonly string[] | null, row: T): T {
  if (only !== null && !only.includes(row.numberId)) throw errors.notFound('message');
  return row;
}

/** Carries an answer out of a transaction that must leave nothing behind. */
class Asked extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict) {
    super('only asked');
    this.verdict = verdict;
  }
}

/** Would it be sent? Whoever is asked about for the first time is not made a contact by it: the answer rolls back. */
async function ask(
  inside: (fn: (tx: TenantTx) => Promise<never>) => Promise<never>,
  query: CanSendQuery,
  only: readonly string[] | null,
): Promise<Verdict> {
  try {
    return await inside(async (tx) => {
      throw new Asked(await canSend(tx, query, only));
    });
  } catch (error) {
    if (error instanceof Asked) return error.verdict;
    throw error;
  }
}

/** /v1/messages and /v1/can-send */
export function messageRoutes(deps: MessageRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.post(
      '/v1/messages',
      {
        onRequest: gate('messages:write'),
        config: { limits: ['points'] },
        schema: {
          tags: ['messages'],
          summary: 'Send a message',
          description:
            'Queues a message and answers at once; what becomes of it shows in its status. Refused with 403 and the ' +
            'reason when the policy says no (GET /v1/can-send tells beforehand). With an Idempotency-Key the same ' +
            'request has one effect and one answer for 24 hours; dedupeKey holds as long as the message exists; with ' +
            'another recipient or content it is refused (409 dedupe_mismatch).',
          body: sendCommand,
          response: { 201: messageBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const body = request.body as SendBody;
        refuseOwnKey(body.dedupeKey, 'dedupeKey');
        const command = {
          to: body.to,
          contactId: body.contactId,
          conversationId: body.conversationId,
          recipient: body.recipient,
          numberId: body.numberId,
          replyTo: body.replyTo,
          purpose: body.purpose,
          dedupeKey: body.dedupeKey,
          workflowId: body.workflowId,
          content: contentOf(body),
          source: tx.actor.kind === 'user' ? 'inbox' : 'api',
        };
        const message = await send(tx, command, principalOf(request).numberIds);
        return { status: 201, body: (await messagePresenter(tx, [message]))(message) };
      }),
    );

    app.get(
      '/v1/messages',
      {
        onRequest: gate('messages:read'),
        schema: {
          tags: ['messages'],
          summary: 'List messages, newest first',
          querystring: listMessagesQuery,
          response: { 200: listOf(messageBody) },
        },
      },
      async (request) => {
        const { limit, ...filter } = request.query;
        const place = sliceOf(request.query, byTime);
        return inTenant(db, request, async (tx) => {
          const rows = await listMessages(tx, { ...filter, only: principalOf(request).numberIds }, place);
          return page(
            rows,
            limit,
            (row) => [row.shownAt.toISOString(), row.id],
            await messagePresenter(tx, rows),
          );
        });
      },
    );

    app.get(
      '/v1/messages/:id',
      {
        onRequest: gate('messages:read'),
        schema: {
          tags: ['messages'],
          summary: 'One message with its attempts and every status',
          params: oneMessage,
          response: { 200: messageDetailBody },
        },
      },
      async (request) => {
        const { params } = request;
        return inTenant(db, request, async (tx) => {
          const detail = await readMessage(tx, params.id);
          visible(principalOf(request).numberIds, detail.message);
          return presentDetail(tx, detail);
        });
      },
    );

    app.post(
      '/v1/messages/:id/retry',
      {
        onRequest: gate('messages:write'),
        schema: {
          tags: ['messages'],
          summary: 'Try a message again that gave up or is unconfirmed',
          description: 'An unconfirmed message may then arrive twice: nobody knows whether WhatsApp has it.',
          params: oneMessage,
          response: { 200: messageBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneMessage>;
        const message = await retryMessage(tx, id, principalOf(request).numberIds);
        return { status: 200, body: (await messagePresenter(tx, [message]))(message) };
      }),
    );

    app.post(
      '/v1/messages/:id/read',
      {
        onRequest: gate('messages:write'),
        schema: {
          tags: ['messages'],
          summary: 'Show the person that their message was read',
          description:
            'Earlier messages of the thread count as read too. Typing shows until the reply, 25 s at most.',
          params: oneMessage,
          body: z.strictObject({ typing: z.boolean().default(false) }).nullish(),
          response: { 202: z.object({ accepted: z.literal(true) }) },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneMessage>;
        const typing = (request.body as { typing?: boolean } | null | undefined)?.typing ?? false;
        await markRead(tx, { messageId: id, typing, only: principalOf(request).numberIds });
        return { status: 202, body: { accepted: true } };
      }),
    );

    app.get(
      '/v1/can-send',
      {
        onRequest: gate('messages:read'),
        schema: {
          tags: ['messages'],
          summary: 'May this be sent now, and if not, why and until when',
          querystring: canSendQuery,
          response: { 200: verdictBody },
        },
      },
      async (request) => {
        const { template, language, components, ...query } = request.query;
        if (template !== undefined && language === undefined)
          throw errors.invalidRequest([
            { path: 'query.language', message: 'A template needs its language too.' },
          ]);
        const only = principalOf(request).numberIds;
        if (only !== null && query.numberId !== undefined && !only.includes(query.numberId))
          throw errors.notFound('number', { id: query.numberId });
        return presentVerdict(
          await ask(
            (fn) => inTenant(db, request, fn),
            {
              ...query,
              ...(template !== undefined && language !== undefined
                ? { template: { name: template, language, components } }
                : {}),
            },
            only,
          ),
        );
      },
    );
  };
}
