import { availableParallelism } from 'node:os';
import { errors } from '../../platform/errors.ts';

/**
 * Derivations at once. Node runs them in its pool of 4 threads, off the event loop, which files and DNS share: one
 * stays free for those, and a wave of logins waits in line instead of taking 19 MiB each. More than the cores would
 * only make every one of them slower.
 */
export const lanes = Math.max(1, Math.min(3, availableParallelism()));
/** Those in line wait some 30 ms each; who would wait longer than about 5 s is told to come again. */
export const longestLine = lanes * 150;

let running = 0;
const line: (() => void)[] = [];

/**
 * Runs what derives a key, or throws `overloaded` when the line is full. Whoever waits here holds no connection and no
 * transaction: a flood of sign-ins makes others who sign in wait, and nobody else.
 */
export async function inLane<T>(work: () => Promise<T>): Promise<T> {
  if (running >= lanes) {
    if (line.length >= longestLine) throw errors.overloaded('Too many people sign in right now. Try again.');
    await new Promise<void>((resolve) => line.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    // The lane is handed over, not given up: nobody may slip in between.
    const next = line.shift();
    if (next) next();
    else running--;
  }
}
