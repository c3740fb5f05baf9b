import type { TenantTx } from '../../platform/db/index.ts';
import { emit, type NewEvent } from '../../platform/events/index.ts';
import { changes } from './change.ts';
import { optInRows, optOutRows } from './import-consent.ts';
import { labelsByNames, setLabels } from './labels.ts';
import type { ListRow, RowProblem } from './list-columns.ts';
import { addNotes } from './notes.ts';
import { type ContactRow, lockContacts, selectContacts } from './queries.ts';
import {
  advanceImport,
  type ImportCounts,
  type ProblemRow,
  selectImport,
  setManyFields,
} from './queries-import.ts';
import { lookUpPhones } from './resolve.ts';
import { roomLeft } from './room.ts';

export interface NumberedRow {
  number: number;
  row: ListRow | null;
  problems: RowProblem[];
}

/**
 * Some hundred rows in one transaction, with how far the import is: repeated after a kill, nothing happens twice.
 * `limit`: contacts that the plan has room for; `proof`: that the list's people opted in.
 */
export async function applyRows(
  tx: TenantTx,
  importId: string,
  rows: readonly NumberedRow[],
  limit: number | null,
  proof: string | null,
): Promise<void> {
  const state = await selectImport(tx, importId, true);
  // Another process was faster, or it is over.
  if (!state || state.state === 'done' || rows[0]!.number - 1 !== state.rows + 1) return;
  const problems: ProblemRow[] = rows.flatMap(({ number, problems }) =>
    problems.map((problem) => ({ row: number, ...problem })),
  );
  const counts: ImportCounts = { created: 0, updated: 0, unchanged: 0, skipped: 0 };
  const readable = rows.flatMap(({ number, row }) => (row ? [{ number, row }] : []));
  counts.skipped += rows.length - readable.length;

  const owners = await lookUpPhones(
    tx,
    readable.map(({ row }) => row.phone),
    await roomLeft(tx, limit),
  );
  const known = readable.flatMap(({ number, row }, index) => {
    const owner = owners[index];
    if (owner) return [{ number, row, ...owner }];
    problems.push({ row: number, field: '', reason: 'no_room_in_plan', skipped: true });
    counts.skipped += 1;
    return [];
  });
  const ids = [...new Set(known.map((one) => one.id))].sort();
  await lockContacts(
    tx,
    ids.map((contactId) => ({ workspaceId: tx.workspaceId, contactId })),
  );
  const before = new Map<string, ContactRow>(
    (
      await selectContacts(
        tx,
        ids.map((id) => ({ workspaceId: tx.workspaceId, id })),
      )
    ).map((row) => [row.id, row]),
  );
  const after = new Map<string, ContactRow>(before);
  for (const { number, row, id } of known) {
    const now = after.get(id)!;
    // The list's name counts, as all that it says; the report tells of it, and the audit keeps the one before. What
    // people call themselves in WhatsApp is another field, which no list touches.
    const given = before.get(id)!.name;
    if (given !== null && (row.name ?? given) !== given)
      problems.push({ row: number, field: 'name', reason: 'name_replaced', skipped: false });
    after.set(id, {
      ...now,
      name: row.name ?? now.name,
      email: row.email ?? now.email,
      company: row.company ?? now.company,
      language: row.language ?? now.language,
      attributes: { ...now.attributes, ...row.attributes },
    });
  }
  const changed = ids.filter((id) => changes(before.get(id)!, after.get(id)!).length > 0);
  await setManyFields(
    tx,
    changed.map((id) => after.get(id)!),
  );
  const touched = new Set([
    ...changed,
    ...(await hang(tx, known, problems, readable)),
    ...(await addNotes(
      tx,
      known.flatMap(({ id, row }) => (row.note === null ? [] : [{ contactId: id, text: row.note }])),
    )),
    ...(await optOutRows(tx, known, before)),
    ...(await optInRows(tx, known, before, proof, problems)),
  ]);
  const isNew = new Set(known.filter((one) => one.isNew).map((one) => one.id));
  const counted = new Set<string>();
  for (const { id } of known) {
    // The second row of one person counts as a change of the first.
    if (isNew.has(id) && !counted.has(id)) counts.created += 1;
    else if (touched.has(id)) counts.updated += 1;
    else counts.unchanged += 1;
    counted.add(id);
  }
  await emit(
    tx,
    [...touched]
      .filter((id) => !isNew.has(id))
      .sort()
      .map((contactId) => ({
        workspaceId: tx.workspaceId,
        name: 'contact.updated',
        data: { contactId, reason: 'import', importId },
        ...renamed(contactId, before.get(contactId)!.name, after.get(contactId)!.name),
      })),
  );
  await advanceImport(tx, importId, rows.at(-1)!.number - 1, counts, problems);
}

/** Of a list the start is audited, not each row; a name that somebody gave is not lost without a line of its own. */
function renamed(id: string, before: string | null, after: string | null): Pick<NewEvent, 'audit'> {
  if (before === null || before === after) return {};
  return { audit: { target: { kind: 'contact', id }, before: { name: before }, after: { name: after } } };
}

/** Labels by name; one that does not exist is a problem of its row and nobody's new label. */
async function hang(
  tx: TenantTx,
  known: readonly { row: ListRow; id: string }[],
  problems: ProblemRow[],
  readable: readonly { number: number; row: ListRow }[],
): Promise<string[]> {
  const names = [...new Set(known.flatMap(({ row }) => row.labels.map((name) => name.toLowerCase())))];
  if (names.length === 0) return [];
  const labels = new Map(
    (await labelsByNames(tx, names)).map((label) => [label.name.toLowerCase(), label.id]),
  );
  for (const { number, row } of readable) {
    if (row.labels.some((name) => !labels.has(name.toLowerCase())))
      problems.push({ row: number, field: 'labels', reason: 'no_such_label', skipped: false });
  }
  const touched: string[] = [];
  for (const [name, labelId] of labels) {
    const ids = known
      .filter(({ row }) => row.labels.some((one) => one.toLowerCase() === name))
      .map((one) => one.id);
    touched.push(...(await setLabels(tx, [...new Set(ids)].sort(), [labelId], true)));
  }
  return touched;
}
