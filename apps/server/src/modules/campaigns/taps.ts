import type { Database, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import { countTaps, type LinkRow, type TapCount } from './queries-links.ts';

/**
 * Taps on short links, written in groups by one at a time: whoever taps is nobody we know, and thousands on one link
 * would each hold a connection while they wait for the same line. What a crash takes with it is a quarter of a second.
 */
export interface Taps {
  note(link: LinkRow): void;
  /** What was noted is written. */
  close(): Promise<void>;
}

const gatherMs = 250;
const atOnce = 500;
/** Links with taps that are not written yet; beyond that people are led on and not counted. */
const maxLinks = 10_000;

export function gatherTaps(db: Database, log: Logger): Taps {
  const waiting = new Map<string, TapCount>();
  // Begun by the first tap: most installations have no short links.
  let loop: Loop | null = null;

  function add(tap: TapCount): void {
    const key = `${tap.link.campaignId} ${tap.link.n} ${tap.link.place}`;
    const known = waiting.get(key);
    if (known) {
      known.taps += tap.taps;
      if (tap.at < known.at) known.at = tap.at;
    } else if (waiting.size < maxLinks) waiting.set(key, tap);
  }

  async function step(): Promise<boolean> {
    const batch = [...waiting].slice(0, atOnce);
    if (batch.length === 0) return false;
    for (const [key] of batch) waiting.delete(key);
    const taps = batch.map(([, tap]) => tap);
    try {
      await db.withSystem('taps on short links', (tx) => writeTaps(tx, taps));
    } catch (error) {
      for (const tap of taps) add(tap);
      throw error;
    }
    return waiting.size > 0;
  }

  return {
    note(link) {
      add({ link, taps: 1, at: db.clock.now() });
      loop ??= startLoop({ name: 'taps on short links', log, step, idleMs: 60_000, gatherMs });
      loop.wake();
    },
    async close() {
      await loop?.stop();
      try {
        while (await step());
      } catch (error) {
        log.warn({ err: error, links: waiting.size }, 'taps on short links were not counted');
      }
    },
  };
}

/** Neither address nor browser is kept: that they tapped, when first, and how often. */
async function writeTaps(tx: SystemTx, taps: readonly TapCount[]): Promise<void> {
  const first = await countTaps(tx, taps);
  await emit(
    tx,
    first.map(({ workspaceId, campaignId, contactId }) => ({
      workspaceId,
      name: 'campaign.clicked',
      data: { campaignId, count: 1, contactIds: [contactId] },
    })),
  );
}
