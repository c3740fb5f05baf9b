import { type Database, type SystemTx, statement, type Tx } from '../../platform/db/index.ts';

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

/** One statement and no transaction: anybody may ask, as often as they like. */
export async function linkByToken(db: Database, token: string): Promise<LinkRow | null> {
  const [found] = await db.runSystem('a short link is followed', [{ statement: byToken, values: [token] }]);
  return (found!.rows as unknown as LinkRow[])[0] ?? null;
}

// Row by row in the order of the key, so that two who write taps wait for each other and not in a circle.
const tapPeople = statement(
  'campaigns.tap_people',
  `with input as (
     select i.workspace_id, i.campaign_id, i.n, sum(i.taps)::int as taps, min(i.at) as at
     from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::timestamptz[])
       i(workspace_id, campaign_id, n, taps, at)
     group by 1, 2, 3 order by 1, 2, 3
   ), locked as materialized (
     select i.* from input i cross join lateral (
       select from campaign_recipients r
       where r.workspace_id = i.workspace_id and r.campaign_id = i.campaign_id and r.n = i.n for no key update) r
   )
   update campaign_recipients r set clicks = r.clicks + l.taps, clicked_at = coalesce(r.clicked_at, l.at)
   from locked l where r.workspace_id = l.workspace_id and r.campaign_id = l.campaign_id and r.n = l.n
   returning r.workspace_id as "workspaceId", r.campaign_id as "campaignId", r.contact_id as "contactId",
     r.clicks = l.taps as "isFirst"`,
);
const tapLinks = statement(
  'campaigns.tap_links',
  `with locked as materialized (
     select i.* from (
       select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::text[])
         u(workspace_id, campaign_id, n, taps, place) order by 1, 2, 3, 5) i
     cross join lateral (
       select from links l where l.workspace_id = i.workspace_id and l.campaign_id = i.campaign_id and l.n = i.n
         and l.place = i.place for no key update) l
   )
   update links l set clicks = l.clicks + i.taps from locked i
   where l.workspace_id = i.workspace_id and l.campaign_id = i.campaign_id and l.n = i.n and l.place = i.place`,
);

export interface TapCount {
  link: LinkRow;
  taps: number;
  /** Of the first of them. */
  at: Date;
}

/** Counts taps; answers whose first it was. People's lines before the links, as a turn of the campaign locks them. */
export async function countTaps(
  tx: SystemTx,
  taps: readonly TapCount[],
): Promise<{ workspaceId: string; campaignId: string; contactId: string }[]> {
  const which = [
    taps.map(({ link }) => link.workspaceId),
    taps.map(({ link }) => link.campaignId),
    taps.map(({ link }) => link.n),
    taps.map((tap) => tap.taps),
  ];
  const people = await tx.query<{
    workspaceId: string;
    campaignId: string;
    contactId: string | null;
    isFirst: boolean;
  }>(tapPeople, [...which, taps.map(({ at }) => at.toISOString())]);
  await tx.execute(tapLinks, [...which, taps.map(({ link }) => link.place)]);
  return people.flatMap(({ workspaceId, campaignId, contactId, isFirst }) =>
    isFirst && contactId !== null ? [{ workspaceId, campaignId, contactId }] : [],
  );
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
