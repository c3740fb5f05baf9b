import { randomBytes } from 'node:crypto';
import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { dropLinks, insertLink, readLink, takeLink } from './queries-people.ts';
import { hashToken } from './tokens.ts';

export type LinkPurpose = 'verify-email' | 'reset-password' | 'change-email';

const lasts: Record<LinkPurpose, number> = {
  'verify-email': 86_400_000,
  'reset-password': 3_600_000,
  'change-email': 3_600_000,
};

/** The secret of a link to an address. A newer link of one purpose ends the older ones. */
export async function makeLink(
  tx: SystemTx,
  command: { userId: string; purpose: LinkPurpose; email: string },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const now = tx.now();
  await tx.execute(dropLinks, [command.userId, [command.purpose]]);
  await tx.execute(insertLink, [
    hashToken(token),
    command.userId,
    command.purpose,
    command.email,
    now.toISOString(),
    new Date(now.getTime() + lasts[command.purpose]).toISOString(),
  ]);
  return token;
}

export interface LinkOwner {
  userId: string;
  /** The address that the link was sent to. */
  email: string;
}

/** Uses a link up, or only looks at it. */
export async function followLink(
  tx: SystemTx,
  purpose: LinkPurpose,
  token: string,
  use: 'look' | 'take',
): Promise<LinkOwner> {
  const [row] = await tx.query<{ user_id: string; email: string }>(use === 'take' ? takeLink : readLink, [
    hashToken(token),
    purpose,
    tx.now().toISOString(),
  ]);
  if (!row) throw spentLink();
  return { userId: row.user_id, email: row.email };
}

/** One text for every link that does not count: unknown, used, too old, or of an address that is another's by now. */
export const spentLink = () =>
  errors.unprocessable('link_spent', 'This link was used already or is too old. Ask for a new one.');
