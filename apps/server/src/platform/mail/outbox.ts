import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../folders.ts';
import { isId } from '../ids.ts';
import type { Mail } from './mailer.ts';

/** A mail that was not sent, as it lies in the folder. */
export interface KeptMail extends Mail {
  id: string;
  at: string;
  from: string;
}

/** Keeps a mail; a second try writes the same file. */
export function keepInOutbox(folder: string, mail: KeptMail): void {
  makeFolder(folder);
  const path = join(folder, `${mail.id}.json`);
  writeFileSync(`${path}.draft`, JSON.stringify(mail), { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}

/** The newest first: ids grow with time. */
export function listOutbox(folder: string, most = 100): KeptMail[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // no mail yet, no folder yet
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .reverse()
    .slice(0, most)
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as KeptMail);
}

/** One mail, or null. */
export function readOutbox(folder: string, id: string): KeptMail | null {
  if (!isId(id)) return null; // also keeps paths out
  try {
    return JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8')) as KeptMail;
  } catch {
    return null;
  }
}
