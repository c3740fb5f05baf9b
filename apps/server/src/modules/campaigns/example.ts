import type { RecipientFacts } from '@chaski/contracts';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { TenantTx } from '../../platform/db/index.ts';
import { lookUpPhones, readSegment, segmentContacts } from '../contacts/index.ts';
import { factsOf, filterOf, type Line, listHead, listLines, pastedLines } from './audience.ts';
import { getCampaign, refuseLimited } from './create.ts';
import { selectWaiting } from './queries-recipients.ts';

/** What a campaign can be filled with, and the first person to see it on. */
export interface Example {
  /** Headings of the list; nothing for other audiences. */
  columns: string[];
  person: RecipientFacts | null;
  /** Lines of a list that were looked at, from the first on. */
  checked: number;
  /** Lines behind them were not. */
  more: boolean;
  problems: BadLine[];
}

/** A line without a usable number. Who opted out or is suppressed is named by the preflight. */
interface BadLine {
  /** As a spreadsheet counts them; of pasted numbers the first is 1. */
  line: number;
  said: string;
  reason: (typeof badLines)[number];
}

export const badLines = ['not_a_phone_number', 'rounded_by_a_spreadsheet', 'twice'] as const;

const unlisted = { checked: 0, more: false, problems: [] };

/** Read before there is a plan, and nobody is made a contact by it. */
export async function exampleOf(
  tenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>,
  blobs: Blobs,
  id: string,
): Promise<Example> {
  const campaign = await tenant(async (tx) => {
    refuseLimited(tx);
    return getCampaign(tx, id);
  });
  const { audience } = campaign;
  if (audience === null) return { columns: [], person: null, ...unlisted };
  if (audience.kind === 'phones') return { columns: [], ...(await lookAt(tenant, pastedLines(audience), 0)) };
  if (audience.kind === 'list') {
    if (campaign.startedAt !== null) return tenant((tx) => ofPlan(tx, id));
    const { headers } = await listHead(blobs, campaign);
    const isKnown = audience.phoneColumn !== undefined && headers.includes(audience.phoneColumn);
    const lines = isKnown ? listLines(tenant, blobs, campaign, audience) : [];
    return { columns: headers, ...(await lookAt(tenant, lines, 1)) };
  }
  return tenant(async (tx) => {
    const filter = await filterOf(tx, audience);
    const [person] = filter ? await readSegment(tx, filter, { after: null, limit: 1 }) : [];
    return { columns: [], person: person ? factsOf(person, null) : null, ...unlisted };
  });
}

/** Of a campaign that began: its list is gone, its lines have what stood in it. */
async function ofPlan(tx: TenantTx, id: string): Promise<Example> {
  const [row] = await selectWaiting(tx, tx.workspaceId, id, 0, 1);
  if (!row) return { columns: [], person: null, ...unlisted };
  const [person] = await segmentContacts(tx, [row.contactId]);
  return {
    columns: Object.keys(row.cells ?? {}),
    person: person ? factsOf(person, row.cells) : null,
    ...unlisted,
  };
}

/** Of a list of 100,000 the first thousand are looked at: a page asks this at every change. */
const lookedAt = 1_000;
const mostProblems = 100;

/**
 * The first person, and the lines without a usable number; `before` is what stands above the first of them.
 * Once there are enough of them, lines are read for a person alone.
 */
async function lookAt(
  tenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>,
  lines: Iterable<Line> | AsyncIterable<Line>,
  before: number,
): Promise<Omit<Example, 'columns'>> {
  let found: Line | null = null;
  let [read, checked, more] = [0, 0, false];
  const problems: BadLine[] = [];
  const seen = new Map<string, { line: number; said: string }>();
  for await (const line of lines) {
    more = read === lookedAt || problems.length === mostProblems;
    if (read === lookedAt || (more && found)) break;
    read += 1;
    if (!more) checked = read;
    const { n, phone, said } = line;
    if (line.reason !== null && !more) problems.push({ line: n + before, said, reason: line.reason });
    if (phone === null) continue;
    // The last one counts: the one above gives way.
    const above = seen.get(phone);
    if (above && !more) problems.push({ ...above, reason: 'twice' });
    seen.set(phone, { line: n + before, said });
    if (found === null || found.phone === phone) found = line;
  }
  problems.sort((a, b) => a.line - b.line);
  return { person: found && (await personOf(tenant, found)), checked, more, problems };
}

function personOf(
  tenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>,
  { phone, cells }: Line,
): Promise<RecipientFacts> {
  return tenant(async (tx) => {
    const [known] = await lookUpPhones(tx, [phone ?? ''], 0);
    const [person] = known ? await segmentContacts(tx, [known.id]) : [];
    return person ? factsOf(person, cells) : { phone, columns: cells ?? {} };
  });
}
