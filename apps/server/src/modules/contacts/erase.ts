import { phoneVariants } from '@chaski/providers';
import { type SystemTx, statement } from '../../platform/db/index.ts';
import { eraseFromSegments } from './erase-segments.ts';
import { type IdentityRow, selectContactIdentities, selectContacts } from './queries.ts';
import { forgetPairs } from './resolve.ts';
import { keepRefusals } from './suppress.ts';

const merged = statement(
  'contacts.merged_ids',
  `with recursive them (id) as (
     select $2::uuid union
     select c.id from contacts c join them t on c.workspace_id = $1 and c.merged_into = t.id
   )
   select id from them`,
);

export interface Subject {
  /** The contact and whoever was merged into it. */
  contactIds: string[];
  /** Phones in every writing, and user ids. */
  aliases: string[];
  /** Names, for answers that were kept. */
  names: string[];
}

/** Who is to be erased, by all that names them. */
export async function subjectOf(tx: SystemTx, workspaceId: string, contactId: string): Promise<Subject> {
  const ids = (await tx.query<{ id: string }>(merged, [workspaceId, contactId])).map(({ id }) => id);
  const rows = await selectContacts(
    tx,
    ids.map((id) => ({ workspaceId, id })),
  );
  const identities: IdentityRow[] = await selectContactIdentities(tx, workspaceId, ids);
  const phones = [
    ...identities.filter((one) => one.kind === 'phone').map((one) => one.value),
    ...rows.flatMap((row) => row.phone ?? []),
  ];
  return {
    contactIds: ids,
    aliases: [
      ...new Set([
        ...phones.flatMap((phone) => phoneVariants(phone)),
        ...identities.filter((one) => one.kind !== 'phone').map((one) => one.value),
      ]),
    ],
    names: rows
      .flatMap((row) => [row.name, row.profileName, row.username, row.email])
      .filter((name) => name !== null),
  };
}

const place = 'workspace_id = $1 and contact_id = any($2::uuid[])';
const gone = [
  statement('contacts.erase_identities', `delete from identities where ${place}`),
  statement('contacts.erase_consents', `delete from consents where ${place}`),
  statement('contacts.erase_notes', `delete from contact_notes where ${place}`),
  statement('contacts.erase_labels', `delete from contact_labels where ${place}`),
  statement('contacts.erase_campaigns', `delete from contact_campaigns where ${place}`),
  statement('contacts.erase_words', `delete from contact_words where ${place}`),
  statement(
    'contacts.erase_pairs',
    `delete from contact_conflicts where workspace_id = $1
       and (contact_id = any($2::uuid[]) or other_id = any($2::uuid[]))`,
  ),
  statement(
    'contacts.erase_merges',
    `delete from contact_merges where workspace_id = $1
       and (kept_id = any($2::uuid[]) or merged_id = any($2::uuid[]))`,
  ),
];
const blank = statement(
  'contacts.erase',
  `update contacts set name = null, profile_name = null, username = null, phone = null, country = null, email = null,
     company = null, language = null, attributes = '{}', blocked_at = null, opted_out = false, opted_out_at = null,
     opt_out_source = null, opt_out_keyword = null, opt_out_scope = null, consent_service = null, consent_utility = null,
     consent_marketing = null, marketing_stopped_at = null, marketing_resumed_at = null,
     identity_conflict = false, last_seen_at = null, erased_at = $3, updated_at = $3
   where workspace_id = $1 and id = any($2::uuid[]) and erased_at is null`,
);

/** The person's rows; an id without anything stays, because messages name it. */
export async function eraseContacts(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
  aliases: readonly string[],
): Promise<{ contacts: number }> {
  await keepRefusals(tx, workspaceId, contactIds);
  await eraseFromSegments(tx, workspaceId, aliases);
  for (const one of gone) await tx.execute(one, [workspaceId, contactIds]);
  forgetPairs(tx, workspaceId);
  return { contacts: await tx.execute(blank, [workspaceId, contactIds, tx.now().toISOString()]) };
}
