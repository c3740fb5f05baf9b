import type { ListedTemplate } from '@chaski/providers';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { type AccountId, newId, type WorkspaceId } from '../../platform/ids.ts';
import { recordNotices } from '../numbers/index.ts';
import { becameMarketing, changeEvents, sameWords } from './changes.ts';
import { lockTemplates } from './queries.ts';
import { settleUnknown } from './queries-versions.ts';
import { statusCalled, type TemplateRecord, type TemplateRow, toTemplate, wholeSecond } from './rows.ts';
import { keepSeen, saveRows } from './save.ts';

/** A template as the provider lists it. */
export type TemplateListing = Pick<ListedTemplate, 'name' | 'language' | 'category' | 'status'> &
  Partial<ListedTemplate>;

interface Place {
  workspaceId: string;
  accountId: string;
}

/**
 * Takes over a full listing of one account: adds, replaces, and marks as DELETED what it no longer names. `list` asks
 * the provider, outside of any transaction; what WhatsApp said since it was asked is newer than the list.
 */
export async function syncTemplates(
  db: Database,
  account: Place,
  list: () => Promise<readonly TemplateListing[]>,
): Promise<number> {
  const askedAt = wholeSecond(db.clock.now());
  const listings = await list();
  await db.withSystem('sync templates', async (tx) => {
    await takeOver(tx, account, listings, askedAt);
    await emit(tx, [
      {
        workspaceId: account.workspaceId,
        name: 'templates.synced',
        data: { accountId: account.accountId, count: listings.length },
      },
    ]);
  });
  return listings.length;
}

async function takeOver(
  tx: SystemTx,
  { workspaceId, accountId }: Place,
  listings: readonly TemplateListing[],
  askedAt: Date,
): Promise<void> {
  const known = new Map(
    (await tx.query<TemplateRecord>(lockTemplates, [[workspaceId], [accountId]]))
      .map(toTemplate)
      .map((row) => [`${row.name} ${row.language}`, row]),
  );
  const changes = new Map<string, { before: TemplateRow | null; after: TemplateRow }>();
  for (const one of listings) {
    const key = `${one.name} ${one.language}`;
    const before = known.get(key) ?? null;
    changes.set(key, {
      before,
      after: listed(one, before, {
        workspaceId: workspaceId as WorkspaceId,
        accountId: accountId as AccountId,
        askedAt,
        now: tx.now(),
      }),
    });
  }
  for (const [key, before] of known) {
    // Drafts were never there; what came to be after the question cannot be in the answer.
    const isGone = !changes.has(key) && !['DRAFT', 'DELETED'].includes(before.status);
    if (isGone && before.updatedAt <= askedAt)
      changes.set(key, {
        before,
        after: { ...before, status: 'DELETED', updatedAt: askedAt, deletingAt: null },
      });
  }
  const all = [...changes.values()];
  const saved = await saveRows(
    tx,
    all.map(({ after }) => after),
  );
  const byKey = new Map(saved.map((row) => [`${row.name} ${row.language}`, row]));
  const rewritten = all.flatMap(({ before, after }) => {
    const row = byKey.get(`${after.name} ${after.language}`);
    const isNews = before === null || !sameWords(before.components, after.components);
    return row && isNews && after.status !== 'DELETED' ? [row] : [];
  });
  await keepSeen(tx, rewritten);
  const arrived = all.flatMap(({ before, after }) => (before?.status === 'DRAFT' ? [after] : []));
  if (arrived.length > 0)
    await tx.execute(settleUnknown, [
      arrived.map((row) => row.workspaceId),
      arrived.map((row) => row.id),
      tx.now().toISOString(),
    ]);
  // A new account's templates are no news one by one: `templates.synced` says them all.
  await emit(
    tx,
    all.flatMap(({ before, after }) => (before === null ? [] : changeEvents(before, after))),
  );
  await raiseAlerts(tx, all);
}

/** A flip that no webhook told: the same notice as if one had, so that it stands where people look. */
async function raiseAlerts(
  tx: SystemTx,
  changes: readonly { before: TemplateRow | null; after: TemplateRow }[],
): Promise<void> {
  await recordNotices(
    tx,
    changes
      .filter(({ before, after }) => becameMarketing(before, after))
      .map(({ before, after }) => ({
        workspaceId: after.workspaceId,
        accountId: after.accountId,
        numberId: null,
        field: 'template_category_update',
        about: 'template',
        value: {
          messageTemplateId: after.providerTemplateId,
          messageTemplateName: after.name,
          messageTemplateLanguage: after.language,
          previousCategory: before?.category,
          newCategory: after.category,
        },
        at: after.updatedAt,
      })),
  );
}

function listed(
  one: TemplateListing,
  before: TemplateRow | null,
  place: { workspaceId: WorkspaceId; accountId: AccountId; askedAt: Date; now: Date },
): TemplateRow {
  const { askedAt, now } = place;
  const category = one.category.toUpperCase();
  const status = statusCalled(one.status.toUpperCase());
  // A notice since the question is newer than its answer; what only listings tell is taken all the same.
  const isLate = before !== null && before.updatedAt > askedAt;
  const holds = isLate ? before : { category, status };
  return {
    id: before?.id ?? newId(now.getTime()),
    workspaceId: place.workspaceId,
    accountId: place.accountId,
    name: one.name,
    language: one.language,
    category: holds.category,
    status: holds.status,
    providerTemplateId: one.providerTemplateId ?? before?.providerTemplateId ?? null,
    components: one.components ?? [],
    parameterFormat: one.parameterFormat ?? before?.parameterFormat ?? 'POSITIONAL',
    messageSendTtlSeconds: one.messageSendTtlSeconds ?? before?.messageSendTtlSeconds ?? null,
    quality: isLate ? before.quality : (one.quality?.toUpperCase() ?? before?.quality ?? 'UNKNOWN'),
    rejectedReason:
      holds.status === 'REJECTED' ? (one.rejectedReason ?? before?.rejectedReason ?? null) : null,
    previousCategory:
      before && before.category !== holds.category ? before.category : (before?.previousCategory ?? null),
    correctCategory: before?.correctCategory === holds.category ? null : (before?.correctCategory ?? null),
    createdAt: before?.createdAt ?? now,
    updatedAt: isLate ? before.updatedAt : askedAt,
    deletingAt: before?.deletingAt ?? null,
  };
}
