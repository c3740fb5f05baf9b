import { templateDefinition } from '@chaski/contracts';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type Http, type HttpApp, idempotent, inTenant, principalOf } from '../../platform/http/index.ts';
import { defaultNumber, getNumber, listNumbers } from '../numbers/index.ts';
import { createTemplate, discardDraft, duplicateTemplate, editTemplate } from './draft.ts';
import { templateBody, templatePresenter } from './present.ts';
import { getTemplate } from './read.ts';
import type { TemplateRow } from './rows.ts';
import { deleteTemplate, submitTemplate } from './submit.ts';

const oneTemplate = z.strictObject({ id: z.uuid() });
const numberId = z
  .uuid()
  .optional()
  .describe('A number of the account it is for; without it the default number’s account.');

const newTemplate = templateDefinition.extend({ numberId });
const templateChange = templateDefinition.partial();
const copyBody = z.strictObject({
  name: templateDefinition.shape.name.optional(),
  language: templateDefinition.shape.language.optional(),
  numberId,
});

async function presented(tx: TenantTx, row: TemplateRow) {
  return (await templatePresenter(tx, [row]))(row);
}

async function accountFor(tx: TenantTx, id: string | undefined): Promise<string> {
  const number = id === undefined ? await defaultNumber(tx) : await getNumber(tx, id);
  if (!number)
    throw errors.unprocessable('no_number', 'The workspace has no number to send from. Connect one first.');
  return number.accountId;
}

/** A key for certain numbers writes templates of their accounts alone. */
async function mayWrite(tx: TenantTx, only: readonly string[] | null, accountId: string): Promise<void> {
  if (only === null) return;
  const numbers = await listNumbers(tx, { limit: 1_000, after: null, only });
  if (!numbers.some((number) => number.accountId === accountId))
    throw errors.forbidden(
      'This API key may use certain numbers only, and none of this template’s account.',
      {
        reason: 'limited_reach',
      },
    );
}

/** Writing, submitting and deleting templates. */
export function templateWriteRoutes({
  db,
  gate,
}: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.post(
      '/v1/templates',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          summary: 'Write a template',
          description: 'A draft: WhatsApp hears of it when it is submitted.',
          body: newTemplate,
          response: { 201: templateBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { numberId: id, ...definition } = request.body as z.infer<typeof newTemplate>;
        const accountId = await accountFor(tx, id);
        await mayWrite(tx, principalOf(request).numberIds, accountId);
        return { status: 201, body: await presented(tx, await createTemplate(tx, accountId, definition)) };
      }),
    );

    app.patch(
      '/v1/templates/:id',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          summary: 'Change a template',
          description:
            'What WhatsApp has stays as it is until the change is submitted and approved; it waits in `draft`. ' +
            'Name and language can change as long as WhatsApp does not have it.',
          params: oneTemplate,
          body: templateChange,
          response: { 200: templateBody },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { id } = request.params;
          await mayWrite(tx, principalOf(request).numberIds, (await getTemplate(tx, id)).accountId);
          return presented(tx, await editTemplate(tx, id, request.body));
        }),
    );

    app.post(
      '/v1/templates/:id/duplicate',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          summary: 'Copy a template as a draft',
          description: 'Under another name, in another language, or for the account of another number.',
          params: oneTemplate,
          body: copyBody,
          response: { 201: templateBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = oneTemplate.parse((request as { params?: unknown }).params);
        const { numberId: to, ...names } = request.body as z.infer<typeof copyBody>;
        const accountId = to === undefined ? (await getTemplate(tx, id)).accountId : await accountFor(tx, to);
        await mayWrite(tx, principalOf(request).numberIds, accountId);
        const made = await duplicateTemplate(tx, id, { ...names, accountId });
        return { status: 201, body: await presented(tx, made) };
      }),
    );

    app.post(
      '/v1/templates/:id/submit',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          summary: 'Send a template to WhatsApp for review',
          description:
            'Refused with 422 `template_invalid` and `details.problems` (path, WhatsApp’s code, message) when WhatsApp ' +
            'would refuse it. Answers at once; `template.submitted` or `template.submit_refused` tells what WhatsApp said.',
          params: oneTemplate,
          body: z.strictObject({}).nullish(),
          response: { 202: templateBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = oneTemplate.parse((request as { params?: unknown }).params);
        await mayWrite(tx, principalOf(request).numberIds, (await getTemplate(tx, id)).accountId);
        return { status: 202, body: await presented(tx, await submitTemplate(tx, id)) };
      }),
    );

    app.delete(
      '/v1/templates/:id/draft',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          summary: 'Discard what was not submitted',
          description: 'A template that WhatsApp never had goes with it.',
          params: oneTemplate,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await inTenant(db, request, async (tx) => {
          const { id } = request.params;
          await mayWrite(tx, principalOf(request).numberIds, (await getTemplate(tx, id)).accountId);
          await discardDraft(tx, id);
        });
        return reply.status(204).send(null);
      },
    );

    app.delete(
      '/v1/templates/:id',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          summary: 'Delete a template at WhatsApp',
          description:
            'This language alone. Answers at once; `template.deleted` or `template.delete_refused` tells what WhatsApp ' +
            'said. WhatsApp keeps the name of an approved one for 30 days.',
          params: oneTemplate,
          response: { 202: templateBody },
        },
      },
      async (request, reply) => {
        const body = await inTenant(db, request, async (tx) => {
          const { id } = request.params;
          await mayWrite(tx, principalOf(request).numberIds, (await getTemplate(tx, id)).accountId);
          return presented(tx, await deleteTemplate(tx, id));
        });
        return reply.status(202).send(body);
      },
    );
  };
}
