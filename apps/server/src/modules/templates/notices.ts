import type { SystemTx } from '../../platform/db/index.ts';
import { type Consumer, defineConsumer, emit } from '../../platform/events/index.ts';
import { type AccountId, newId, type WorkspaceId } from '../../platform/ids.ts';
import { storableText } from '../../platform/storable.ts';
import { noticesByIds } from '../numbers/index.ts';
import { changeEvents } from './changes.ts';
import { requestSyncOf } from './follow.ts';
import { lockTemplatesByName } from './queries.ts';
import { settleUnknown } from './queries-versions.ts';
import { statusCalled, type TemplateRecord, type TemplateRow, toTemplate } from './rows.ts';
import { saveRows } from './save.ts';

/** What WhatsApp says about a template: `message_template_status_update` and its kin. */
export interface TemplateNotice {
  workspaceId: string;
  accountId: string | null;
  field: string;
  value: Record<string, unknown>;
  at: Date;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? storableText(value) : null;
const upper = (value: unknown) => text(value)?.toUpperCase() ?? null;

type Change = Partial<
  Pick<TemplateRow, 'status' | 'category' | 'quality' | 'rejectedReason' | 'correctCategory'>
>;

/** Pure: what a notice changes; null for one that changes nothing we keep. */
export function changeOf({ field, value }: Pick<TemplateNotice, 'field' | 'value'>): Change | null {
  switch (field) {
    case 'message_template_status_update': {
      const event = upper(value.event);
      if (event === null) return null;
      const category = upper(value.messageTemplateCategory);
      const info = (value.rejectionInfo ?? {}) as { reason?: unknown };
      const reason = text(info.reason) ?? text(value.reason);
      return {
        status: statusCalled(event),
        rejectedReason: event === 'REJECTED' && reason !== 'NONE' ? reason : null,
        ...(category === null ? {} : { category }),
      };
    }
    // Announced 24 h before with correctCategory and the current one in newCategory, then done with previousCategory:
    // in both bodies newCategory is what holds now.
    case 'template_category_update': {
      const category = upper(value.newCategory);
      const announced = upper(value.correctCategory);
      if (category === null && announced === null) return null;
      return {
        ...(category === null ? {} : { category }),
        correctCategory: announced === category ? null : announced,
      };
    }
    case 'message_template_quality_update': {
      const quality = upper(value.newQualityScore);
      return quality === null ? null : { quality };
    }
    // Says new texts but not all of a template: the list is asked for.
    case 'message_template_components_update':
      return {};
    default:
      return null;
  }
}

interface Named {
  workspaceId: string;
  accountId: string;
  name: string;
  language: string;
}

/** Applies notices, however many templates they are about; a late one does not undo a newer word. */
export async function applyNotices(tx: SystemTx, notices: readonly TemplateNotice[]): Promise<void> {
  const told = notices.flatMap((notice) => {
    const change = changeOf(notice);
    const name = text(notice.value.messageTemplateName);
    const language = text(notice.value.messageTemplateLanguage);
    if (!change || !name || !language || notice.accountId === null) return [];
    return [{ ...notice, accountId: notice.accountId, name, language, change }];
  });
  if (told.length === 0) return;
  told.sort((a, b) => a.at.getTime() - b.at.getTime());
  const known = await lockNamed(tx, told);
  const rows = new Map<string, TemplateRow>();
  for (const one of told) {
    const key = keyOf(one);
    const before = rows.get(key) ?? known.get(key) ?? unheardOf(one, tx.now());
    if (one.at < before.updatedAt) continue;
    rows.set(key, changed(before, one));
  }
  const saved = await saveRows(tx, [...rows.values()]);
  const arrived = saved.filter((row) => known.get(keyOf(row))?.status === 'DRAFT');
  if (arrived.length > 0)
    await tx.execute(settleUnknown, [
      arrived.map((row) => row.workspaceId),
      arrived.map((row) => row.id),
      tx.now().toISOString(),
    ]);
  await emit(
    tx,
    saved.flatMap((row) => changeEvents(known.get(keyOf(row)) ?? null, row)),
  );
  const unclear = told.filter(
    (one) => one.field === 'message_template_components_update' || !known.has(keyOf(one)),
  );
  await requestSyncOf(tx, unclear);
}

const keyOf = (one: Named) => `${one.workspaceId} ${one.accountId} ${one.name} ${one.language}`;

async function lockNamed(tx: SystemTx, named: readonly Named[]): Promise<Map<string, TemplateRow>> {
  const distinct = [...new Map(named.map((one) => [keyOf(one), one])).values()];
  const rows = await tx.query<TemplateRecord>(lockTemplatesByName, [
    distinct.map((one) => one.workspaceId),
    distinct.map((one) => one.accountId),
    distinct.map((one) => one.name),
    distinct.map((one) => one.language),
  ]);
  return new Map(rows.map(toTemplate).map((row) => [keyOf(row), row]));
}

/** Added by its first notice: what is 'UNKNOWN' here is filled by the next list. */
function unheardOf(one: Named & { at: Date }, now: Date): TemplateRow {
  return {
    id: newId(now.getTime()),
    workspaceId: one.workspaceId as WorkspaceId,
    accountId: one.accountId as AccountId,
    name: one.name,
    language: one.language,
    category: 'UNKNOWN',
    status: 'UNKNOWN',
    providerTemplateId: null,
    components: [],
    parameterFormat: 'POSITIONAL',
    messageSendTtlSeconds: null,
    quality: 'UNKNOWN',
    rejectedReason: null,
    previousCategory: null,
    correctCategory: null,
    createdAt: now,
    updatedAt: one.at,
    deletingAt: null,
  };
}

function changed(before: TemplateRow, one: TemplateNotice & { change: Change }): TemplateRow {
  const id = one.value.messageTemplateId;
  const after: TemplateRow = {
    ...before,
    ...one.change,
    providerTemplateId:
      typeof id === 'number' || typeof id === 'string' ? String(id) : before.providerTemplateId,
    updatedAt: one.at,
  };
  // Its own deletion was known before this word of it came.
  if (before.status === 'DELETED' && after.status === 'PENDING_DELETION') after.status = 'DELETED';
  if (before.category !== after.category && before.category !== 'UNKNOWN')
    after.previousCategory = before.category;
  return after;
}

/** Listens to numbers' notices: upward talk is an event. */
export const templateNotices: Consumer = defineConsumer({
  name: 'templates.notices',
  events: ['account.notice'],
  async handle(tx, events) {
    const refs = events.flatMap((event) => {
      const noticeId = event.data.noticeId;
      return event.data.about === 'template' && typeof noticeId === 'string'
        ? [{ workspaceId: event.workspaceId, noticeId }]
        : [];
    });
    await applyNotices(tx, await noticesByIds(tx, refs));
  },
});
