import { actionsOf, type Role, roles } from '@chaski/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import {
  allows,
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
import {
  type Invitation,
  invite,
  listInvitations,
  resendInvitation,
  revokeInvitation,
  type SendInvitation,
} from './invitations.ts';
import { changeMember, listMembers, type Member, removeMember } from './members.ts';

export interface MemberRoutesDeps {
  db: Database;
  gate: Http['gate'];
  sendInvitation: SendInvitation;
  /** Numbers are a module above this one: refuses ids that are none of the workspace's. */
  refuseUnknownNumbers(tx: TenantTx, field: string, ids: readonly string[] | null | undefined): Promise<void>;
}

const role = z.enum(roles);
const limits = {
  numberIds: z.array(z.uuid()).max(100).nullable().describe('null = every number; for agents and viewers.'),
  ownOnly: z.boolean().describe('Own and unassigned conversations only; for agents and viewers.'),
};

const memberBody = z
  .object({
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    disabled: z.boolean(),
    ...limits,
    createdAt: z.string(),
  })
  .meta({ id: 'Member' });

const presentMember = (member: Member): z.infer<typeof memberBody> => ({
  userId: member.userId,
  email: member.email,
  name: member.name,
  role: member.role,
  disabled: member.disabledAt !== null,
  numberIds: member.numberIds,
  ownOnly: member.ownOnly,
  createdAt: member.createdAt.toISOString(),
});

const invitationBody = z
  .object({
    id: z.string(),
    email: z.string(),
    role,
    ...limits,
    invitedBy: z.string().nullable(),
    createdAt: z.string(),
    sentAt: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: 'Invitation' });

const presentInvitation = (one: Invitation): z.infer<typeof invitationBody> => ({
  id: one.id,
  email: one.email,
  role: one.role,
  numberIds: one.numberIds,
  ownOnly: one.ownOnly,
  invitedBy: one.invitedBy,
  createdAt: one.createdAt.toISOString(),
  sentAt: one.sentAt.toISOString(),
  expiresAt: one.expiresAt.toISOString(),
});

const oneMember = z.strictObject({ userId: z.uuid() });
const oneInvitation = z.strictObject({ id: z.uuid() });
const inviter = (request: { person: { name: string; email: string } | null }) =>
  request.person?.name || request.person?.email || '';

/** Who is made by a key may do no more than the key: else it would mail itself what it lacks. People are leads already. */
function refuseGreater(request: Pick<FastifyRequest, 'principal'>, given: Role | undefined): void {
  const { actor, scopes } = principalOf(request);
  if (actor.kind !== 'key' || given === undefined) return;
  const missing = actionsOf(given).filter((action) => !allows(scopes, action));
  if (missing.length > 0) {
    throw errors.forbidden(`This API key lacks ${missing.join(', ')}, which the role ${given} would have.`, {
      missing,
    });
  }
}

/** /v1/members and /v1/invitations: who works in this workspace, and who is asked to. */
export function memberRoutes(deps: MemberRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, sendInvitation, refuseUnknownNumbers } = deps;
  return async (app) => {
    app.get(
      '/v1/members',
      {
        onRequest: gate('members:read'),
        schema: { tags: ['members'], querystring: listQuery, response: { 200: listOf(memberBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => listMembers(tx, sliceOf(request.query, byTime)));
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.userId], presentMember);
      },
    );

    app.patch(
      '/v1/members/:userId',
      {
        onRequest: gate('members:write'),
        schema: {
          tags: ['members'],
          description: 'Role, limits, or disabled; counts from the next request of the member on.',
          params: oneMember,
          body: z.strictObject({ role, disabled: z.boolean(), ...limits }).partial(),
          response: { 200: memberBody },
        },
      },
      async (request) =>
        presentMember(
          await inTenant(db, request, async (tx) => {
            refuseGreater(request, request.body.role);
            await refuseUnknownNumbers(tx, 'numberIds', request.body.numberIds);
            return changeMember(tx, request.params.userId, request.body);
          }),
        ),
    );

    app.delete(
      '/v1/members/:userId',
      {
        onRequest: gate('members:write'),
        schema: { tags: ['members'], params: oneMember, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => removeMember(tx, request.params.userId));
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/v1/invitations',
      {
        onRequest: gate('members:read'),
        schema: { tags: ['members'], querystring: listQuery, response: { 200: listOf(invitationBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => listInvitations(tx, sliceOf(request.query, byTime)));
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], presentInvitation);
      },
    );

    app.post(
      '/v1/invitations',
      {
        onRequest: gate('members:write'),
        config: { limits: ['mails', 'invitations'] },
        schema: {
          tags: ['members'],
          description:
            'Mails a link that is good for seven days. Without a role the person becomes a viewer.',
          body: z.strictObject({
            email: z.email().max(254),
            role: role.optional(),
            numberIds: limits.numberIds.optional(),
            ownOnly: limits.ownOnly.optional(),
            locale: z.enum(['en', 'ar', 'hi', 'es', 'pt']).optional().describe('Language of the mail.'),
          }),
          response: { 201: invitationBody },
        },
      },
      idempotent(db, async (tx, request) => {
        refuseGreater(request, request.body.role ?? 'viewer');
        await refuseUnknownNumbers(tx, 'numberIds', request.body.numberIds);
        const invitation = await invite(tx, sendInvitation, { ...request.body, inviter: inviter(request) });
        return { status: 201, body: presentInvitation(invitation) };
      }),
    );

    app.post(
      '/v1/invitations/:id/resend',
      {
        onRequest: gate('members:write'),
        config: { limits: ['mails', 'invitations'] },
        schema: { tags: ['members'], params: oneInvitation, response: { 200: invitationBody } },
      },
      idempotent(db, async (tx, request) => ({
        status: 200,
        body: presentInvitation(
          await resendInvitation(tx, sendInvitation, request.params.id, inviter(request)),
        ),
      })),
    );

    app.delete(
      '/v1/invitations/:id',
      {
        onRequest: gate('members:write'),
        schema: { tags: ['members'], params: oneInvitation, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => revokeInvitation(tx, request.params.id));
        return reply.status(204).send(null);
      },
    );
  };
}
