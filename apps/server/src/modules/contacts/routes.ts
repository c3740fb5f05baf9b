import { consentScopes, countryCode, type SegmentFilter } from '@chaski/contracts';
import { isUserId, normalizeRecipient } from '@chaski/providers';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import {
  byTime,
  etagOf,
  guardUnchanged,
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
import { defaultNumber } from '../numbers/index.ts';
import { limitsFor } from '../workspaces/index.ts';
import { listAttributes, readAttribute } from './attributes.ts';
import { changeMany } from './bulk.ts';
import { block, consent, createContact, seenContact, standingContact, updateContact } from './change.ts';
import { identitiesOf } from './index.ts';
import { knownLabels, labelsOf, setLabels } from './labels.ts';
import { contactBody, contactDetails, presentContact, presentDetails } from './present.ts';
import { selectConsents } from './queries-consent.ts';
import { selectContactList } from './queries-read.ts';
import { countSegment } from './segment.ts';
import { getSegment } from './segment-change.ts';

export interface ContactRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

export const oneContact = z.strictObject({ id: z.uuid() });
const consentBody = z
  .strictObject({
    scope: z.enum(consentScopes).default('all').describe('Everything, or one purpose.'),
    source: z.enum(['api', 'form']).default('api'),
    proof: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .describe('What shows it: a link, the name and version of a form, an id of yours.'),
    at: z.iso.datetime().optional().describe('When it was said; left out: now.'),
  })
  .nullish()
  .describe('What the word covers, and where it comes from.');

const yesNo = z.enum(['true', 'false']).transform((said) => said === 'true');
const many = <T extends z.ZodType>(item: T, max: number) =>
  z.union([item.transform((one) => [one]), z.array(item).max(max)]);

export const contactFilters = {
  q: z.string().max(200).optional().describe('Words of name, e-mail, company; digits of a number.'),
  phone: z.string().max(40).optional().describe('Any writing with the country code.'),
  optedOut: yesNo.optional(),
  blocked: yesNo.optional(),
  label: many(z.uuid(), 10).optional().describe('Id of a label; several: has all of them.'),
  attribute: many(
    z
      .string()
      .max(1_100)
      .regex(/^[a-z][a-z0-9_]*:/, 'Use <key>:<value>, such as city:Lima.'),
    10,
  )
    .optional()
    .describe('`key:value`; several: equal in all of them.'),
  country: countryCode.optional(),
  segment: z.uuid().optional().describe('Id of a segment: those in it, and of them what else is asked.'),
  createdAfter: z.iso.datetime().optional(),
  createdBefore: z.iso.datetime().optional(),
  seenAfter: z.iso.datetime().optional(),
  seenBefore: z.iso.datetime().optional(),
};
const filterQuery = z.strictObject(contactFilters);

const fields = {
  name: z.string().trim().max(200).nullish(),
  email: z.email().max(254).nullish(),
  company: z.string().trim().max(200).nullish(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'Use a language code, such as es or pt-BR.')
    .nullish()
    .describe('Such as pt-BR.'),
  attributes: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe('By key of /v1/contact-attributes; null takes one away.'),
};

/** What a list of contacts asks for, as a filter of its own. */
export async function filterOf(tx: TenantTx, query: z.infer<typeof filterQuery>): Promise<SegmentFilter> {
  const all: SegmentFilter[] = [];
  if (query.phone !== undefined) all.push({ field: 'phone', values: [query.phone] });
  if (query.q?.trim()) all.push({ field: 'text', value: query.q });
  if (query.optedOut !== undefined) all.push({ field: 'optedOut', is: query.optedOut });
  if (query.blocked !== undefined) all.push({ field: 'blocked', is: query.blocked });
  if (query.label) all.push({ field: 'label', op: 'all', labelIds: query.label });
  if (query.attribute) all.push(...(await equalities(tx, query.attribute)));
  if (query.country !== undefined) all.push({ field: 'country', values: [query.country] });
  if (query.segment !== undefined) all.push((await getSegment(tx, query.segment)).filter);
  const times = [
    ['createdAt', 'after', query.createdAfter],
    ['createdAt', 'before', query.createdBefore],
    ['lastSeenAt', 'after', query.seenAfter],
    ['lastSeenAt', 'before', query.seenBefore],
  ] as const;
  for (const [field, op, at] of times) if (at !== undefined) all.push({ field, op, at });
  return { all };
}

async function equalities(tx: TenantTx, wanted: readonly string[]): Promise<SegmentFilter[]> {
  const definitions = await listAttributes(tx);
  return wanted.map((one) => {
    const [key, value] = [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1)];
    const definition = definitions.find((known) => known.key === key);
    const read = definition ? readAttribute(definition, value, true) : { problem: 'is not known' };
    if ('problem' in read) {
      throw errors.invalidRequest([{ path: 'query.attribute', message: `${key} ${read.problem}.` }]);
    }
    return { field: 'attribute', key, op: 'is', values: [read.value] };
  });
}

