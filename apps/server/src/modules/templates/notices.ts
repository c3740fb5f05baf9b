import type { SystemTx } from '../../platform/db/index.ts';
import { type Consumer, defineConsumer } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { noticesByIds } from '../numbers/index.ts';
import { noteTemplates } from './queries.ts';

/** What WhatsApp says about a template: `message_template_status_update` and its kin. */
export interface TemplateNotice {
  workspaceId: string;
  accountId: string | null;
  field: string;
  value: Record<string, unknown>;
  at: Date;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.replaceAll('\u0000', '').toWellFormed() : null;

/** WhatsApp's event words where they differ from the status a listing would show. */
const statusOf: Readonly<Record<string, string>> = {
  REINSTATED: 'APPROVED',
  UNARCHIVED: 'APPROVED',
  FLAGGED: 'APPROVED',
};

interface Change {
  status: string | null;
  category: string | null;
}

/** Pure: what a notice changes; null for one that changes nothing we keep (quality, components). */
export function changeOf(notice: Pick<TemplateNotice, 'field' | 'value'>): Change | null {
  const { field, value } = notice;
  if (field === 'message_template_status_update') {
    const event = text(value.event)?.toUpperCase() ?? null;
    if (event === null) return null;
    return {
      status: statusOf[event] ?? event,
      category: text(value.messageTemplateCategory)?.toUpperCase() ?? null,
    };
  }
  // Announced 24 h before with correctCategory and the current one in newCategory, then done with previousCategory:
  // in both bodies newCategory is what holds now.
  if (field === 'template_category_update') {
    const category = text(value.newCategory)?.toUpperCase() ?? null;
    return category === null ? null : { status: null, category };
  }
  return null;
}

/** Applies notices set-wise; of several about one template the newest counts. */
export async function applyNotices(tx: SystemTx, notices: readonly TemplateNotice[]): Promise<void> {
  const merged = new Map<
    string,
    Change & {
      workspaceId: string;
      accountId: string;
      name: string;
      language: string;
      providerTemplateId: string | null;
      at: Date;
    }
  >();
  for (const notice of [...notices].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const change = changeOf(notice);
    const name = text(notice.value.messageTemplateName);
    const language = text(notice.value.messageTemplateLanguage);
    if (!change || !name || !language || notice.accountId === null) continue;
    const id = notice.value.messageTemplateId;
    const key = `${notice.workspaceId} ${notice.accountId} ${name} ${language}`;
    const before = merged.get(key);
    merged.set(key, {
      workspaceId: notice.workspaceId,
      accountId: notice.accountId,
      name,
      language,
      providerTemplateId:
        typeof id === 'number' || typeof id === 'string' ? String(id) : (before?.providerTemplateId ?? null),
      status: change.status ?? before?.status ?? null,
      category: change.category ?? before?.category ?? null,
      at: notice.at,
    });
  }
  if (merged.size === 0) return;
  const rows = [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await tx.execute(noteTemplates, [
    rows.map((row) => row.workspaceId),
    rows.map(() => newId(tx.now().getTime())),
    rows.map((row) => row.accountId),
    rows.map((row) => row.name),
    rows.map((row) => row.language),
    rows.map((row) => row.category),
    rows.map((row) => row.status),
    rows.map((row) => row.providerTemplateId),
    rows.map((row) => row.at.toISOString()),
  ]);
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
