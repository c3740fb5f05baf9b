/**
 * What `templates.submit` and `templates.delete` run. Each call stands outside of any transaction, between one that
 * says it begins and one that says what became of it; whoever dies in between leaves `call_started_at`, and the next
 * run asks WhatsApp for the template by name and language before it creates anything.
 */
import type { Credential, ListedTemplate, TemplateCalls, TemplateOutcome } from '@chaski/providers';
import { type Database, systemActor, type TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { type Handler, handle } from '../../platform/queue/index.ts';
import { askableAccounts, credentialFor } from '../numbers/index.ts';
import { changeEvents } from './changes.ts';
import { setVersionState, versionRow } from './queries-versions.ts';
import { getTemplate } from './read.ts';
import { type TemplateRow, toVersion, type VersionRecord, type VersionRow, wholeSecond } from './rows.ts';
import { type SampleDeps, withSamples } from './samples.ts';
import { saveRows } from './save.ts';
import { deleteJob, submitJob } from './submit.ts';

export interface HandOverDeps extends SampleDeps {
  db: Database;
  provider: TemplateCalls;
}

const timeoutMs = 30_000;
/** WhatsApp's “content in this language already exists”. */
const alreadyThere = 2_388_024;

interface Begun {
  template: TemplateRow;
  version: VersionRow;
  /** A call may have been made before this run. */
  isRepeated: boolean;
  isNew: boolean;
}

interface Place {
  credential: Credential;
  accountRef: string;
  timeoutMs: number;
}

/** A refusal that ends it; everything else is tried again by the queue. */
interface Refusal {
  code: number;
  title: string;
  message: string;
}

export function handOverHandlers(deps: HandOverDeps): Handler[] {
  const { db, provider } = deps;
  const tenant = <T>(workspaceId: string, fn: (tx: TenantTx) => Promise<T>) =>
    db.withTenant(workspaceId as WorkspaceId, systemActor, fn);

  return [
    handle(submitJob, async ({ templateId, n }, { workspaceId }) => {
      if (workspaceId === null) return;
      const begun = await tenant(workspaceId, (tx) => begin(tx, templateId, n));
      if (!begun) return;
      const { template, version } = begun;
      const place = await placeOf(db, template);
      if (begun.isNew && begun.isRepeated) {
        const found = await look(provider, place, template);
        if (found) return tenant(workspaceId, (tx) => arrived(tx, begun, found));
      }
      const samples = await withSamples(deps, template, version.components, place.credential);
      if (samples.outcome === 'failed')
        return tenant(workspaceId, (tx) =>
          refused(tx, begun, { code: 131053, title: 'Media upload error', message: samples.reason }),
        );
      const outcome = await call(provider, place, begun, samples.components);
      switch (outcome.outcome) {
        case 'accepted':
          return tenant(workspaceId, (tx) => arrived(tx, begun, outcome));
        case 'refused': {
          const { error, class: retryable } = outcome;
          if (retryable.retry === 'later' || retryable.retry === 'after')
            throw new Error(`WhatsApp takes no templates now: ${error.code} ${error.message}`);
          // The call before this one was slower than our look.
          if (error.code === alreadyThere && begun.isRepeated) {
            const found = await look(provider, place, template);
            if (found) return tenant(workspaceId, (tx) => arrived(tx, begun, found));
          }
          return tenant(workspaceId, (tx) => refused(tx, begun, error));
        }
        case 'unknown':
          await tenant(workspaceId, (tx) => setState(tx, version, 'unknown', null));
          throw new Error(`Nobody knows whether WhatsApp has the template: ${outcome.reason}`);
        case 'not-sent':
          throw new Error(`WhatsApp could not be reached: ${outcome.reason}`);
      }
    }),

    handle(deleteJob, async ({ templateId }, { workspaceId }) => {
      if (workspaceId === null) return;
      const template = await tenant(workspaceId, (tx) => getTemplate(tx, templateId));
      const { providerTemplateId, name } = template;
      if (template.deletingAt === null || providerTemplateId === null) return;
      const place = await placeOf(db, template);
      const outcome = await provider.deleteTemplate({ ...place, name, providerTemplateId });
      // Asked again it ends equal: what is not there is deleted.
      if (outcome.outcome === 'unknown' || outcome.outcome === 'not-sent')
        throw new Error(`WhatsApp did not say whether it deleted the template: ${outcome.reason}`);
      await tenant(workspaceId, (tx) =>
        deleted(tx, templateId, outcome.outcome === 'accepted' ? null : outcome.error.message),
      );
    }),
  ];
}

async function begin(tx: TenantTx, templateId: string, n: number): Promise<Begun | null> {
  const template = await getTemplate(tx, templateId, 'lock');
  const [row] = await tx.query<VersionRecord>(versionRow, [tx.workspaceId, templateId, n]);
  const version = row && toVersion(row);
  if (!version || (version.state !== 'submitting' && version.state !== 'unknown')) return null;
  await tx.execute(setVersionState, [
    tx.workspaceId,
    templateId,
    n,
    version.state,
    null,
    tx.now().toISOString(),
    tx.now().toISOString(),
    null,
  ]);
  return {
    template,
    version,
    isRepeated: version.callStartedAt !== null,
    isNew: template.status === 'DRAFT' || template.providerTemplateId === null,
  };
}

async function placeOf(db: Database, { workspaceId, accountId }: TemplateRow): Promise<Place> {
  const accounts = await db.withTenant(workspaceId, systemActor, (tx) => askableAccounts(tx, workspaceId));
  const account = accounts.find((one) => one.accountId === accountId);
  if (!account) throw new Error('The account cannot be asked now: it has no token or no active number.');
  return {
    credential: await credentialFor(db, workspaceId, accountId),
    accountRef: account.accountRef,
    timeoutMs,
  };
}

async function look(
  provider: TemplateCalls,
  place: Place,
  { name, language }: TemplateRow,
): Promise<ListedTemplate | null> {
  const found = await provider.findTemplate({ ...place, name, language });
  if (found.outcome === 'ok') return found.template;
  throw new Error(`WhatsApp did not say whether it has the template: ${found.reason}`);
}

function call(
  provider: TemplateCalls,
  place: Place,
  { template, version, isNew }: Begun,
  components: readonly unknown[],
): Promise<TemplateOutcome<{ providerTemplateId?: string; status?: string; category?: string }>> {
  const { parameterFormat, messageSendTtlSeconds, category } = version;
  const content = { parameterFormat, messageSendTtlSeconds, components };
  if (isNew)
    return provider.createTemplate({
      ...place,
      template: { name: template.name, language: template.language, category, ...content },
    });
  return provider.editTemplate({
    ...place,
    providerTemplateId: template.providerTemplateId ?? '',
    // Of an approved one WhatsApp refuses a category, also the same.
    template: { ...content, category: template.status === 'APPROVED' ? null : category },
  });
}

/** WhatsApp has it. What it said by webhook since the call began is newer than its answer. */
async function arrived(
  tx: TenantTx,
  { template, version }: Begun,
  answer: { providerTemplateId?: string | null; status?: string; category?: string },
): Promise<void> {
  const before = await getTemplate(tx, version.templateId, 'lock');
  const isLate =
    before.status !== template.status || before.updatedAt.getTime() !== template.updatedAt.getTime();
  const [after] = await saveRows(tx, [
    {
      ...before,
      providerTemplateId: answer.providerTemplateId ?? before.providerTemplateId,
      status: isLate ? before.status : (answer.status ?? 'PENDING').toUpperCase(),
      category: isLate ? before.category : (answer.category ?? version.category).toUpperCase(),
      components: version.components,
      parameterFormat: version.parameterFormat,
      messageSendTtlSeconds: version.messageSendTtlSeconds,
      rejectedReason: isLate ? before.rejectedReason : null,
      updatedAt: isLate ? before.updatedAt : wholeSecond(tx.now()),
    },
  ]);
  await setState(tx, version, 'submitted', null);
  if (!after) return;
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'template.submitted',
      data: {
        templateId: after.id,
        accountId: after.accountId,
        name: after.name,
        language: after.language,
        n: version.n,
        providerTemplateId: after.providerTemplateId,
      },
    },
    // Compared with what was asked for: a category that WhatsApp corrected is news, too.
    ...changeEvents({ ...before, category: version.category }, after),
  ]);
}