/** A contact with all that is known about it. */
export async function details(tx: TenantTx, id: string): Promise<z.infer<typeof contactDetails>> {
  const contact = await seenContact(tx, id);
  const labels = (await labelsOf(tx, [id])).get(id) ?? [];
  const [identities, consents] = [await identitiesOf(tx, tx.workspaceId, [id]), await selectConsents(tx, id)];
  return presentDetails(contact, labels, identities, consents);
}

/** Newest first. */
export async function contactPage(
  tx: TenantTx,
  filter: Parameters<typeof selectContactList>[1],
  query: z.infer<typeof listQuery>,
) {
  const rows = await selectContactList(tx, filter, sliceOf(query, byTime));
  const labels = await labelsOf(
    tx,
    rows.map((row) => row.id),
  );
  return page(
    rows,
    query.limit,
    (row) => [row.createdAt.toISOString(), row.id],
    (row) => presentContact(row, labels.get(row.id) ?? []),
  );
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
          querystring: listQuery.extend(contactFilters),
          response: { 200: listOf(contactBody) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const filter = await filterOf(tx, request.query);
          return contactPage(tx, filter, request.query);
        }),
    );

    app.get(
      '/v1/contacts/count',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['contacts'],
          operationId: 'contacts.count',
          description: 'How many the list of the same question has, all pages together.',
          querystring: filterQuery,
          response: { 200: z.object({ count: z.number().int() }) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => ({
          count: await countSegment(tx, await filterOf(tx, request.query)),
        })),
    );

    app.post(
      '/v1/contacts',
      {
        onRequest: gate('contacts:write'),
        schema: {
          tags: ['contacts'],
          body: z
            .strictObject({
              phone: z.string().max(40).optional().describe('Any writing with the country code.'),
              userId: z.string().max(140).optional().describe('Business-scoped user id.'),
              ...fields,
            })
            .refine((body) => (body.phone === undefined) !== (body.userId === undefined), {
              message: 'Name either a phone or a userId.',
            }),
          response: { 201: contactDetails },
        },
      },
      idempotent(
        db,
        async (tx, request, limit: number | null) => {
          const body = request.body as z.infer<z.ZodObject<typeof fields>> & {
            phone?: string;
            userId?: string;
          };
          const command = { ...body, phone: phoneOf(body.phone), ...(await userOf(tx, body.userId)) };
          const { id } = await createContact(tx, command, limit);
          return { status: 201, body: await details(tx, id) };
        },
        async (request) => (await limitsFor(db, principalOf(request).workspaceId)).contacts,
      ),
    );

    app.get(
      '/v1/contacts/:id',
      {
        onRequest: gate('contacts:read'),
        schema: { tags: ['contacts'], params: oneContact, response: { 200: contactDetails } },
      },
      async (request, reply) => {
        const contact = await inTenant(db, request, (tx) => details(tx, request.params.id));
        reply.header('etag', etagOf(new Date(contact.updatedAt)));
        return contact;
      },
    );

    app.patch(
      '/v1/contacts/:id',
      {
        onRequest: gate('contacts:write'),
        schema: {
          tags: ['contacts'],
          description:
            'With `If-Match: <etag>` refused with 412 when somebody changed the contact meanwhile.',
          params: oneContact,
          body: z.strictObject(fields),
          response: { 200: contactDetails },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          await updateContact(tx, request.params.id, request.body, (updatedAt) =>
            guardUnchanged(request, 'contact', updatedAt),
          );
          return details(tx, request.params.id);
        }),
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
          const said = request.body as z.infer<typeof consentBody>;
          await consent(tx, id, {
            action,
            scope: said?.scope ?? 'all',
            source: said?.source ?? 'api',
            proof: said?.proof ?? null,
            at: said?.at === undefined ? null : new Date(said.at),
          });
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

    app.put(
      '/v1/contacts/:id/labels',
      {
        onRequest: gate('contacts:write'),
        schema: {
          tags: ['contacts'],
          description: 'Exactly these labels from now on.',
          params: oneContact,
          body: z.strictObject({ labelIds: z.array(z.uuid()).max(50) }),
          response: { 200: contactDetails },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          await replaceLabels(tx, request.params.id, request.body.labelIds);
          return details(tx, request.params.id);
        }),
    );

    app.post(
      '/v1/contacts/bulk',
      {
        onRequest: gate('contacts:write'),
        schema: {
          tags: ['contacts'],
          description: 'One change to up to 500 contacts, with a result for each.',
          body: bulkBody,
          response: {
            200: z.object({
              data: z.array(
                z.object({ id: z.uuid(), result: z.enum(['changed', 'unchanged', 'not_found']) }),
              ),
            }),
          },
        },
      },
      idempotent(db, async (tx, request) => {
        const body = request.body as z.infer<typeof bulkBody>;
        return {
          status: 200,
          body: {
            data: await changeMany(tx, {
              action: body.action,
              ids: body.ids,
              labelIds: 'labelIds' in body ? body.labelIds : [],
              scope: 'scope' in body ? body.scope : 'all',
            }),
          },
        };
      }),
    );
  };
}

