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
}

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
  if (audience === null) return { columns: [], person: null };
  if (audience.kind === 'phones') return { columns: [], person: await first(tenant, pastedLines(audience)) };
  if (audience.kind === 'list') {
    if (campaign.startedAt !== null) return tenant((tx) => ofPlan(tx, id));
    const { headers } = await listHead(blobs, campaign);
    const isKnown = audience.phoneColumn !== undefined && headers.includes(audience.phoneColumn);
    return {
      columns: headers,
      person: isKnown ? await first(tenant, listLines(tenant, blobs, campaign, audience)) : null,
    };
  }
  return tenant(async (tx) => {
    const filter = await filterOf(tx, audience);
    const [person] = filter ? await readSegment(tx, filter, { after: null, limit: 1 }) : [];
    return { columns: [], person: person ? factsOf(person, null) : null };
  });
}

/** Of a campaign that began: its list is gone, its lines have what stood in it. */
async function ofPlan(tx: TenantTx, id: string): Promise<Example> {
  const [row] = await selectWaiting(tx, tx.workspaceId, id, 0, 1);
  if (!row) return { columns: [], person: null };
  const [person] = await segmentContacts(tx, [row.contactId]);
  return {
    columns: Object.keys(row.cells ?? {}),
    person: person ? factsOf(person, row.cells) : null,
  };
}

/** Lines without a number that are skipped on the way to the first with one. */
const patience = 100;

async function first(
  tenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>,
  lines: Iterable<Line> | AsyncIterable<Line>,
): Promise<RecipientFacts | null> {
  for await (const { n, phone, cells } of lines) {
    if (n > patience) break;
    if (phone === null) continue;
    return tenant(async (tx) => {
      const [known] = await lookUpPhones(tx, [phone], 0);
      const [person] = known ? await segmentContacts(tx, [known.id]) : [];
      return person ? factsOf(person, cells) : { phone, columns: cells ?? {} };
    });
  }
  return null;
}
