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
import { getAccount, listAccounts } from './account.ts';
import { addAccount, type PreparedAccount, prepareAccount } from './account-add.ts';
import {
  changeAccount,
  prepareChange,
  prepareRemoval,
  removeAccount,
  retrySubscription,
} from './account-change.ts';
import type { AccountDeps } from './account-check.ts';
import { accountBody, presentAccount } from './account-present.ts';

export interface AccountRoutesDeps extends AccountDeps {
  gate: Http['gate'];
}

const oneAccount = z.strictObject({ id: z.uuid() });

const token = z
  .string()
  .min(1)
  .max(4096)
  .describe('An access token of Meta, or an API key of YCloud. Kept sealed, never shown.');
const webhookSecret = z
  .string()
  .trim()
  .min(8)
  .max(512)
  .describe('YCloud: the secret of the endpoint, where somebody made it by hand. Kept sealed, never shown.');
const graphVersion = z
  .string()
  .max(8)
  .meta({ examples: ['v24.0'] });

const newAccount = z.strictObject({
  provider: z.enum(['cloud', 'ycloud', 'simulator']),
  name: z.string().trim().max(200).optional(),
  token: token.optional(),
  ref: z.string().trim().min(1).max(64).optional().describe("WhatsApp's id of the account (WABA)."),
  portfolioRef: z.string().trim().max(64).optional().describe('Id of the business portfolio.'),
  appId: z.uuid().optional().describe('The Meta app that signs its webhooks.'),
  graphVersion: graphVersion.optional(),
  webhookSecret: webhookSecret.optional(),
});

const accountChange = z
  .strictObject({
    name: z.string().trim().max(200),
    portfolioRef: z.string().trim().max(64),
    graphVersion,
    token,
    webhookSecret,
  })
  .partial();

/** Credentials are for all numbers of an account: a key of some numbers may not touch them. */
function requireAll(request: Parameters<typeof principalOf>[0]): void {
  if (principalOf(request).numberIds !== null) {
    throw errors.forbidden(
      'This API key may use certain numbers only, and accounts hold the tokens of all.',
      {
        reason: 'limited_reach',
      },
    );
  }
}

/** /v1/accounts */
export function numberAccountRoutes(deps: AccountRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, addressOf } = deps;
  const present = (row: Parameters<typeof presentAccount>[0]) => presentAccount(row, addressOf);
  return async (app) => {
    app.get(
      '/v1/accounts',
      {
        onRequest: gate('numbers:read'),
        schema: { tags: ['numbers'], querystring: listQuery, response: { 200: listOf(accountBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) =>
          listAccounts(tx, principalOf(request).numberIds, sliceOf(request.query, byTime)),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], present);
      },
    );

    app.post(
      '/v1/accounts',
      {
        onRequest: gate('numbers:write'),
        schema: {
          tags: ['numbers'],
          description:
            'Connects an account: its credentials are asked about, kept sealed, and webhooks are subscribed in the background.',
          body: newAccount,
          response: { 201: accountBody },
        },
      },
      idempotent(
        db,
        async (tx, _request, prepared: PreparedAccount) => ({
          status: 201,
          body: present(await addAccount(tx, deps, prepared)),
        }),
        (request) => {
          requireAll(request);
          return prepareAccount(deps, principalOf(request).workspaceId, newAccount.parse(request.body));
        },
      ),
    );

    app.get(
      '/v1/accounts/:id',
      {
        onRequest: gate('numbers:read'),
        schema: { tags: ['numbers'], params: oneAccount, response: { 200: accountBody } },
      },
      async (request) =>
        present(
          await inTenant(db, request, (tx) =>
            getAccount(tx, request.params.id, principalOf(request).numberIds),
          ),
        ),
    );

    app.patch(
      '/v1/accounts/:id',
      {
        onRequest: gate('numbers:write'),
        schema: {
          tags: ['numbers'],
          params: oneAccount,
          body: accountChange,
          response: { 200: accountBody },
        },
      },
      async (request) => {
        requireAll(request);
        const { id } = request.params;
        const token =
          request.body.token === undefined
            ? null
            : await prepareChange(
                deps,
                await inTenant(db, request, (tx) => getAccount(tx, id)),
                request.body,
              );
        return present(await inTenant(db, request, (tx) => changeAccount(tx, deps, id, request.body, token)));
      },
    );

    app.post(
      '/v1/accounts/:id/subscribe',
      {
        onRequest: gate('numbers:write'),
        schema: {
          tags: ['numbers'],
          description:
            'Has webhooks of the account come here, once more. The outcome shows in `webhooksSubscribed`.',
          params: oneAccount,
          response: { 202: accountBody },
        },
      },
      idempotent(db, async (tx, request) => {
        requireAll(request);
        return { status: 202, body: present(await retrySubscription(tx, request.params.id)) };
      }),
    );

    app.delete(
      '/v1/accounts/:id',
      {
        onRequest: gate('numbers:write'),
        schema: { tags: ['numbers'], params: oneAccount, response: { 204: z.null() } },
      },
      async (request, reply) => {
        requireAll(request);
        const { id } = request.params;
        await prepareRemoval(deps, await inTenant(db, request, (tx) => getAccount(tx, id)));
        await inTenant(db, request, (tx) => removeAccount(tx, deps, id));
        return reply.code(204).send(null);
      },
    );
  };
}