const ids = z.array(z.uuid()).min(1).max(500);
const bulkBody = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.enum(['label', 'unlabel']),
    ids,
    labelIds: z.array(z.uuid()).min(1).max(50),
  }),
  z.strictObject({ action: z.enum(['block', 'unblock']), ids }),
  z.strictObject({ action: z.literal('opt-out'), ids, scope: z.enum(consentScopes).default('all') }),
]);

function phoneOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const read = normalizeRecipient(given);
  if ('error' in read) {
    throw errors.invalidRequest([
      { path: 'body.phone', message: `Not a phone number: ${read.error}.`, rule: 'format', limit: 'phone' },
    ]);
  }
  return read.digits;
}

/** A user id is good in one portfolio: that of the workspace's default number. */
async function userOf(
  tx: TenantTx,
  userId: string | undefined,
): Promise<{ userId?: string; scope?: string }> {
  if (userId === undefined) return {};
  if (!isUserId(userId)) {
    throw errors.invalidRequest([
      { path: 'body.userId', message: 'A user id looks like US.13491208655302741.' },
    ]);
  }
  const number = await defaultNumber(tx);
  return { userId, scope: number ? number.account.portfolioRef || number.accountId : '' };
}

async function replaceLabels(tx: TenantTx, id: string, labelIds: readonly string[]): Promise<void> {
  await standingContact(tx, id);
  const wanted = await knownLabels(tx, labelIds);
  const before = (await labelsOf(tx, [id])).get(id) ?? [];
  const off = before.filter((label) => !labelIds.includes(label.id));
  await setLabels(
    tx,
    [id],
    off.map((label) => label.id),
    false,
  );
  const on = await setLabels(tx, [id], labelIds, true);
  if (on.length === 0 && off.length === 0) return;
  const names = (rows: readonly { name: string }[]) => rows.map((row) => row.name).sort();
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contact.updated',
      data: { contactId: id, changed: ['labels'] },
      audit: {
        target: { kind: 'contact', id },
        before: { labels: names(before) },
        after: { labels: names(wanted) },
      },
    },
  ]);
}
