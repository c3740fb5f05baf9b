import { phoneVariants } from '@chaski/providers';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import {
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  readCursor,
} from '../../platform/http/index.ts';
import { recordConsents } from './consents.ts';
import { getContact, identitiesOf } from './index.ts';
import { contactBody, contactDetails, presentContact, presentDetails } from './present.ts';
import { selectConsents, selectContactList, setBlocked } from './queries-read.ts';

export interface ContactRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

const place = z.tuple([z.iso.datetime(), z.uuid()]);
const oneContact = z.strictObject({ id: z.uuid() });
const consentBody = z
  .strictObject({ scope: z.enum(['all', 'marketing']).default('all') })
  .nullish()
  .describe('What the word covers.');

async function details(tx: TenantTx, id: string): Promise<z.infer<typeof contactDetails>> {
  const contact = await getContact(tx, tx.workspaceId, id);
  if (!contact) throw errors.notFound('contact', { id });
  const [identities, consents] = [await identitiesOf(tx, tx.workspaceId, [id]), await selectConsents(tx, id)];
  return presentDetails(contact, identities, consents);
}

/** Opting out or in on a person's behalf: kept in the history with source `api`. */
async function consent(
  tx: TenantTx,
  id: string,
  action: 'opt-out' | 'opt-in',
  scope: 'all' | 'marketing',
): Promise<void> {
  if (!(await getContact(tx, tx.workspaceId, id))) throw errors.notFound('contact', { id });
  await recordConsents(tx, [
    { workspaceId: tx.workspaceId, contactId: id, action, scope, source: 'api', at: tx.now() },
  ]);
}

/** A blocked contact gets nothing from us; what it writes is still kept. */
async function block(tx: TenantTx, id: string, blocked: boolean): Promise<void> {
  if (!(await getContact(tx, tx.workspaceId, id))) throw errors.notFound('contact', { id });
  if (!(await setBlocked(tx, id, blocked))) return;
  await emit(tx, [
    { workspaceId: tx.workspaceId, name: 'contact.updated', data: { contactId: id, blocked } },
  ]);
}

/** /v1/contacts */
export function contactRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/contacts',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['contacts'],
          querystring: listQuery.extend({
            phone: z.string().max(40).optional().describe('Any writing with the country code.'),
            optedOut: z.enum(['true', 'false']).optional(),
          }),
          response: { 200: listOf(contactBody) },
        },
      },
      async (request) => {
        const { limit, cursor, phone, optedOut } = request.query;
        const digits = phone?.replace(/@.*$/, '').replace(/\D/g, '');
        const rows = await inTenant(db, request, (tx) =>
          selectContactList(
            tx,
            {
              phones: digits === undefined ? null : phoneVariants(digits),
              optedOut: optedOut === undefined ? null : optedOut === 'true',
            },
            limit + 1,
            readCursor(cursor, place),
          ),
        );
        return page(
          rows,
          limit,
          (row) => [row.createdAt.toISOString(), row.id],
          (row) => presentContact(row),
        );
      },
    );

    app.get(
      '/v1/contacts/:id',
      {
        onRequest: gate('contacts:read'),
        schema: { tags: ['contacts'], params: oneContact, response: { 200: contactDetails } },
      },
      (request) => inTenant(db, request, (tx) => details(tx, request.params.id)),
    );

    for (const action of ['opt-out', 'opt-in'] as const) {
      app.post(
        `/v1/contacts/:id/${action}`,
        {
          onRequest: gate('contacts:write'),
          schema: {
            tags: ['contacts'],
            params: oneContact,
            body: consentBody,
            response: { 200: contactDetails },
          },
        },
        idempotent(db, async (tx, request) => {
          const { id } = request.params as z.infer<typeof oneContact>;
          const scope = (request.body as z.infer<typeof consentBody>)?.scope ?? 'all';
          await consent(tx, id, action, scope);
          return { status: 200, body: await details(tx, id) };
        }),
      );
    }

    for (const action of ['block', 'unblock'] as const) {
      app.post(
        `/v1/contacts/:id/${action}`,
        {
          onRequest: gate('contacts:write'),
          schema: {
            tags: ['contacts'],
            params: oneContact,
            body: z.strictObject({}).nullish(),
            response: { 200: contactDetails },
          },
        },
        idempotent(db, async (tx, request) => {
          const { id } = request.params as z.infer<typeof oneContact>;
          await block(tx, id, action === 'block');
          return { status: 200, body: await details(tx, id) };
        }),
      );
    }
  };
}
