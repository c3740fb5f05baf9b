import { type SegmentFilter, segmentFilter } from '@chaski/contracts';
import { phoneVariants } from '@chaski/providers';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedConversation, seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { type Actor, systemActor, type TenantTx } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';
import { createAttribute } from './attributes.ts';
import { countSegment, noteCampaign, readSegment, recordConsents, segmentSql } from './index.ts';
import { createLabel, setLabels } from './labels.ts';
import { compileFilter } from './queries-filter.ts';
import { checkFilter } from './segment-change.ts';
import { suppress } from './suppress.ts';

const { db, clock, ownerUrl } = await testDatabase();
const seeded = await seedWorkspace(db);
const { workspaceId } = seeded;
const admin = new pg.Client({ connectionString: ownerUrl });
await admin.connect();
afterAll(() => admin.end());
const asTenant = <T>(fn: (tx: TenantTx) => Promise<T>, actor: Actor = systemActor) =>
  db.withTenant(workspaceId, actor, fn);
const dayMs = 24 * 60 * 60 * 1000;
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * dayMs);

/** Contact ids by a short name. */
const people: Record<string, string> = {};
const labels: Record<string, string> = {};
const [campaignId, secondNumber] = [newId(), newId()];

async function person(name: string, columns: Record<string, unknown>): Promise<void> {
  const phone = `1666000${String(Object.keys(people).length).padStart(4, '0')}`;
  const { contactId } = await seedConversation(db, seeded, phone);
  people[name] = contactId;
  const entries = Object.entries(columns);
  if (entries.length === 0) return;
  await admin.query(
    `update contacts set ${entries.map(([key], at) => `${key} = $${at + 3}`).join(', ')} where workspace_id = $1 and id = $2`,
    [workspaceId, contactId, ...entries.map(([, value]) => value)],
  );
}

beforeAll(async () => {
  await asTenant(async (tx) => {
    await createAttribute(tx, { key: 'tier', label: 'Tier', type: 'choice', choices: ['gold', 'tin'] });
    await createAttribute(tx, { key: 'visits', label: 'Visits', type: 'number', choices: [] });
    await createAttribute(tx, { key: 'since', label: 'Since', type: 'date', choices: [] });
    await createAttribute(tx, { key: 'vip', label: 'VIP', type: 'boolean', choices: [] });
    for (const name of ['Red', 'Blue'])
      labels[name] = (await createLabel(tx, { name, colour: '#000000' })).id;
  });
  await person('ana', {
    country: 'BR',
    language: 'pt-BR',
    attributes: { tier: 'gold', visits: 3, since: '2026-02-01', vip: true },
    created_at: daysAgo(10),
    last_seen_at: daysAgo(1),
  });
  await person('bob', {
    country: 'US',
    language: 'en',
    attributes: { tier: 'tin', visits: 30 },
    created_at: daysAgo(40),
    last_seen_at: null,
  });
  await person('cem', {
    country: null,
    language: null,
    attributes: {},
    created_at: daysAgo(5),
    blocked_at: daysAgo(1),
  });
  await person('dee', {
    country: 'BR',
    language: 'pt_PT',
    attributes: { visits: 'many' },
    created_at: daysAgo(3),
  });
  await asTenant(async (tx) => {
    await setLabels(tx, [people.ana!, people.bob!], [labels.Red!], true);
    await setLabels(tx, [people.bob!], [labels.Blue!], true);
    await recordConsents(tx, [
      {
        workspaceId,
        contactId: people.ana!,
        action: 'opt-in',
        scope: 'marketing',
        source: 'form',
        proof: 'form 7',
        at: daysAgo(2),
      },
      {
        workspaceId,
        contactId: people.bob!,
        action: 'opt-out',
        scope: 'all',
        source: 'keyword',
        keyword: 'stop',
        at: daysAgo(2),
      },
      {
        workspaceId,
        contactId: people.cem!,
        action: 'opt-out',
        scope: 'marketing',
        source: 'whatsapp',
        at: daysAgo(2),
      },
    ]);
    await noteCampaign(tx, [
      { workspaceId, campaignId, contactId: people.ana!, outcome: 'read', at: daysAgo(4) },
      { workspaceId, campaignId, contactId: people.bob!, outcome: 'failed', at: daysAgo(4) },
    ]);
    await suppress(tx, { addresses: ['+1 666 000 0003'], scope: 'all', proof: null, source: 'api' });
  });
  await admin.query(
    'update conversations set last_inbound_at = null where workspace_id = $1 and contact_id = any($2)',
    [workspaceId, [people.cem, people.dee]],
  );
  await admin.query(
    `update conversations set last_inbound_at = $2, last_outbound_at = $3 where workspace_id = $1 and contact_id = $4`,
    [workspaceId, daysAgo(1), daysAgo(20), people.ana],
  );
  await admin.query(
    `update conversations set last_inbound_at = $2 where workspace_id = $1 and contact_id = $3`,
    [workspaceId, daysAgo(30), people.bob],
  );
});

