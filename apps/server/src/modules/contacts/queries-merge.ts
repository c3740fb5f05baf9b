import type { ConsentScope } from '@chaski/contracts';
import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { ContactRow } from './queries.ts';
import type { Said } from './rules-consent.ts';

/** What a merge may change of a contact, as JSON keeps it. */
export interface Fields {
  name: string | null;
  profileName: string | null;
  username: string | null;
  phone: string | null;
  country: string | null;
  email: string | null;
  company: string | null;
  language: string | null;
  attributes: ContactRow['attributes'];
  blockedAt: string | null;
  optedOut: boolean;
  optedOutAt: string | null;
  optOutSource: string | null;
  optOutKeyword: string | null;
  optOutScope: ConsentScope | null;
  consentService: Said;
  consentUtility: Said;
  consentMarketing: Said;
  marketingStoppedAt: string | null;
  marketingResumedAt: string | null;
  identityConflict: boolean;
  lastSeenAt: string | null;
}

/** All that an undo needs. */
export interface MergeRecord {
  kept: Fields;
  merged: Fields;
  /** What the kept contact became. */
  made: Fields;
  identities: { kind: string; scope: string; value: string }[];
  labels: string[];
  notes: string[];
  consents: string[];
  /** Contacts with whom a pair of perhaps-the-same was new. */
  pairs: string[];
}

export interface MergeRow {
  id: string;
  keptId: string;
  mergedId: string;
  record: MergeRecord;
  at: Date;
  undoneAt: Date | null;
}
type Row = MergeRow & Record<string, unknown>;

const columns = `id, kept_id as "keptId", merged_id as "mergedId", record, at, undone_at as "undoneAt"`;

const insert = statement(
  'contacts.insert_merge',
  `insert into contact_merges (workspace_id, id, kept_id, merged_id, record, at) values ($1, $2, $3, $4, $5::jsonb, $6)
   returning ${columns}`,
);

export async function insertMerge(
  tx: TenantTx,
  given: { id: string; keptId: string; mergedId: string; record: MergeRecord },
): Promise<MergeRow> {
  const [row] = await tx.query<Row>(insert, [
    tx.workspaceId,
    given.id,
    given.keptId,
    given.mergedId,
    JSON.stringify(given.record),
    tx.now().toISOString(),
  ]);
  return row!;
}

const list = statement(
  'contacts.merges',
  `select ${columns} from contact_merges where workspace_id = $1 and kept_id = $2
     and ($3::timestamptz is null or (at, id) < ($3::timestamptz, $4::uuid)) order by at desc, id desc
   limit $5 offset $6`,
);
const lock = statement(
  'contacts.lock_merge',
  `select ${columns} from contact_merges where workspace_id = $1 and kept_id = $2 and id = $3 for update`,
);
const later = statement(
  'contacts.later_merge',
  `select id from contact_merges where workspace_id = $1 and kept_id = $2 and undone_at is null
     and (at, id) > ($3::timestamptz, $4::uuid) order by at desc, id desc limit 1`,
);
const undo = statement(
  'contacts.undo_merge',
  `update contact_merges set undone_at = $3 where workspace_id = $1 and id = $2 returning ${columns}`,
);

/** Newest first. */
export function selectMerges(tx: TenantTx, keptId: string, page: Slice): Promise<MergeRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    keptId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

export async function lockMerge(tx: TenantTx, keptId: string, id: string): Promise<MergeRow | null> {
  return (await tx.query<Row>(lock, [tx.workspaceId, keptId, id]))[0] ?? null;
}

/** The last merge into this contact after that one; null: that one is the last. */
export async function laterMerge(tx: TenantTx, { keptId, at, id }: MergeRow): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(later, [tx.workspaceId, keptId, at.toISOString(), id]);
  return row?.id ?? null;
}

export async function setUndone(tx: TenantTx, id: string): Promise<MergeRow> {
  return (await tx.query<Row>(undo, [tx.workspaceId, id, tx.now().toISOString()]))[0]!;
}

// From one contact to another: everything, or what is named.
const identities = statement(
  'contacts.move_identities',
  `update identities set contact_id = $3 where workspace_id = $1 and contact_id = $2
     and ($4::jsonb is null or (kind, scope, value) in (
       select * from jsonb_to_recordset($4::jsonb) as t (kind text, scope text, value text)))
   returning kind, scope, value`,
);
const consents = statement(
  'contacts.move_consents',
  `update consents set contact_id = $3 where workspace_id = $1 and contact_id = $2
     and ($4::uuid[] is null or id = any($4::uuid[])) returning id`,
);
const notes = statement(
  'contacts.move_notes',
  `update contact_notes set contact_id = $3 where workspace_id = $1 and contact_id = $2
     and ($4::uuid[] is null or id = any($4::uuid[])) returning id`,
);

