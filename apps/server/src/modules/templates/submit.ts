import { templateProblems } from '@chaski/contracts';
import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { defineJob, enqueue } from '../../platform/queue/index.ts';
import { storableJson } from '../../platform/storable.ts';
import { isOpen, lastVersion } from './draft.ts';
import { saveTemplates } from './queries.ts';
import { setVersionState } from './queries-versions.ts';
import { getTemplate } from './read.ts';
import { type TemplateRow, toRecord } from './rows.ts';

export const submitJob = defineJob({
  name: 'templates.submit',
  schema: z.object({ templateId: z.uuid(), n: z.int() }),
});

export const deleteJob = defineJob({
  name: 'templates.delete',
  schema: z.object({ templateId: z.uuid() }),
});

/**
 * Sends the open version to WhatsApp for review, after everything that can be known here was found right. Asked again
 * while it is on its way it changes nothing: the job looks before it calls.
 */
export async function submitTemplate(tx: TenantTx, id: string): Promise<TemplateRow> {
  const row = await getTemplate(tx, id, 'lock');
  const version = await lastVersion(tx, id);
  if (!version || !isOpen(version))
    throw errors.conflict('no_draft', 'There is nothing new to submit; change the template first.');
  const problems = templateProblems({ ...version, name: row.name, language: row.language });
  if (problems.length > 0) throw invalid(problems);
  if (version.state === 'draft' || version.state === 'refused')
    await tx.execute(setVersionState, [
      tx.workspaceId,
      id,
      version.n,
      'submitting',
      null,
      tx.now().toISOString(),
      null,
      null,
    ]);
  await enqueue(tx, submitJob, [
    {
      workspaceId: tx.workspaceId,
      payload: { templateId: id, n: version.n },
      key: `template-submit:${id}`,
    },
  ]);
  await asked(tx, 'template.submit_requested', row, { n: version.n });
  return row;
}

/** Asks WhatsApp to delete this language. It is gone when WhatsApp says so. */
export async function deleteTemplate(tx: TenantTx, id: string): Promise<TemplateRow> {
  const row = await getTemplate(tx, id, 'lock');
  if (row.status === 'DRAFT')
    throw errors.conflict('template_is_draft', 'WhatsApp does not have it; discard the draft instead.');
  if (row.status === 'DELETED' || row.providerTemplateId === null)
    throw errors.conflict('template_not_there', 'WhatsApp does not list this template any more.');
  if (row.status === 'DISABLED')
    throw errors.conflict('template_disabled', 'WhatsApp keeps disabled templates; they cannot be deleted.');
  const after = { ...row, deletingAt: tx.now() };
  await tx.execute(saveTemplates, [storableJson([toRecord(after)])]);
  await enqueue(tx, deleteJob, [
    { workspaceId: tx.workspaceId, payload: { templateId: id }, key: `template-delete:${id}` },
  ]);
  await asked(tx, 'template.delete_requested', row, {});
  return after;
}

function invalid(problems: readonly { path: string; code: number; message: string }[]) {
  return errors.unprocessable(
    'template_invalid',
    `WhatsApp would refuse this template: ${problems[0]?.message ?? ''}`,
    { problems },
  );
}

async function asked(
  tx: TenantTx,
  name: string,
  row: TemplateRow,
  more: Record<string, unknown>,
): Promise<void> {
  const facts = { name: row.name, language: row.language, ...more };
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { templateId: row.id, accountId: row.accountId, ...facts },
      audit: { target: { kind: 'template', id: row.id }, after: facts },
    },
  ]);
}
