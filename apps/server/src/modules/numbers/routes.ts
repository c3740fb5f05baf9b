import { businessHours } from '@chaski/contracts';
import { z } from 'zod';
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
import { type AddNumberDeps, addNumber, type PreparedNumber, prepareNumber } from './add.ts';
import { changeNumber, requireChoice } from './change.ts';
import { askToken, setToken } from './credentials.ts';
import { hoursRoutes } from './hours-routes.ts';
import { noticeBody, numberBody, presentNotice, presentNumber } from './present.ts';
import { getNumber, listNotices, listNumbers, listWorkspaceNotices } from './read.ts';
import { setStatus } from './status.ts';
import { type KeptToken, keepToken } from './token.ts';

export interface NumberRoutesDeps extends AddNumberDeps {
  gate: Http['gate'];
}

const oneNumber = z.strictObject({ id: z.uuid() });

const newNumber = z
  .strictObject({
    phoneNumberId: z
      .string()
      .min(1)
      .max(64)
      .describe("WhatsApp's id of the number; at YCloud the number itself, like +15550783881."),
    displayPhoneNumber: z.string().min(3).max(40).optional(),
    token: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('Access token; one that begins with mock_ makes the number in the simulator.'),
    accountId: z.uuid().optional().describe('Instead of a token: an account of the workspace that has one.'),
    accountRef: z.string().min(1).max(64).optional().describe('Id of the WhatsApp Business account.'),
    portfolioRef: z.string().max(64).optional().describe('Id of the business portfolio.'),
    appId: z.uuid().optional().describe('The Meta app that signs its webhooks.'),
    name: z.string().max(200).optional(),
    graphVersion: z
      .string()
      .max(8)
      .optional()
      .meta({ examples: ['v24.0'] }),
  })
  .refine(({ token, accountId }) => (token === undefined) !== (accountId === undefined), {
    path: ['token'],
    message: 'Give either a token or an accountId.',
  });

const numberChange = z
  .strictObject({
    status: z.enum(['active', 'suspended']),
    isDefault: z.literal(true),
    mps: z.number().int().min(1).max(1000),
    displayPhoneNumber: z.string().min(3).max(40),
    marketingRoute: z
      .enum(['messages', 'marketing_messages'])
      .describe(
        'marketing_messages: marketing templates go over WhatsApp’s address for marketing, whose terms the account has to accept first. What it does not take goes as everything.',
      ),
    businessHours: businessHours.nullable().describe("null: the workspace's hold."),
    hasWindow: z
      .boolean()
      .describe(
        "Whether the 24-hour service window applies. Yours to choose for the simulator's numbers alone.",
      ),
    token: z
      .string()
      .min(1)
      .max(4096)
      .describe("A new access token for the number's account; ends a pause that a dead one caused."),
  })
  .partial()
  // One request is one change, and one line of the audit.
  .refine(
    ({ status, ...change }) =>
      status === undefined || Object.values(change).every((one) => one === undefined),
    { path: ['status'], message: 'Change the status alone.' },
  );

/** A key that may use some numbers only sees no other. */
function mayUse(numberIds: readonly string[] | null, id: string): void {
  if (numberIds !== null && !numberIds.includes(id)) throw errors.notFound('number', { id });
}

/** Before the transaction, which may not wait for WhatsApp. */
async function checkToken(
  deps: NumberRoutesDeps,
  request: Parameters<typeof principalOf>[0],
  id: string,
  token: string,
): Promise<KeptToken> {
  if (principalOf(request).numberIds !== null) {
    throw errors.forbidden(
      'This API key may use certain numbers only, and the token is for all numbers of the account.',
      { reason: 'limited_reach' },
    );
  }
  await askToken(deps, await inTenant(deps.db, request, (tx) => getNumber(tx, id)), token);
  return keepToken(deps.db, principalOf(request).workspaceId, token);
}

/** The simulator refuses by the same rule, and its phones show it. Before the transaction, which may not wait for it. */
async function tellSimulator(
  deps: NumberRoutesDeps,
  request: Parameters<typeof principalOf>[0],
  id: string,
  hasWindow: boolean,
): Promise<void> {
  const number = await inTenant(deps.db, request, (tx) => getNumber(tx, id));
  requireChoice(number);
  const { phoneNumberId, displayPhoneNumber } = number;
  await deps.simulator?.register({ phoneNumberId, displayPhoneNumber, provider: 'cloud', hasWindow });
}

