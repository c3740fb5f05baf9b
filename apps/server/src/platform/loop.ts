import { AppError } from './errors.ts';
import type { Logger } from './log.ts';

/**
 * A loop that works while there is work and sleeps until it is woken or a while has passed.
 *
 * Always true: one step at a time; a wake during a step causes one more step; a failing step is logged and repeated
 * with growing pauses (250 ms to 5 s, so that it works again within 5 s of the database); `stop` waits for the step
 * that is running.
 */
export interface Loop {
  wake(): void;
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  log: Logger;
  /** Returns true when it found work and wants to be called again at once. */
  step(signal: AbortSignal): Promise<boolean>;
  /** Longest sleep: what is found by looking when a wake got lost. */
  idleMs: number;
  /**
   * Shortest time from one step's begin to the next one's that a wake causes. Idle it costs nothing, under load a step
   * does more at once: on two cores each round trip costs some 60 µs of waking somebody, whatever it carries. A step that
   * found more than it took is followed at once.
   */
  gatherMs?: number;
  /** So long a wake waits for others to go first: for work that nobody waits for. */
  lingerMs?: number;
}

/** Lets whatever waits for this process go first: between the pieces of work that takes long. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function startLoop(options: LoopOptions): Loop {
  const { name, log, step, idleMs } = options;
  const stopping = new AbortController();
  let woken = false;
  let wokenAt = 0;
  let rouse: (() => void) | null = null;

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      if (woken || stopping.signal.aborted) return resolve();
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        rouse = null;
        resolve();
      }
      rouse = done;
    });

  /** A pause after a failure: work that arrives meanwhile does not cut it short, the end does. */
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      stopping.signal.addEventListener('abort', done);
    });

  let began = Number.NEGATIVE_INFINITY;
  async function gather(): Promise<void> {
    const due = Math.max(began + (options.gatherMs ?? 0), wokenAt + (options.lingerMs ?? 0));
    const early = due - performance.now();
    if (early > 0.5 && woken) await rest(early);
  }

  async function run(): Promise<void> {
    let pause = 250;
    let away = false;
    let more = false;
    while (!stopping.signal.aborted) {
      if (!more) await gather();
      if (stopping.signal.aborted) return;
      woken = false;
      try {
        began = performance.now();
        more = await step(stopping.signal);
        pause = 250;
        away = false;
        if (!more) await sleep(idleMs);
      } catch (error) {
        if (stopping.signal.aborted) return;
        const isAway = error instanceof AppError && error.code === 'database_unavailable';
        // One line per outage and loop; the rest of it says nothing new.
        if (isAway && !away) log.warn({ loop: name }, 'the database is away; trying again until it is back');
        if (!isAway) log.error({ err: error, loop: name }, 'a step failed; it will be tried again');
        away = isAway;
        await rest(pause);
        pause = Math.min(pause * 2, 4_000);
      }
    }
  }

  const running = run();
  return {
    wake() {
      if (!woken) wokenAt = performance.now();
      woken = true;
      rouse?.();
    },
    async stop() {
      stopping.abort();
      rouse?.();
      await running;
    },
  };
}
