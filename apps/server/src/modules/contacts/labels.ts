import { statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';

/** A word that a team hangs on contacts and conversations. */
export interface LabelRow {
  workspaceId: string;
  id: string;
  name: string;
  colour: string;
  createdAt: Date;
}

const columns = 'l.workspace_id as "workspaceId", l.id, l.name, l.colour, l.created_at as "createdAt"';
type Row = LabelRow & Record<string, unknown>;

const list = statement(
  'contacts.labels',
  `select ${columns} from labels l where l.workspace_id = $1
     and ($2::text is null or (l.name, l.id) > ($2, $3::uuid)) order by l.name, l.id limit $4 offset $5`,
);
const byIds = statement(
  'contacts.labels_by_ids',
  `select ${columns} from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id) join labels l using (workspace_id, id)`,
);
const byNames = statement(
  'contacts.labels_by_names',
  `select ${columns} from labels l where l.workspace_id = $1 and lower(l.name) = any($2::text[]) order by l.id`,
);
const insert = statement(
  'contacts.insert_label',
  `insert into labels as l (workspace_id, id, name, colour, created_at) values ($1, $2, $3, $4, $5)
   on conflict do nothing returning ${columns}`,
);
const update = statement(
  'contacts.update_label',
  `update labels l set name = $3, colour = $4 where l.workspace_id = $1 and l.id = $2 returning ${columns}`,
);
const remove = statement('contacts.delete_label', 'delete from labels where workspace_id = $1 and id = $2');

/** Labels by their ids, whichever table names them; what is not there is missing. */
export function labelsByIds(
  tx: Tx,
  keys: readonly { workspaceId: string; id: string }[],
): Promise<LabelRow[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return tx.query<Row>(byIds, [keys.map((key) => key.workspaceId), keys.map((key) => key.id)]);
}

/** Labels by name, whatever the case. */
export function labelsByNames(tx: TenantTx, names: readonly string[]): Promise<LabelRow[]> {
  return tx.query<Row>(byNames, [tx.workspaceId, names.map((name) => name.toLowerCase())]);
}

export function listLabels(tx: TenantTx, page: Slice<readonly [string, string]>): Promise<LabelRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    page.after?.[0] ?? null,
    page.after?.[1] ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

export async function getLabel(tx: TenantTx, id: string): Promise<LabelRow> {
  const [found] = await labelsByIds(tx, [{ workspaceId: tx.workspaceId, id }]);
  if (!found) throw errors.notFound('label', { id });
  return found;
}

const taken = (name: string) => errors.conflict('label_exists', 'There is a label with this name.', { name });

export async function createLabel(tx: TenantTx, given: { name: string; colour: string }): Promise<LabelRow> {
  if ((await labelsByNames(tx, [given.name])).length > 0) throw taken(given.name);
  const [row] = await tx.query<Row>(insert, [
    tx.workspaceId,
    newId(),
    given.name,
    given.colour,
    tx.now().toISOString(),
  ]);
  if (!row) throw taken(given.name);
  await said(tx, 'label.created', row.id, null, given);
  return row;
}

export async function updateLabel(
  tx: TenantTx,
  id: string,
  patch: { name?: string | undefined; colour?: string | undefined },
): Promise<LabelRow> {
  const before = await getLabel(tx, id);
  const name = patch.name ?? before.name;
  if ((await labelsByNames(tx, [name])).some((other) => other.id !== id)) throw taken(name);
  const [row] = await tx.query<Row>(update, [tx.workspaceId, id, name, patch.colour ?? before.colour]);
  const look = ({ name, colour }: LabelRow) => ({ name, colour });
  await said(tx, 'label.updated', id, look(before), look(row!));
  return row!;
}

/** Off every contact and conversation: their foreign keys see to that. */
export async function deleteLabel(tx: TenantTx, id: string): Promise<void> {
  const before = await getLabel(tx, id);
  await tx.execute(remove, [tx.workspaceId, id]);
  await said(tx, 'label.deleted', id, { name: before.name }, null);
}

function said(
  tx: TenantTx,
  name: string,
  id: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { labelId: id },
      audit: { target: { kind: 'label', id }, before, after },
    },
  ]);
}

// ── on contacts ──

const hang = statement(
  'contacts.hang_labels',
  `insert into contact_labels (workspace_id, contact_id, label_id, created_at)
   select $1, c.id, l.id, $4 from unnest($2::uuid[]) as c (id) cross join labels l
    where l.workspace_id = $1 and l.id = any($3::uuid[])
   order by c.id, l.id
   on conflict do nothing returning contact_id as id`,
);
const takeOff = statement(
  'contacts.take_labels_off',
  `delete from contact_labels where workspace_id = $1 and contact_id = any($2::uuid[]) and label_id = any($3::uuid[])
   returning contact_id as id`,
);
const ofContacts = statement(
  'contacts.labels_of',
  `select k.contact_id as "contactId", ${columns} from contact_labels k
     join labels l on l.workspace_id = k.workspace_id and l.id = k.label_id
    where k.workspace_id = $1 and k.contact_id = any($2::uuid[]) order by l.name, l.id`,
);

/** Labels of each contact, by its id. */
export async function labelsOf(
  tx: TenantTx,
  contactIds: readonly string[],
): Promise<Map<string, LabelRow[]>> {
  const found = new Map<string, LabelRow[]>();
  if (contactIds.length === 0) return found;
  for (const row of await tx.query<Row & { contactId: string }>(ofContacts, [tx.workspaceId, contactIds])) {
    found.set(row.contactId, [...(found.get(row.contactId) ?? []), row]);
  }
  return found;
}

/** Hangs labels on contacts, or takes them off; answers the contacts for whom it changed something. */
export async function setLabels(
  tx: TenantTx,
  contactIds: readonly string[],
  labelIds: readonly string[],
  on: boolean,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(on ? hang : takeOff, [
    tx.workspaceId,
    contactIds,
    labelIds,
    ...(on ? [tx.now().toISOString()] : []),
  ]);
  return [...new Set(rows.map(({ id }) => id))];
}

/** Refuses ids of labels that do not exist. */
export async function knownLabels(tx: TenantTx, ids: readonly string[]): Promise<LabelRow[]> {
  const rows = await labelsByIds(
    tx,
    [...new Set(ids)].map((id) => ({ workspaceId: tx.workspaceId, id })),
  );
  const missing = ids.filter((id) => !rows.some((row) => row.id === id));
  if (missing.length > 0) throw errors.notFound('label', { ids: missing });
  return rows;
}
