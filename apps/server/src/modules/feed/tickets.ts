import { createHash, randomBytes } from 'node:crypto';
import { type Database, statement, type TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { Caller } from '../../platform/http/index.ts';

const ticketMs = 30_000;

const forget = statement(
  'feed.forget_tickets',
  'delete from realtime_tickets where workspace_id = $1 and expires_at <= $2',
);
const insert = statement(
  'feed.ticket',
  'insert into realtime_tickets (workspace_id, hash, caller, expires_at) values ($1, $2, $3::jsonb, $4)',
);
/** Two at once: one deletes the row, the other finds none. */
const redeem = statement(
  'feed.redeem',
  'delete from realtime_tickets where hash = $1 returning caller, expires_at > $2::timestamptz as good',
);

const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest();

/** A ticket that lets its maker in once: for places where neither cookie nor header go, such as another site's page. */
export async function makeTicket(tx: TenantTx, caller: Caller): Promise<{ ticket: string; expiresAt: Date }> {
  const ticket = randomBytes(32).toString('base64url');
  const expiresAt = new Date(tx.now().getTime() + ticketMs);
  await tx.execute(forget, [tx.workspaceId, tx.now()]);
  await tx.execute(insert, [tx.workspaceId, hashOf(ticket), JSON.stringify(caller), expiresAt]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'realtime.ticket_made',
      data: {},
      audit: { target: { kind: 'realtime', id: null }, after: { expiresAt: expiresAt.toISOString() } },
    },
  ]);
  return { ticket, expiresAt };
}

/** Whom a ticket lets in; null when it is not known, was used, or is too old. */
export async function redeemTicket(db: Database, ticket: string): Promise<Caller | null> {
  if (!/^[\w-]{43}$/.test(ticket)) return null;
  const [result] = await db.runSystem('redeem a realtime ticket', [
    { statement: redeem, values: [hashOf(ticket), db.clock.now()] },
  ]);
  const row = result?.rows[0] as { caller: Caller; good: boolean } | undefined;
  return row?.good ? row.caller : null;
}
