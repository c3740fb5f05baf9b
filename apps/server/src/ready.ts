/** ready — what is said once everything answers: lines for a person, a file for scripts. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Started } from './app.ts';
import type { Config } from './config.ts';
import type { Embedded } from './platform/db/embedded.ts';
import { isAlive } from './platform/db/embedded-postmaster.ts';
import { errors } from './platform/errors.ts';

/**
 * Before anything starts: an old file would lie, and a place that takes none is told now, not a minute later. The file of
 * a process that lives stays: this may be a second start on its folder, which ends without having changed anything.
 */
export function clearReadyFile(path: string): void {
  const draft = draftOf(path);
  try {
    const pid = pidIn(path);
    if (pid === null || pid === process.pid || !isAlive(pid)) rmSync(path, { force: true });
    writeFileSync(draft, '', { mode: 0o600 });
    rmSync(draft);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw errors.configuration(
      reason === 'ENOENT'
        ? `--ready-file: the folder of ${path} does not exist. Make it, or name another file.`
        : `--ready-file: ${path} cannot be written (${reason}). Name a file in a folder that chaski may write to.`,
    );
  }
}

/** At the end: only its own. */
export function dropReadyFile(path: string): void {
  if (pidIn(path) === process.pid) rmSync(path, { force: true });
}

/** The app that wrote it; null where there is none, or nothing of ours. */
function pidIn(path: string): number | null {
  try {
    const { pids } = JSON.parse(readFileSync(path, 'utf8')) as { pids: { app: unknown } };
    return typeof pids.app === 'number' ? pids.app : null;
  } catch {
    return null;
  }
}

/** Beside its place. */
const draftOf = (path: string) => `${path}.${process.pid}.draft`;

/** What `--ready-file` says; written beside and renamed, so that a reader sees all of it or nothing. */
export function writeReadyFile(path: string, started: Started, embedded: Embedded | null): void {
  const content = {
    url: started.url,
    simulatorUrl: started.simulatorUrl,
    pageUrl: started.pageUrl,
    phoneUrl: started.phoneUrl,
    apiKey: started.demo?.apiKey ?? null,
    operatorEmail: started.demo?.operatorEmail ?? null,
    operatorPassword: started.demo?.operatorPassword ?? null,
    appSecret: started.demo?.appSecret ?? null,
    verifyToken: started.demo?.verifyToken ?? null,
    workspaceId: started.demo?.workspaceId ?? null,
    numbers: started.demo?.numbers ?? [],
    pids: { app: process.pid, postgres: embedded?.pid ?? null },
  };
  const draft = draftOf(path);
  const file = openSync(draft, 'w', 0o600); // it holds credentials
  try {
    writeSync(file, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** What a person reads once everything answers. */
export function readyLines(started: Started, config: Config, warnings: string[], dataDir: string): string[] {
  const { url, demo } = started;
  const lines = ['', `chaski is ready (${config.roles.join(', ')})`, ''];
  const row = (label: string, value: string) => lines.push(`  ${label.padEnd(14)} ${value}`);
  if (config.roles.includes('api')) {
    row('API', `${url}/v1`);
    row('Reference', `${url}/docs`);
    row('OpenAPI', `${url}/openapi.json`);
    if (!config.production && config.smtpUrl === undefined) row('Mails', `${url}/outbox`);
    row('Webhook URL', `${config.publicUrl ?? url}/webhooks/cloud`);
  }
  if (started.pageUrl !== null) row('Inbox', `${started.pageUrl}   ← sign in here and answer`);
  if (started.phoneUrl !== null) row('Phones', `${started.phoneUrl}   ← open this and write "hi"`);
  if (started.simulatorUrl !== null) row('Simulator', started.simulatorUrl);
  if (demo !== null) {
    lines.push('');
    row('Operator', `${demo.operatorEmail}   password ${demo.operatorPassword}`);
    row('API key', demo.apiKey);
    row('App secret', demo.appSecret);
    row('Verify token', demo.verifyToken);
    for (const number of demo.numbers)
      row('Number', `${number.displayPhoneNumber} (${number.phoneNumberId})`);
  }
  lines.push('');
  row(
    'Data',
    config.databaseUrl === undefined ? dataDir : `${dataDir} (media, secrets); rows in DATABASE_URL`,
  );
  if (warnings.length > 0) lines.push('', ...warnings.map((warning) => `  ! ${warning}`));
  lines.push('', '  Ctrl-C stops it.', '');
  return lines;
}
