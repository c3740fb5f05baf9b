import { compare } from 'bcryptjs';

/** Versions that differ in name only: `2a` and `2y` come from PHP and old systems, `2b` from new ones. */
const bcrypt = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/;

/** 2^15 rounds take some 2 s in JavaScript; more would be a way to keep a core busy with one login. */
const highestCost = 15;

/** Was this hash brought along from another system? Only argon2id is made here. */
export function isImported(stored: string | null): stored is string {
  const cost = Number(bcrypt.exec(stored ?? '')?.[1] ?? Number.NaN);
  return cost >= 4 && cost <= highestCost;
}

/**
 * Does a password belong to a bcrypt hash of another system? As it was typed there, so not normalised; bcrypt never
 * looked at more than 72 bytes, and neither does this. A caller to whom it says true stores argon2id instead, which
 * counts every character: the weakness lasts until the next login.
 */
export async function verifyImported(stored: string, password: string): Promise<boolean> {
  return isImported(stored) && (await compare(password, stored));
}
