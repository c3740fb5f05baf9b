import type { CampaignAudience, RecipientFacts, SegmentFilter } from '@chaski/contracts';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { storableText } from '../../platform/storable.ts';
import {
  calledName,
  countryOfPhone,
  getSegment,
  listAttributes,
  openList,
  readPhone,
  type SegmentContact,
} from '../contacts/index.ts';
import type { CampaignRow } from './queries.ts';

/** A line of a list: a number, or what stands there instead. */
export interface Line {
  n: number;
  phone: string | null;
  /** Why it is no number. */
  reason: Exclude<ReturnType<typeof readPhone>, { digits: string }>['reason'] | null;
  said: string;
  cells: Record<string, string> | null;
}

/** The filter behind a segment or the audience's own; null for lists. */
export async function filterOf(tx: TenantTx, audience: CampaignAudience): Promise<SegmentFilter | null> {
  if (audience.kind === 'filter') return audience.filter;
  if (audience.kind === 'segment') return (await getSegment(tx, audience.segmentId)).filter;
  return null;
}

function lineOf(n: number, said: string, country: string | null, cells: Line['cells']): Line {
  const read = readPhone(said.trim(), country);
  const [phone, reason] = 'digits' in read ? [read.digits, null] : [null, read.reason];
  return { n, phone, reason, said: said.trim().slice(0, 60), cells };
}

/** Pasted numbers, one line each. */
export function pastedLines(audience: Extract<CampaignAudience, { kind: 'phones' }>): Line[] {
  return audience.phones.map((said, index) => lineOf(index + 1, said, audience.country ?? null, null));
}

/** What an uploaded list says in its first row. */
export interface ListHead {
  headers: string[];
  phoneColumn: string | null;
}

export async function headOf(bytes: AsyncIterable<Uint8Array>): Promise<ListHead> {
  const { headers, columns } = await openList([], bytes, {});
  // Without headings the first person would be taken for them, and get nothing.
  if (headers.some((header) => /^(\+|00|\d{10})/.test(header) && 'digits' in readPhone(header, null)))
    throw errors.unprocessable(
      'no_headings',
      'The first line has to say what stands in the columns, such as phone,name.',
    );
  return { headers, phoneColumn: headers[columns.indexOf('phone')] ?? null };
}

/** The same of what was uploaded before. */
export async function listHead(blobs: Blobs, campaign: Pick<CampaignRow, 'listKey'>): Promise<ListHead> {
  const blob = campaign.listKey === null ? null : await blobs.get(campaign.listKey);
  if (!blob) return { headers: [], phoneColumn: null };
  try {
    return await headOf(blob.stream);
  } finally {
    blob.stream.destroy();
  }
}

export const countryIn = (person: SegmentContact): string | null =>
  countryOfPhone(person.phone) ?? person.country;

/** What fills the variables for somebody; `cells`: of their line in a list. */
export function factsOf(person: SegmentContact, cells: Line['cells']): RecipientFacts {
  return {
    name: calledName(person),
    phone: person.phone,
    email: person.email,
    company: person.company,
    language: person.language,
    country: countryIn(person),
    attributes: person.attributes,
    columns: cells ?? {},
  };
}

const maxCells = 60;

/** The lines of an uploaded list, in order. */
export async function* listLines(
  tenant: <T>(fn: (tx: TenantTx) => Promise<T>) => Promise<T>,
  blobs: Blobs,
  campaign: Pick<CampaignRow, 'listKey'>,
  audience: Extract<CampaignAudience, { kind: 'list' }>,
): AsyncGenerator<Line> {
  const blob = campaign.listKey === null ? null : await blobs.get(campaign.listKey);
  if (!blob) throw errors.unprocessable('no_list', 'Upload the list first.');
  try {
    const { headers, columns, rows } = await openList(await tenant(listAttributes), blob.stream, {});
    const at =
      audience.phoneColumn === undefined ? columns.indexOf('phone') : headers.indexOf(audience.phoneColumn);
    if (at < 0)
      throw errors.unprocessable(
        'no_phone_column',
        'Say in audience.phoneColumn which column has the numbers.',
        {
          headers,
        },
      );
    for await (const { row, cells } of rows) {
      const kept = Object.fromEntries(
        headers.slice(0, maxCells).map((header, index) => [header, clean(cells[index] ?? '')]),
      );
      yield lineOf(row - 1, clean(cells[at] ?? ''), audience.country ?? null, kept);
    }
  } finally {
    blob.stream.destroy();
  }
}

const clean = (cell: string): string => storableText(cell.replaceAll('\0', '').trim(), 2_000);
