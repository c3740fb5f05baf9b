import { type SystemTx, statement, type Tx } from '../../platform/db/index.ts';
import { isSharedLimit } from '../numbers/index.ts';

/** All SQL of messaging_openings: whom a portfolio wrote to first, in the last day. */

const hold = statement(
  'campaigns.hold_budget',
  "select pg_advisory_xact_lock(hashtextextended('campaigns.tier:' || $1::text, 0))",
);

/**
 * Whoever spends from a limit waits here for whoever is spending: two campaigns never spend the same room. No row's lock,
 * as elsewhere: a limit that workspaces share would be a row that belongs to none of them.
 */
export async function holdBudget(tx: SystemTx, scope: string): Promise<void> {
  await tx.execute(hold, [scope]);
}

const used = statement(
  'campaigns.openings_used',
  `select count(*) as used, min(at) as oldest from messaging_openings
   where scope = $1 and at > $2::timestamptz and ($3::uuid is null or workspace_id = $3::uuid)`,
);

/**
 * How many different people since a time, and when the first of them: of all workspaces that share the limit. Somebody
 * whom two of them know is two: rather one too many than a call above the limit.
 */
export async function openingsSince(
  tx: SystemTx,
  workspaceId: string,
  scope: string,
  since: Date,
): Promise<{ used: number; oldest: Date | null }> {
  return (
    await tx.query<{ used: number; oldest: Date | null }>(used, [
      scope,
      since.toISOString(),
      isSharedLimit(scope) ? null : workspaceId,
    ])
  )[0]!;
}

const known = statement(
  'campaigns.openings_known',
  `select o.contact_id as "contactId" from messaging_openings o
   where o.workspace_id = $1 and o.scope = $2 and o.contact_id = any($3::uuid[]) and o.at > $4::timestamptz`,
);

/** Which of these people count already. */
export async function openedSince(
  tx: Tx,
  workspaceId: string,
  scope: string,
  contactIds: readonly string[],
  since: Date,
): Promise<Set<string>> {
  const rows = await tx.query<{ contactId: string }>(known, [
    workspaceId,
    scope,
    contactIds,
    since.toISOString(),
  ]);
  return new Set(rows.map((row) => row.contactId));
}

const open = statement(
  'campaigns.open',
  `insert into messaging_openings as o (workspace_id, scope, contact_id, at)
   select r.* from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) r(workspace_id, scope, contact_id, at)
   order by 1, 2, 3
   on conflict (workspace_id, scope, contact_id) do update set at = greatest(o.at, excluded.at)`,
);

/** These people were written to. */
export async function noteOpenings(
  tx: SystemTx,
  openings: readonly { workspaceId: string; scope: string; contactId: string; at: Date }[],
): Promise<void> {
  const newest = new Map<string, (typeof openings)[number]>();
  for (const one of openings) {
    const key = `${one.workspaceId} ${one.scope} ${one.contactId}`;
    const before = newest.get(key);
    if (!before || before.at < one.at) newest.set(key, one);
  }
  const rows = [...newest.values()];
  if (rows.length === 0) return;
  await tx.execute(open, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.scope),
    rows.map((row) => row.contactId),
    rows.map((row) => row.at.toISOString()),
  ]);
}

const copy = statement(
  'campaigns.copy_openings',
  `insert into messaging_openings as o (workspace_id, scope, contact_id, at)
   select workspace_id, $3, contact_id, at from messaging_openings where workspace_id = $1 and scope = $2 order by 3
   on conflict (workspace_id, scope, contact_id) do update set at = greatest(o.at, excluded.at)`,
);

/** What a workspace wrote under one limit counts under another as well. */
export async function copyOpenings(
  tx: SystemTx,
  workspaceId: string,
  from: string,
  to: string,
): Promise<void> {
  await tx.execute(copy, [workspaceId, from, to]);
}

const forget = statement(
  'campaigns.forget_openings',
  `delete from messaging_openings where (workspace_id, scope, contact_id) in (
     select workspace_id, scope, contact_id from messaging_openings where at <= $1::timestamptz limit 20000)`,
);

/** What no limit counts any more. */
export async function forgetOpenings(tx: SystemTx, before: Date): Promise<number> {
  return tx.execute(forget, [before.toISOString()]);
}

const eraseOpenings = statement(
  'campaigns.erase_openings',
  'delete from messaging_openings where workspace_id = $1 and contact_id = any($2::uuid[])',
);

export async function eraseOpeningsOf(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<void> {
  await tx.execute(eraseOpenings, [workspaceId, contactIds]);
}
