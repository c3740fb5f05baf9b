/**
 * `npm run check`: every step of it, as many at once as there are cores; most use one. What a step said is shown in one
 * piece when it ends, and all are run whatever one of them finds.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Scripts of package.json, the longest first: whoever is begun last should not be waited for. */
const steps = ['types:server', 'types:web', 'imports', 'lint', 'unused', 'api:check', 'docs:check'];

const waiting = [...steps];
const failed: string[] = [];

async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const begun = performance.now();
    const { code, said } = await run(step);
    if (code !== 0) failed.push(step);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${code === 0 ? '✓' : '✗'} ${step} (${seconds} s)\n${said}`);
  }
}

/** `node --run` and not `npm run`, which takes half a second to begin. */
async function run(step: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--run', step], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  return { code, said };
}

await Promise.all(Array.from({ length: Math.min(availableParallelism(), steps.length) }, work));
if (failed.length > 0) {
  console.error(`check: failed: ${failed.join(', ')}`);
  process.exit(1);
}
console.log(`check: ${steps.length} steps, nothing found`);
