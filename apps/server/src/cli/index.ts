/**
 * cli — `chaski <command>`. One file a command; each loads what it needs when it runs, so that `--help` stays fast
 * (the whole app would cost a second).
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { AppError } from '../platform/errors.ts';
import { addAdmin } from './admin.ts';
import { addApp } from './app.ts';
import { addAudit } from './audit.ts';
import { addContact } from './contact.ts';
import { addKeys } from './keys.ts';
import { addMigrate } from './migrate.ts';
import { addNumber } from './number.ts';
import { addQueue } from './queue.ts';
import { addRateCard } from './rate-card.ts';
import { addReplay } from './replay.ts';
import { addStart } from './start.ts';
import { addWorkspace } from './workspace.ts';

/** Runs one command; an error that somebody can act on is printed as its sentence, others in full. */
export async function runCli(args: string[]): Promise<void> {
  const program = new Command('chaski')
    .description('Self-hosted, multi-tenant WhatsApp Business platform.')
    .version(version(), '-V, --version', 'say which version this is')
    .showHelpAfterError('(`chaski <command> --help` explains it)');
  const commands = [
    addStart,
    addMigrate,
    addKeys,
    addWorkspace,
    addNumber,
    addApp,
    addAdmin,
    addContact,
    addRateCard,
    addReplay,
    addQueue,
    addAudit,
  ];
  for (const add of commands) add(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    console.error(error instanceof AppError ? `\n${sentence(error)}` : error);
    process.exit(1);
  }
}

/** Of the package that this is. */
function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** With each field's problem, which an HTTP answer carries beside its message. */
function sentence(error: AppError): string {
  const { problems } = error.details;
  if (!Array.isArray(problems) || problems.length === 0) return error.message;
  return problems
    .map(({ path, message }: { path?: unknown; message?: unknown }) => `${path}: ${message}`)
    .join('\n');
}