async function refused(tx: TenantTx, { template, version }: Begun, why: Refusal): Promise<void> {
  const problem = { code: why.code, title: why.title, message: why.message };
  await setState(tx, version, 'refused', problem);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'template.submit_refused',
      data: {
        templateId: template.id,
        accountId: template.accountId,
        name: template.name,
        language: template.language,
        n: version.n,
        reason: why.message,
        code: why.code,
      },
    },
  ]);
}

async function deleted(tx: TenantTx, id: string, reason: string | null): Promise<void> {
  const before = await getTemplate(tx, id, 'lock');
  const after: TemplateRow = {
    ...before,
    deletingAt: null,
    ...(reason === null ? { status: 'DELETED', updatedAt: wholeSecond(tx.now()) } : {}),
  };
  await saveRows(tx, [after]);
  await emit(
    tx,
    reason === null
      ? changeEvents(before, after)
      : [
          {
            workspaceId: tx.workspaceId,
            name: 'template.delete_refused',
            data: { templateId: id, accountId: before.accountId, name: before.name, reason },
          },
        ],
  );
}

async function setState(
  tx: TenantTx,
  version: VersionRow,
  state: VersionRow['state'],
  problem: Refusal | null,
): Promise<void> {
  await tx.execute(setVersionState, [
    tx.workspaceId,
    version.templateId,
    version.n,
    state,
    problem && JSON.stringify(problem),
    tx.now().toISOString(),
    null,
    state === 'submitted' ? tx.now().toISOString() : null,
  ]);
}
