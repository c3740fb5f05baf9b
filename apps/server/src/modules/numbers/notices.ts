import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { storableJson, storableText } from '../../platform/storable.ts';
import { insertNotices, mergeState, noticesByIdRows, numbersOfAccounts, statesForUpdate } from './queries.ts';
import { effectsOf, mergeEffects, type NumberEffect } from './rules.ts';

/** One thing WhatsApp said about an account, a number, a template, a call, a group. */
export interface Notice {
  workspaceId: string;
  accountId: string | null;
  /** Null where the body named no number; a display number in the value then finds it. */
  numberId: string | null;
  field: string;
  about: string;
  /** With camelCase keys, as the provider parsed it. */
  value: Record<string, unknown>;
  at: Date;
}

const digits = (value: unknown) => (typeof value === 'string' ? value.replace(/\D/g, '') : '');

/**
 * Keeps notices, applies what they say about numbers, tells `account.notice` (templates listen) and `number.updated`.
 * The caller has made sure that each happens once (item keys). Four statements however many.
 */
export async function recordNotices(tx: SystemTx, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const now = tx.now().toISOString();
  const accountIds = [
    ...new Set(notices.flatMap((notice) => (notice.accountId ? [notice.accountId] : []))),
  ].sort();
  const numbers =
    accountIds.length === 0
      ? []
      : await tx.query<{
          workspace_id: string;
          account_id: string;
          id: string;
          display_phone_number: string;
        }>(numbersOfAccounts, [accountIds]);

  const rows = notices.map((notice) => {
    const ofAccount = numbers.filter(
      (number) => number.account_id === notice.accountId && number.workspace_id === notice.workspaceId,
    );
    const shown = digits(notice.value.displayPhoneNumber);
    const numberId =
      notice.numberId ??
      (shown === ''
        ? null
        : (ofAccount.find((number) => digits(number.display_phone_number) === shown)?.id ?? null));
    return { ...notice, numberId, id: newId(tx.now().getTime()), shown, ofAccount };
  });

  await tx.execute(insertNotices, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.id),
    rows.map((row) => row.accountId),
    rows.map((row) => row.numberId),
    rows.map((row) => row.field),
    rows.map((row) => row.about),
    rows.map((row) => storableJson(row.value)),
    rows.map((row) => row.at.toISOString()),
    rows.map(() => now),
  ]);

  // What names a number changes that one; what is about the account changes all its numbers; what names a number we
  // do not have changes none.
  const effects = new Map<string, { workspaceId: string; list: (NumberEffect & { at: Date })[] }>();
  for (const row of rows) {
    const about = effectsOf(row);
    if (about.length === 0) continue;
    const targets = row.numberId
      ? [row.numberId]
      : row.shown === ''
        ? row.ofAccount.map((number) => number.id)
        : [];
    for (const target of targets) {
      const entry = effects.get(target) ?? { workspaceId: row.workspaceId, list: [] };
      entry.list.push(...about.map((effect) => ({ ...effect, at: row.at })));
      effects.set(target, entry);
    }
  }
  const updated = await applyEffects(tx, effects);

  await emit(tx, [
    ...rows.map((row) => ({
      workspaceId: row.workspaceId,
      name: 'account.notice',
      data: {
        noticeId: row.id,
        field: row.field,
        about: row.about,
        accountId: row.accountId,
        numberId: row.numberId,
      },
      at: row.at,
    })),
    ...updated.map((number) => ({
      workspaceId: number.workspaceId,
      name: 'number.updated',
      data: { numberId: number.id, changed: number.changed },
    })),
  ]);
}

async function applyEffects(
  tx: SystemTx,
  effects: ReadonlyMap<string, { workspaceId: string; list: (NumberEffect & { at: Date })[] }>,
): Promise<{ workspaceId: string; id: string; changed: string[] }[]> {
  if (effects.size === 0) return [];
  const states = await tx.query<{
    workspace_id: string;
    id: string;
    provider_state: Record<string, unknown>;
  }>(statesForUpdate, [[...effects.keys()]]);
  const changes = states.flatMap((row) => {
    const effect = effects.get(row.id);
    if (!effect || effect.workspaceId !== row.workspace_id) return [];
    const merged = mergeEffects(row.provider_state, effect.list);
    return Object.keys(merged.changes).length === 0 ? [] : [{ row, merged }];
  });
  if (changes.length === 0) return [];
  await tx.execute(mergeState, [
    changes.map(({ row }) => row.workspace_id),
    changes.map(({ row }) => row.id),
    changes.map(({ merged }) => storableJson(merged.changes)),
    changes.map(({ merged }) => merged.verifiedName && storableText(merged.verifiedName)),
    changes.map(({ merged }) => merged.mps),
  ]);
  return changes.map(({ row, merged }) => ({
    workspaceId: row.workspace_id,
    id: row.id,
    changed: Object.keys(merged.changes),
  }));
}

export interface StoredNotice extends Notice {
  id: string;
}

/** For listeners of `account.notice`: the event carries ids only. */
export async function noticesByIds(
  tx: SystemTx,
  refs: readonly { workspaceId: string; noticeId: string }[],
): Promise<StoredNotice[]> {
  if (refs.length === 0) return [];
  const rows = await tx.query<{
    workspace_id: string;
    id: string;
    account_id: string | null;
    number_id: string | null;
    field: string;
    about: string;
    value: Record<string, unknown>;
    at: Date;
  }>(noticesByIdRows, [refs.map((ref) => ref.workspaceId), refs.map((ref) => ref.noticeId)]);
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    accountId: row.account_id,
    numberId: row.number_id,
    field: row.field,
    about: row.about,
    value: row.value,
    at: row.at,
  }));
}