export type Belongings = Pick<MergeRecord, 'identities' | 'consents' | 'notes'>;

export async function moveBelongings(
  tx: TenantTx,
  from: string,
  to: string,
  only: Belongings | null,
): Promise<Belongings> {
  const place = [tx.workspaceId, from, to];
  const [a = [], b = [], c = []] = await tx.batch([
    { statement: identities, values: [...place, only && JSON.stringify(only.identities)] },
    { statement: consents, values: [...place, only?.consents ?? null] },
    { statement: notes, values: [...place, only?.notes ?? null] },
  ]);
  const ids = (rows: Record<string, unknown>[]) => rows.map((row) => row.id as string);
  return { identities: a as unknown as MergeRecord['identities'], consents: ids(b), notes: ids(c) };
}

const copyLabels = statement(
  'contacts.copy_labels',
  `insert into contact_labels (workspace_id, contact_id, label_id, created_at)
   select workspace_id, $3, label_id, created_at from contact_labels where workspace_id = $1 and contact_id = $2
   order by label_id on conflict do nothing returning label_id as id`,
);

/** The labels that the other contact did not have. */
export async function copyLabelsTo(tx: TenantTx, from: string, to: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(copyLabels, [tx.workspaceId, from, to]);
  return rows.map(({ id }) => id);
}

const write = statement(
  'contacts.write_merged',
  `update contacts c set name = r."name", profile_name = r."profileName", username = r."username", phone = r."phone",
     country = r."country", email = r."email", company = r."company", language = r."language",
     attributes = r."attributes", blocked_at = r."blockedAt", opted_out = r."optedOut",
     opted_out_at = r."optedOutAt", opt_out_source = r."optOutSource", opt_out_keyword = r."optOutKeyword",
     opt_out_scope = r."optOutScope", consent_service = r."consentService", consent_utility = r."consentUtility",
     consent_marketing = r."consentMarketing", marketing_stopped_at = r."marketingStoppedAt",
     marketing_resumed_at = r."marketingResumedAt",
     identity_conflict = r."identityConflict", last_seen_at = r."lastSeenAt", merged_into = $4, updated_at = $5
   from jsonb_to_record($3::jsonb) as r ("name" text, "profileName" text, "username" text, "phone" text,
     "country" text, "email" text, "company" text, "language" text, "attributes" jsonb, "blockedAt" timestamptz,
     "optedOut" boolean, "optedOutAt" timestamptz, "optOutSource" text, "optOutKeyword" text, "optOutScope" text,
     "consentService" text, "consentUtility" text, "consentMarketing" text, "marketingStoppedAt" timestamptz,
     "marketingResumedAt" timestamptz, "identityConflict" boolean, "lastSeenAt" timestamptz)
   where c.workspace_id = $1 and c.id = $2`,
);

export async function writeContact(
  tx: TenantTx,
  id: string,
  fields: Fields,
  mergedInto: string | null,
): Promise<void> {
  await tx.execute(write, [tx.workspaceId, id, JSON.stringify(fields), mergedInto, tx.now().toISOString()]);
}

const deletePairs = statement(
  'contacts.delete_pairs',
  `delete from contact_conflicts where workspace_id = $1
     and ((contact_id = $2 and other_id = any($3::uuid[])) or (other_id = $2 and contact_id = any($3::uuid[])))`,
);

export async function removePairs(tx: TenantTx, id: string, others: readonly string[]): Promise<void> {
  await tx.execute(deletePairs, [tx.workspaceId, id, others]);
}

const newWords = statement(
  'contacts.words_since',
  `select count(*) from consents where workspace_id = $1 and contact_id = any($2::uuid[]) and created_at >= $3
     and not (id = any($4::uuid[]))`,
);

/** Words about being written to that came after. */
export async function countWordsSince(
  tx: TenantTx,
  ids: readonly string[],
  since: Date,
  known: readonly string[],
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(newWords, [
    tx.workspaceId,
    ids,
    since.toISOString(),
    known,
  ]);
  return row!.count;
}
