/** How long it takes to count a segment in a workspace of 1 M contacts, beside a tenth as many of another. */
import { performance } from 'node:perf_hooks';
import type { SegmentFilter } from '@chaski/contracts';
import { countSegment } from '../apps/server/src/modules/contacts/index.ts';
import { systemActor } from '../apps/server/src/platform/db/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { type Family, latencyRow, type Row } from './measure.ts';
import { seedNumbers } from './processing.ts';

export const segments: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const database = await cluster.database('bench_segments');
  const pool = cluster.pool(database, 1);
  const people = quick ? 50_000 : 1_000_000;
  progress('segments: seeding');
  const { places } = await seedNumbers(pool, 2, 1);
  const [own, other] = [...places.values()];
  for (const [place, count] of [
    [own!, people],
    [other!, people / 10],
  ] as const) {
    await pool.query(
      `insert into contacts (workspace_id, id, name, phone, country, language, attributes, consent_marketing, created_at,
         updated_at, last_seen_at)
       select $1, gen_random_uuid(), 'Person ' || i, (15550000000 + i)::text, (array['BR', 'US', 'IN', 'MX', 'DE'])[1 + i % 5],
         (array['pt-BR', 'en', 'hi', 'es'])[1 + i % 4],
         jsonb_build_object('tier', (array['gold', 'silver', 'tin'])[1 + i % 3], 'visits', i % 100),
         (array[null, 'in', 'out'])[1 + i % 3], now() - i % 1000 * interval '1 day', now(), now() - i % 90 * interval '1 day'
       from generate_series(1, $2::int) i`,
      [place.workspaceId, count],
    );
  }
  const label = (
    await pool.query(
      `insert into labels (workspace_id, id, name, colour, created_at)
       values ($1, gen_random_uuid(), 'Bench', '#000000', now()) returning id`,
      [own!.workspaceId],
    )
  ).rows[0].id as string;
  await pool.query(
    `insert into contact_labels (workspace_id, contact_id, label_id, created_at)
     select workspace_id, id, $2, now() from contacts where workspace_id = $1 and right(phone, 1) = '7'`,
    [own!.workspaceId, label],
  );
  await pool.query('vacuum analyze');
  await pool.end();
  const db = cluster.open(database, 2);
  const workspaceId = own!.workspaceId as WorkspaceId;
  const filters: [string, SegmentFilter][] = [
    [
      'country and consent',
      {
        all: [
          { field: 'country', values: ['BR', 'MX'] },
          { field: 'consent', purpose: 'marketing', states: ['in'] },
        ],
      },
    ],
    [
      'label, not seen lately',
      {
        all: [
          { field: 'label', op: 'any', labelIds: [label] },
          { not: { field: 'lastSeenAt', op: 'within', days: 30 } },
        ],
      },
    ],
    [
      'nested, with an attribute',
      {
        all: [
          {
            any: [
              { field: 'language', values: ['pt'] },
              { field: 'country', values: ['IN'] },
            ],
          },
          { field: 'attribute', key: 'tier', op: 'is', values: ['gold'] },
          { field: 'optedOut', is: false },
        ],
      },
    ],
  ];
  const rows: Row[] = [];
  for (const [what, filter] of filters) {
    const turns: number[][] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const took: number[] = [];
      for (let turn = 0; turn < (quick ? 5 : 30); turn += 1) {
        const at = performance.now();
        await db.withTenant(workspaceId, systemActor, (tx) => countSegment(tx, filter));
        took.push(performance.now() - at);
      }
      turns.push(took);
    }
    rows.push(latencyRow(`a segment counted, ${what}`, turns, { p99: 300 }, await weakness()));
  }
  await db.close();
  await cluster.drop(database);
  return rows;
};
