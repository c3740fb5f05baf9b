import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import { type Loop, startLoop } from './loop.ts';

/** A machine's clock is corrected by so much without anybody having to notice. */
const slackMs = 1_000;

/**
 * Notices that the clock was set back and has what waits for a time look anew: a row written in what is now the future
 * would wait as long as the jump was. Each `repair` tells such rows by their own stamps, so that it may run at any time
 * and in every process, also after the second of two that noticed the same jump; at the start it runs once, since the
 * clock may have been set while nobody looked.
 */
export function startClockWatch(options: {
  clock: Clock;
  log: Logger;
  repairs: readonly (() => Promise<number>)[];
  lookMs?: number;
}): Loop {
  const { clock, log, repairs } = options;
  let latest = Number.POSITIVE_INFINITY;
  return startLoop({
    name: 'clock',
    log,
    idleMs: options.lookMs ?? 1_000,
    async step() {
      const now = clock.now().getTime();
      if (now < latest - slackMs) {
        let moved = 0;
        for (const repair of repairs) moved += await repair();
        if (Number.isFinite(latest) || moved > 0) {
          log.warn(
            { moved },
            'the clock was set back; what waited for a time ahead of it was looked at anew',
          );
        }
      }
      // After the repairs: one that failed is tried again.
      latest = now;
      return false;
    },
  });
}
