/**
 * Time as the simulator knows it. Everything that waits (statuses, retries, expiring URLs, buckets, windows)
 * asks a `SimClock`, so a test owns the hours.
 */
export interface SimClock {
  /** milliseconds since 1970 */
  now(): number;
  /** Calls `run` once, `ms` from now; returns how to cancel it. */
  after(ms: number, run: () => void): () => void;
}

/** The wall clock. Its timers keep no process alive on their own account. */
export class RealClock implements SimClock {
  now(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  }
}

interface Due {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that stands still until `advance`. Timers fire in order of time, then of registration. */
export class VirtualClock implements SimClock {
  #now: number;
  #order = 0;
  #due: Due[] = [];

  /** @param start milliseconds since 1970; the default is 2026-11-01T00:00:00Z */
  constructor(start = Date.UTC(2026, 10, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    let low = 0;
    let high = this.#due.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#due[middle]!.at <= due.at) low = middle + 1;
      else high = middle;
    }
    this.#due.splice(low, 0, due);
    return () => {
      const index = this.#due.indexOf(due);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** When the next timer is due, or null. */
  nextDue(): number | null {
    return this.#due[0]?.at ?? null;
  }

  /** Moves time on and fires, synchronously, all that falls due on the way, new timers included. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (let next = this.#due[0]; next && next.at <= target; next = this.#due[0]) {
      this.#due.shift();
      this.#now = next.at;
      next.run();
    }
    this.#now = target;
  }
}
