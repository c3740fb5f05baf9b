/**
 * running — where the app of a data folder answers, for commands typed beside it: with `--port 0` nobody else knows.
 * Only a hint: after kill -9 it stays and is wrong until the next start.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from './platform/folders.ts';

const content = z.object({ pid: z.number(), url: z.string(), simulatorUrl: z.string().nullable() });
export type Running = z.output<typeof content>;

const pathIn = (dataDir: string) => join(dataDir, 'running.json');

/** Whole or not at all; no credentials in it. */
export function writeRunning(dataDir: string, running: Running): void {
  makeFolder(dataDir, 0o711);
  const draft = `${pathIn(dataDir)}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(running)}\n`, { mode: 0o600 });
  renameSync(draft, pathIn(dataDir));
}

/** What the last app said that did not end in order; null when there is none. */
export function readRunning(dataDir: string): Running | null {
  try {
    return content.parse(JSON.parse(readFileSync(pathIn(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

/** Only its own: a second process may share the folder. */
export function forgetRunning(dataDir: string, pid: number): void {
  if (readRunning(dataDir)?.pid === pid) rmSync(pathIn(dataDir), { force: true });
}
