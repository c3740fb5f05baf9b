/** `chaski …` without the second that a process of its own takes; acceptance/cli.test.ts runs it as a person does. */
import { format } from 'node:util';
import { vi } from 'vitest';
import { runCli } from '../src/cli/index.ts';

/** Thrown where the process would have ended. */
class Ended extends Error {}

/** What a command says and how it ends, with this environment alone and in this folder. One at a time. */
export async function runChaski(
  args: string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<{ code: number; said: string }> {
  const before = { env: process.env, cwd: process.cwd(), code: process.exitCode };
  let said = '';
  let code: number | null = null;
  // What is thrown in its place passes through the command's own handler of errors.
  const write = (text: unknown) => {
    if (code === null) said += String(text);
    return true;
  };
  const hear = (...words: unknown[]) => void write(`${format(...words)}\n`);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(hear),
    vi.spyOn(console, 'error').mockImplementation(hear),
    // Commander's own words.
    vi.spyOn(process.stdout, 'write').mockImplementation(write),
    vi.spyOn(process.stderr, 'write').mockImplementation(write),
    vi.spyOn(process, 'exit').mockImplementation((status) => {
      code ??= Number(status ?? 0);
      throw new Ended();
    }),
  ];
  process.env = options.env;
  process.exitCode = undefined;
  process.chdir(options.cwd);
  try {
    await runCli(args);
    code = Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.env = before.env;
    process.chdir(before.cwd);
    process.exitCode = before.code;
  }
  return { code: code ?? 0, said };
}