const names = async (filter: SegmentFilter, actor: Actor = systemActor) => {
  const found = await asTenant(async (tx) => {
    const rows = await readSegment(tx, segmentFilter.parse(filter), { after: null, limit: 100 });
    expect(await countSegment(tx, filter)).toBe(rows.length);
    return rows.map((row) => row.contactId as string);
  }, actor);
  return Object.keys(people).filter((name) => found.includes(people[name]!));
};

describe('a segment', () => {
  const cases: [string, SegmentFilter, string[]][] = [
    ['everybody', { all: [] }, ['ana', 'bob', 'cem', 'dee']],
    ['nobody', { any: [] }, []],
    ['a choice', { field: 'attribute', key: 'tier', op: 'is', values: ['gold'] }, ['ana']],
    [
      'one of several',
      { field: 'attribute', key: 'tier', op: 'is', values: ['gold', 'tin'] },
      ['ana', 'bob'],
    ],
    ['more than', { field: 'attribute', key: 'visits', op: 'above', values: [3] }, ['bob']],
    ['a day before', { field: 'attribute', key: 'since', op: 'before', values: ['2026-03-01'] }, ['ana']],
    ['yes or no', { field: 'attribute', key: 'vip', op: 'is', values: [true] }, ['ana']],
    ['part of a text', { field: 'attribute', key: 'tier', op: 'contains', values: ['OL'] }, ['ana']],
    ['the beginning of a text', { field: 'attribute', key: 'tier', op: 'starts', values: ['t'] }, ['bob']],
    ['an unknown attribute', { field: 'attribute', key: 'tier', op: 'unknown' }, ['cem', 'dee']],
    ['any label', { field: 'label', op: 'any', labelIds: ['Red', 'Blue'] }, ['ana', 'bob']],
    ['all labels', { field: 'label', op: 'all', labelIds: ['Red', 'Blue'] }, ['bob']],
    ['a language with its regions', { field: 'language', values: ['pt'] }, ['ana', 'dee']],
    ['a language of one region', { field: 'language', values: ['pt-PT'] }, ['dee']],
    ['a country', { field: 'country', values: ['BR'] }, ['ana', 'dee']],
    ['not a country: those without one too', { not: { field: 'country', values: ['BR'] } }, ['bob', 'cem']],
    ['made lately', { field: 'createdAt', op: 'within', days: 7 }, ['cem', 'dee']],
    ['made long ago', { field: 'createdAt', op: 'longer_than', days: 30 }, ['bob']],
    ['seen', { field: 'lastSeenAt', op: 'within', days: 2 }, ['ana']],
    ['wrote lately', { field: 'lastInboundAt', op: 'within', days: 2 }, ['ana']],
    ['wrote long ago', { field: 'lastInboundAt', op: 'longer_than', days: 2 }, ['bob']],
    ['never wrote', { field: 'lastInboundAt', op: 'unknown' }, ['cem', 'dee']],
    [
      'was written to before',
      { field: 'lastOutboundAt', op: 'before', at: daysAgo(10).toISOString() },
      ['ana'],
    ],
    ['on a number', { field: 'number', numberId: seeded.numberId }, ['ana', 'bob', 'cem', 'dee']],
    ['on another number', { field: 'lastInboundAt', op: 'known', numberId: secondNumber }, []],
    ['opted in', { field: 'consent', purpose: 'marketing', states: ['in'] }, ['ana']],
    [
      'out of marketing, in WhatsApp too',
      { field: 'consent', purpose: 'marketing', states: ['out'] },
      ['bob', 'cem'],
    ],
    ['said nothing', { field: 'consent', purpose: 'service', states: ['none'] }, ['ana', 'cem', 'dee']],
    ['opted out', { field: 'optedOut', is: true }, ['bob']],
    ['blocked', { field: 'blocked', is: true }, ['cem']],
    ['suppressed', { field: 'suppressed', is: true }, ['dee']],
    ['not suppressed', { field: 'suppressed', is: false }, ['ana', 'bob', 'cem']],
    ['delivered: who read it too', { field: 'campaign', campaignId, was: 'delivered' }, ['ana']],
    ['failed', { field: 'campaign', was: 'failed', days: 5 }, ['bob']],
    ['not so lately', { field: 'campaign', was: 'failed', days: 2 }, []],
    ['a number in any writing', { field: 'phone', values: ['+1 666-000-0001'] }, ['bob']],
    [
      'nested',
      {
        any: [
          {
            all: [
              { field: 'country', values: ['BR'] },
              { not: { field: 'label', op: 'any', labelIds: ['Red'] } },
            ],
          },
          { field: 'blocked', is: true },
        ],
      },
      ['cem', 'dee'],
    ],
  ];
  const named = (filter: unknown): SegmentFilter =>
    JSON.parse(
      JSON.stringify(filter),
      (_, value: unknown) => (typeof value === 'string' && labels[value]) || value,
    );
  it.each(cases)('%s', async (_, filter, expected) => {
    expect(await names(named(filter))).toEqual(expected);
  });

  it('and its opposite are everybody, whatever the tree', async () => {
    const leaf = fc.constantFrom(...cases.map(([, filter]) => filter)).map((filter) => filter);
    const { tree } = fc.letrec<{ tree: SegmentFilter }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 2 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie('tree'), { maxLength: 3 }).map((any) => ({ any })),
        tie('tree').map((not) => ({ not })),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (given) => {
        const filter = named(given);
        const [some, others] = await asTenant(async (tx) => [
          (await readSegment(tx, filter, { after: null, limit: 100 })).map((row) => row.contactId),
          (await readSegment(tx, { not: filter }, { after: null, limit: 100 })).map((row) => row.contactId),
        ]);
        expect([...some!, ...others!].sort()).toEqual(Object.values(people).sort());
      }),
      { numRuns: 60 },
    );
  });

  it('is read in pages by contact id', async () => {
    const read = (after: string | null, limit: number) =>
      asTenant((tx) => readSegment(tx, { all: [] }, { after, limit }));
    const first = await read(null, 3);
    const rest = await read(first.at(-1)!.contactId, 3);
    expect([...first, ...rest].map((row) => row.contactId)).toEqual(Object.values(people).sort());
    expect(first.find((row) => row.contactId === people.ana)).toMatchObject({
      suppressed: null,
      country: 'BR',
    });
    expect([...first, ...rest].find((row) => row.contactId === people.dee)).toMatchObject({
      suppressed: 'all',
    });
  });

  it('shows whoever is limited the people of their own conversations only', async () => {
    const actor: Actor = { ...systemActor, reach: { numberIds: [secondNumber], ownOnly: false } };
    expect(await names({ all: [] }, actor)).toEqual([]);
  });

  it('is a subquery of another list, too', async () => {
    const ids = await asTenant((tx) => {
      const values: unknown[] = [workspaceId, 'unused'];
      const sql = segmentSql(tx, { field: 'country', values: ['BR'] }, values);
      return tx.query<{ id: string }>(`select id from (${sql}) x where $2::text = 'unused'`, values);
    });
    expect(ids.map(({ id }) => id).sort()).toEqual([people.ana, people.dee].sort());
  });

  it('shares one room among its lists of ids: sixty conditions take no sixty times as much', async () => {
    const room = (conditions: number) =>
      asTenant(async (tx) => {
        const number = { field: 'number' as const, numberId: secondNumber };
        await countSegment(tx, { all: Array.from({ length: conditions }, () => number) });
        const [row] = await tx.query<{ mem: string }>("select current_setting('work_mem') as mem");
        return row!.mem;
      });
    expect([await room(0), await room(1), await room(10), await room(50)]).toEqual([
      '128MB',
      '128MB',
      '12MB',
      '4MB',
    ]);
  });

  it('never puts what was typed into its SQL', async () => {
    const nasty = "x'); drop table contacts; --";
    const { where, values } = await asTenant(async (tx) =>
      compileFilter(tx, {
        all: [
          { field: 'attribute', key: 'tier', op: 'contains', values: [nasty] },
          { field: 'phone', values: [nasty] },
          { field: 'text', value: nasty },
        ],
      }),
    );
    expect(where).not.toContain('drop');
    expect(values.length).toBeGreaterThan(3);
  });

  it('is refused where no contact could ever meet it, and where it is too deep or too large', async () => {
    const check = (filter: SegmentFilter) => asTenant((tx) => checkFilter(tx, filter, 'body.filter'));
    await expect(check({ field: 'attribute', key: 'shoe', op: 'known' })).rejects.toMatchObject({
      status: 400,
    });
    await expect(check({ field: 'attribute', key: 'visits', op: 'is', values: ['3'] })).rejects.toMatchObject(
      {
        status: 400,
      },
    );
    let deep: unknown = { field: 'blocked', is: true };
    for (let level = 0; level < 20_000; level += 1) deep = { not: deep };
    expect(segmentFilter.safeParse(deep)).toMatchObject({ success: false });
    const many = Array.from({ length: 80 }, () => ({ field: 'blocked', is: true }));
    expect(segmentFilter.safeParse({ all: many })).toMatchObject({ success: false });
    expect(segmentFilter.safeParse({ field: 'createdAt', op: 'within' })).toMatchObject({ success: false });
  });
});

