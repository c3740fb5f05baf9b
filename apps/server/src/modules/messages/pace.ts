/** Token buckets in memory: they belong to the process that holds the number's lease, so nobody else spends from them. */

export class Bucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;
  /** No token before this time, whatever the level: the provider said slow down. */
  #closedUntil = 0;

  constructor(capacity: number, perSecond: number, now: number, tokens = capacity) {
    this.#capacity = capacity;
    this.#perMs = perSecond / 1000;
    this.#tokens = tokens;
    this.#at = now;
  }

  /** Whole tokens there are now. */
  available(now: number): number {
    this.#refill(now);
    return now < this.#closedUntil ? 0 : Math.floor(this.#tokens + 1e-9);
  }

  take(n: number, now: number): void {
    this.#refill(now);
    this.#tokens -= n;
  }

  /** Tokens that were not used. */
  giveBack(n: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + n);
  }

  closeUntil(time: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, time);
  }

  /** When there will be so many tokens. */
  nextAt(now: number, wanted = 1): number {
    this.#refill(now);
    const missing = Math.min(wanted, this.#capacity) - this.#tokens;
    const level = missing <= 0 ? now : now + Math.ceil(missing / this.#perMs);
    return Math.max(level, this.#closedUntil);
  }

  full(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#capacity && now >= this.#closedUntil;
  }

  // A clock that jumps back must not empty the bucket: it refills from there, and what was closed stays so no longer than
  // it was to be.
  #refill(now: number): void {
    if (now < this.#at) this.#closedUntil -= this.#at - now;
    else this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}

/** WhatsApp's pair limit: one message per 6 s to one person, 45 at once borrowed from the future. */
export const pair = { burst: 45, perSecond: 1 / 6, memoryMs: 45 * 6 * 1000 };

/** The pair buckets of one number; only pairs that are not full take memory. */
export class Pairs {
  readonly #buckets = new Map<string, Bucket>();
  // At 1,000 messages a second six thousand pairs are not full, and hardly one is empty: only these are looked at.
  readonly #empty = new Set<string>();
  #sweptAt = 0;

  /** Seeds from recent attempts, oldest first: what another process spent is spent. */
  seed(recent: readonly { conversationId: string; at: number }[]): void {
    for (const { conversationId, at } of recent) this.take(conversationId, at);
  }

  take(conversationId: string, now: number): void {
    const bucket = this.#of(conversationId, now);
    bucket.take(1, now);
    if (bucket.available(now) < 1) this.#empty.add(conversationId);
    this.#sweep(now);
  }

  giveBack(conversationId: string): void {
    this.#buckets.get(conversationId)?.giveBack(1);
  }

  close(conversationId: string, until: number, now: number): void {
    this.#of(conversationId, now).closeUntil(until);
    this.#empty.add(conversationId);
  }

  /** Conversations that may not be sent to now, and when the first of them may. */
  blocked(now: number): { ids: string[]; nextAt: number | null } {
    const ids: string[] = [];
    let nextAt: number | null = null;
    for (const id of this.#empty) {
      const bucket = this.#of(id, now);
      if (bucket.available(now) >= 1) {
        this.#empty.delete(id);
        continue;
      }
      ids.push(id);
      nextAt = Math.min(nextAt ?? Number.POSITIVE_INFINITY, bucket.nextAt(now));
    }
    return { ids, nextAt };
  }

  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < 5_000) return;
    this.#sweptAt = now;
    for (const [id, bucket] of this.#buckets)
      if (!this.#empty.has(id) && bucket.full(now)) this.#buckets.delete(id);
  }

  #of(conversationId: string, now: number): Bucket {
    let bucket = this.#buckets.get(conversationId);
    if (!bucket) {
      bucket = new Bucket(pair.burst, pair.perSecond, now);
      this.#buckets.set(conversationId, bucket);
    }
    return bucket;
  }
}
