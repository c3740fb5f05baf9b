import { type Database, statement } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { claimsOf } from '../numbers/index.ts';
import { selectDays } from './queries.ts';
import { redact } from './redact.ts';

const holds = "exists (select from unnest($2::text[]) a where position(convert_to(a, 'UTF8') in body) > 0)";

const raw = statement(
  'inbound.erase_find',
  `select hash, app_id as "appId", body, processed_at is null as waiting from raw_events where day = $1 and ${holds}`,
);
const setRaw = statement(
  'inbound.erase_raw',
  'update raw_events set body = $3 where day = $1 and hash = $2 and processed_at is not null',
);
const parked = statement(
  'inbound.erase_find_parked',
  `select hash, app_id as "appId", body from parked_bodies where $1::text is null and ${holds}`,
);
const setParked = statement('inbound.erase_parked', 'update parked_bodies set body = $2 where hash = $1');

/**
 * Takes a person out of the bodies of webhooks, those of parked items included; each body's own hash stays, so that the
 * same one is known when it comes again. What waits to be processed is not touched: it is tried again a little later.
 */
export async function eraseBodies(
  db: Database,
  workspaceId: string,
  person: ReadonlySet<string>,
): Promise<{ bodies: number; parkedBodies: number }> {
  const aliases = [...person];
  if (aliases.length === 0) return { bodies: 0, parkedBodies: 0 };
  const claim = await db.withSystem('whose webhooks are', (tx) => claimsOf(tx, workspaceId));
  const without = ({ appId, body }: { appId: string; body: Buffer }) =>
    redact(body, {
      aliases: person,
      isOurs(phoneNumberId, accountRef) {
        const found = claim({ appId, phoneNumberId, accountRef });
        // Where no number is named the alias alone decides. One that nobody has here may be another company's.
        return found === 'ours' || (found === 'unclaimed' && phoneNumberId === null);
      },
    });
  const done = { bodies: 0, parkedBodies: 0 };
  for (const day of await selectDays(db)) {
    await db.withSystem('erase a contact from raw events', async (tx) => {
      const rows = await tx.query<{ hash: Buffer; appId: string; body: Buffer; waiting: boolean }>(raw, [
        day,
        aliases,
      ]);
      for (const { hash, appId, body, waiting } of rows) {
        const cleaned = without({ appId, body });
        if (cleaned === null) continue;
        if (waiting) throw errors.overloaded('What this person wrote is still being processed.');
        done.bodies += await tx.execute(setRaw, [day, hash, cleaned]);
      }
    });
  }
  await db.withSystem('erase a contact from parked items', async (tx) => {
    const rows = await tx.query<{ hash: Buffer; appId: string; body: Buffer }>(parked, [null, aliases]);
    for (const { hash, appId, body } of rows) {
      const cleaned = without({ appId, body });
      if (cleaned !== null) done.parkedBodies += await tx.execute(setParked, [hash, cleaned]);
    }
  });
  return done;
}