it('gives every writing of a number one hash, and only those', async () => {
  const hash = async (phone: string) =>
    (await admin.query("select address_hash($1, 'phone', $2) as hash", [workspaceId, phone])).rows[0].hash;
  const digits = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('55', '52', '521', '54', '549', '1', '49'),
        fc.integer({ min: 1e9, max: 99_999_999_999 }),
      )
      .map(([code, rest]) => `${code}${rest}`),
    fc.constantFrom(
      '5511987654321',
      '551187654321',
      '5215512345678',
      '525512345678',
      '5491123456789',
      '541123456789',
    ),
  );
  await fc.assert(
    fc.asyncProperty(digits, digits, async (phone, other) => {
      const variants = phoneVariants(phone);
      const hashes = await Promise.all(variants.map(hash));
      expect(new Set(hashes).size).toBe(1);
      if (!variants.includes(other)) expect(await hash(other)).not.toBe(hashes[0]);
    }),
    { numRuns: 100 },
  );
});

it('keeps of a campaign how far it got, in any order', async () => {
  const id = newId();
  const outcomes = ['sent', 'delivered', 'read', 'replied', 'sent', 'failed'] as const;
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...outcomes], { minLength: outcomes.length }), async (order) => {
      await asTenant(async (tx) => {
        for (const outcome of order)
          await noteCampaign(tx, [
            { workspaceId, campaignId: id, contactId: people.cem!, outcome, at: clock.now() },
          ]);
      });
      expect(await names({ field: 'campaign', campaignId: id, was: 'replied' })).toEqual(['cem']);
      expect(await names({ field: 'campaign', campaignId: id, was: 'failed' })).toEqual([]);
      await admin.query('delete from contact_campaigns where campaign_id = $1', [id]);
    }),
    { numRuns: 8 },
  );
});
