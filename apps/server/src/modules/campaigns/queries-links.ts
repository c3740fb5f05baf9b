import { type SystemTx, statement, type Tx } from '../../platform/db/index.ts';

/** All SQL of the table links, and what a tap does to a recipient's line. */

// A link that is there keeps its token: the next try of a message leads to the same address, perhaps to another target.
const make = statement(
  'campaigns.make_links',
  `insert into links (workspace_id, campaign_id, n, place, token, target, filled_as, created_at)
   select $1, $2, i.n, i.place, i.token, i.target, i.filled_as, $7::timestamptz
   from unnest($3::int[], $4::text[], $5::text[], $6::text[], $8::int[]) i(n, place, token, target, filled_as)
   order by i.n, i.place
   on conflict (workspace_id, campaign_id, n, place) do update set target = excluded.target
   returning n, place, token`,
);

export interface NewLink {
  n: number;
  /** Of a test: whose line its values are. */
  filledAs: number | null;
  place: string;
  token: string;
  target: string;
}

/** Answers the token of each, by line and place. */
export async function makeLinks(
  tx: Tx,
  workspaceId: string,
  campaignId: string,
  links: readonly NewLink[],
): Promise<Map<string, string>> {
  if (links.length === 0) return new Map();
  const rows = await tx.query<{ n: number; place: string; token: string }>(make, [
    workspaceId,
    campaignId,
    links.map((link) => link.n),
    links.map((link) => link.place),
    links.map((link) => link.token),
    links.map((link) => link.target),
    tx.now().toISOString(),
    links.map((link) => link.filledAs),
  ]);
  return new Map(rows.map((row) => [`${row.n} ${row.place}`, row.token]));
}

const lowest = statement(
  'campaigns.lowest_link',
  'select coalesce(min(l.n), 0) as n from links l where l.workspace_id = $1 and l.campaign_id = $2',
);

/** The line of the next test message; the campaign is locked, or two would take the same. */
export async function nextTestLine(tx: Tx, workspaceId: string, campaignId: string): Promise<number> {
  const [row] = await tx.query<{ n: number }>(lowest, [workspaceId, campaignId]);
  return Math.min(row!.n, 0) - 1;
}

const byToken = statement(
  'campaigns.link',
  `select l.workspace_id as "workspaceId", l.campaign_id as "campaignId", l.n, l.place, l.target
   from links l where l.token = $1`,
);

export interface LinkRow {
  workspaceId: string;
  campaignId: string;
  n: number;
  place: string;
  target: string;
}

export async function linkByToken(tx: SystemTx, token: string): Promise<LinkRow | null> {
  return (await tx.query<LinkRow & Record<string, unknown>>(byToken, [token]))[0] ?? null;
}

const tapPerson = statement(
  'campaigns.tap_person',
  `update campaign_recipients r set clicks = r.clicks + 1, clicked_at = coalesce(r.clicked_at, $4::timestamptz)
   where r.workspace_id = $1 and r.campaign_id = $2 and r.n = $3
   returning r.contact_id as "contactId", r.clicks = 1 as "isFirst"`,
);
const tapLink = statement(
  'campaigns.tap_link',
  `update links l set clicks = l.clicks + 1
   where l.workspace_id = $1 and l.campaign_id = $2 and l.n = $3 and l.place = $4`,
);

/** Counts a tap. The person's line before the link, as a turn of the campaign locks them. */
export async function countTap(
  tx: SystemTx,
  link: LinkRow,
): Promise<{ contactId: string | null; isFirst: boolean } | null> {
  const ref = [link.workspaceId, link.campaignId, link.n];
  const [person] = await tx.query<{ contactId: string | null; isFirst: boolean }>(tapPerson, [
    ...ref,
    tx.now().toISOString(),
  ]);
  await tx.execute(tapLink, [...ref, link.place]);
  return person ?? null;
}

const forget = statement(
  'campaigns.forget_links',
  'delete from links where workspace_id = $1 and campaign_id = $2',
);

export async function forgetLinks(tx: Tx, workspaceId: string, campaignId: string): Promise<void> {
  await tx.execute(forget, [workspaceId, campaignId]);
}

const erase = statement(
  'campaigns.erase_links',
  `delete from links l using campaign_recipients r
   where r.workspace_id = $1 and r.contact_id = any($2::uuid[])
     and l.workspace_id = r.workspace_id and l.campaign_id = r.campaign_id and l.n = r.n`,
);
// By itself, as both together would read every link of a large campaign.
const eraseTests = statement(
  'campaigns.erase_test_links',
  `delete from links l using campaign_recipients r
   where r.workspace_id = $1 and r.contact_id = any($2::uuid[])
     and l.workspace_id = r.workspace_id and l.campaign_id = r.campaign_id and l.n < 0 and l.filled_as = r.n`,
);

/** Of these people: what was made for them, or for a test with what their line says, leads nowhere any more. */
export async function eraseLinks(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<void> {
  await tx.execute(erase, [workspaceId, contactIds]);
  await tx.execute(eraseTests, [workspaceId, contactIds]);
}
