import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Actor } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent, operatorOf, principalOf } from '../../platform/http/index.ts';
import { isId, type WorkspaceId } from '../../platform/ids.ts';
import { type MessageRow, messageByKey, presentMessage, refuseOwnKey, send } from '../messages/index.ts';
import { sendsToSimulator } from '../numbers/index.ts';
import { workspacesFor } from '../workspaces/index.ts';
import { hidden } from './hidden.ts';
import { credentialsWanted, openOr } from './open-door.ts';
import { registerTenant } from './register-tenant.ts';
import type { CompatDeps } from './routes.ts';

const newTenant = z.strictObject({
  name: z.string().trim().min(1).max(200),
  phoneNumberId: z.string().min(1).max(64),
  accessToken: z.string().min(1).max(4096),
  wabaId: z.string().min(1).max(64).optional(),
});

const message = z.strictObject({
  to: z.string().min(1).max(40),
  text: z.string().min(1).max(4096),
  idempotency_key: z.string().min(1).max(255).optional(),
});

const oneTenant = z.strictObject({ tenantId: z.uuid() });

const operatorWanted =
  "an operator's key as `Authorization: Bearer co_…` (`chaski keys operator create` makes one), or an operator's token";
const keyWanted = "a key of the tenant's workspace as `Authorization: Bearer ck_…`";

/** S4's statuses are queued, sent, delivered, read and failed; on its way is queued there. */
function statusOf(row: MessageRow): string {
  const { status } = presentMessage(row);
  return status === 'sending' ? 'queued' : status;
}

/** Who sends through the open door: nobody in particular. */
const anybody = (request: FastifyRequest): Actor => ({
  kind: 'key',
  id: null,
  role: 'key',
  origin: {
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
    requestId: request.id,
  },
});

/** S4: a tenant is registered, and sends. At both of its addresses: its page asks below /api. */
export function tenantRoutes(app: HttpApp, deps: CompatDeps): void {
  const { db, gate } = deps;

  /** The tenant of the address, as whom nobody in particular sends; not one whose messages would really leave. */
  async function enter(request: FastifyRequest): Promise<boolean> {
    const { tenantId } = request.params as { tenantId: string };
    if (!isId(tenantId)) return false;
    const { workspace, simulated } = await db.withSystem("a tenant at S4's address", async (tx) => ({
      workspace: (await workspacesFor(tx, [tenantId])).get(tenantId),
      simulated: await sendsToSimulator(tx, tenantId),
    }));
    if (!workspace) throw errors.notFound('tenant', { tenantId });
    if (!simulated) return false;
    if (workspace.status !== 'active') throw errors.workspaceSuspended();
    request.principal = {
      workspaceId: tenantId as WorkspaceId,
      actor: anybody(request),
      scopes: ['messages:write'],
      numberIds: null,
      plan: workspace.plan,
    };
    return true;
  }

  for (const prefix of ['', '/api']) {
    app.post(
      `${prefix}/tenants/register`,
      {
        onRequest: openOr(gate.operator({ keys: true }), {
          open: deps.openTenants,
          wanted: operatorWanted,
          admit: () => true,
        }),
        schema: hidden({ body: newTenant }),
      },
      async (request, reply) => {
        // Through the open door comes nobody: then the token must be the simulator's.
        const isOperator = request.person !== null || request.operatorKey !== null;
        if (!isOperator && !request.body.accessToken.startsWith('mock_')) {
          throw credentialsWanted(operatorWanted);
        }
        const actor = isOperator ? operatorOf(request) : anybody(request);
        const { id, name, number } = await registerTenant(deps, request.body, actor);
        const createdAt = number.createdAt.toISOString();
        return reply.status(201).send({
          ok: true,
          tenantId: id,
          tenant: {
            _id: id,
            name,
            phoneNumberId: number.phoneNumberId,
            wabaId: number.account.ref,
            status: number.status,
            createdAt,
            updatedAt: createdAt,
          },
        });
      },
    );

    app.post(
      `${prefix}/tenants/:tenantId/send`,
      {
        onRequest: openOr(gate('messages:write'), {
          open: deps.openTenants,
          wanted: keyWanted,
          admit: enter,
        }),
        config: { limits: ['points'] },
        schema: hidden({ params: oneTenant, body: message }),
      },
      idempotent(db, async (tx, request) => {
        const { tenantId } = (request as FastifyRequest).params as z.infer<typeof oneTenant>;
        if (tenantId !== tx.workspaceId) throw errors.notFound('tenant', { tenantId });
        const { to, text, idempotency_key: key } = request.body as z.infer<typeof message>;
        refuseOwnKey(key, 'idempotency_key');
        const { numberIds } = principalOf(request);
        // S4's rule: its key names the message, whatever the second request says.
        const known = key === undefined ? null : await messageByKey(tx, key, numberIds);
        const row =
          known ??
          (await send(
            tx,
            { to, dedupeKey: key, content: { type: 'text', text: { body: text } }, source: 'api' },
            numberIds,
          ));
        const status = statusOf(row);
        return {
          status: 202,
          body: {
            ok: true,
            messageId: row.id,
            status,
            message: {
              _id: row.id,
              tenantId,
              conversationId: row.conversationId,
              direction: 'OUT',
              waMessageId: row.providerMessageId,
              body: (row.content as { text?: { body?: string } }).text?.body ?? null,
              idempotencyKey: row.dedupeKey,
              status,
              createdAt: row.createdAt.toISOString(),
            },
          },
        };
      }),
    );
  }
}