/** /v1/numbers */
export function numberRoutes(deps: NumberRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    await app.register(hoursRoutes(deps));
    app.get(
      '/v1/numbers',
      {
        onRequest: gate('numbers:read'),
        schema: { tags: ['numbers'], querystring: listQuery, response: { 200: listOf(numberBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) =>
          listNumbers(tx, {
            ...sliceOf(request.query, byTime),
            only: principalOf(request).numberIds,
          }),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], presentNumber);
      },
    );

    app.post(
      '/v1/numbers',
      {
        onRequest: gate('numbers:write'),
        schema: {
          tags: ['numbers'],
          body: newNumber,
          response: { 201: numberBody.extend({ warnings: z.array(z.string()) }) },
        },
      },
      idempotent(
        db,
        async (tx, _request, prepared: PreparedNumber) => {
          const { number, warnings } = await addNumber(tx, deps, prepared);
          return { status: 201, body: { ...presentNumber(number), warnings } };
        },
        (request) => {
          const { numberIds, workspaceId } = principalOf(request);
          if (numberIds !== null) {
            throw errors.forbidden('This API key may use certain numbers only and cannot add others.', {
              reason: 'limited_reach',
            });
          }
          return prepareNumber(deps, workspaceId, newNumber.parse(request.body));
        },
      ),
    );

    app.get(
      '/v1/numbers/:id',
      {
        onRequest: gate('numbers:read'),
        schema: { tags: ['numbers'], params: oneNumber, response: { 200: numberBody } },
      },
      async (request) => {
        mayUse(principalOf(request).numberIds, request.params.id);
        return presentNumber(await inTenant(db, request, (tx) => getNumber(tx, request.params.id)));
      },
    );

    app.patch(
      '/v1/numbers/:id',
      {
        onRequest: gate('numbers:write'),
        schema: { tags: ['numbers'], params: oneNumber, body: numberChange, response: { 200: numberBody } },
      },
      async (request) => {
        mayUse(principalOf(request).numberIds, request.params.id);
        const { token, status, ...change } = request.body;
        if (change.isDefault && principalOf(request).numberIds !== null) {
          throw errors.forbidden('This API key may use certain numbers only and cannot choose the default.', {
            reason: 'limited_reach',
          });
        }
        const kept =
          token === undefined ? null : await checkToken(deps, request, request.params.id, token.trim());
        if (change.hasWindow !== undefined)
          await tellSimulator(deps, request, request.params.id, change.hasWindow);
        const number = await inTenant(db, request, async (tx) => {
          const before = await getNumber(tx, request.params.id);
          if (kept !== null) await setToken(tx, deps, { accountId: before.accountId, token: kept });
          if (status !== undefined) await setStatus(tx, before.id, status);
          return Object.keys(change).length > 0 || token !== undefined
            ? changeNumber(tx, before.id, change)
            : getNumber(tx, before.id);
        });
        return presentNumber(number);
      },
    );

    app.get(
      '/v1/numbers/:id/notices',
      {
        onRequest: gate('numbers:read'),
        schema: {
          tags: ['numbers'],
          params: oneNumber,
          querystring: listQuery,
          response: { 200: listOf(noticeBody) },
        },
      },
      async (request) => {
        mayUse(principalOf(request).numberIds, request.params.id);
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) =>
          listNotices(tx, request.params.id, sliceOf(request.query, byTime)),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], presentNotice);
      },
    );

    app.get(
      '/v1/notices',
      {
        onRequest: gate('numbers:read'),
        schema: {
          tags: ['numbers'],
          description:
            "Everything WhatsApp said about the workspace's accounts and numbers, newest first: reviews, bans, limits, templates, and fields that no part of this program knows.",
          querystring: listQuery,
          response: { 200: listOf(noticeBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) =>
          listWorkspaceNotices(tx, principalOf(request).numberIds, sliceOf(request.query, byTime)),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], presentNotice);
      },
    );
  };
}
