import { z } from 'zod';
import { newId } from '../ids.ts';
import type { Fanout } from './fanout.ts';

/** What others see of somebody in a topic. `phx_ref` names this one appearance: a person may have several windows. */
export type Meta = Record<string, unknown> & { phx_ref: string };

/** As phoenix.js and realtime-js read it. */
export type PresenceState = Record<string, { metas: Meta[] }>;

export interface PresenceDiff {
  joins: PresenceState;
  leaves: PresenceState;
}

interface Entry {
  key: string;
  meta: Meta;
}

type Topics = Map<string, Map<string, Entry>>;

const entry = z.tuple([z.string(), z.record(z.string(), z.unknown()), z.string()]);
const heard = z.discriminatedUnion('k', [
  /** Somebody began, or is back: tell them who is here. */
  z.object({ k: z.literal('hello') }),
  z.object({ k: z.literal('alive') }),
  z.object({ k: z.literal('bye') }),
  /** key, meta, ref of those who came and went. */
  z.object({ k: z.literal('presence'), t: z.string(), j: z.array(entry), l: z.array(entry) }),
]);

const aliveMs = 5_000;
/** Three times silent: the process is gone, and so is everybody who was connected to it. */
const deadMs = 16_000;
/** Diffs of a topic are gathered: a thousand people who come back at once are one message, not a million. */
const gatherMs = 50;

export interface Presence {
  track(topic: string, key: string, meta: Record<string, unknown>): string;
  untrack(topic: string, ref: string): void;
  state(topic: string): PresenceState;
  close(): void;
}

/** Who is in which topic, over all processes. */
export function createPresence(options: {
  fanout: Fanout;
  onDiff(topic: string, diff: PresenceDiff): void;
}): Presence {
  const { fanout, onDiff } = options;
  const ours: Topics = new Map();
  const theirs = new Map<string, { topics: Topics; seenAt: number }>();
  const pending = new Map<string, { joins: Map<string, Entry>; leaves: Map<string, Entry> }>();
  let timer: NodeJS.Timeout | null = null;

  const put = (topics: Topics, topic: string, ref: string, one: Entry) => {
    const refs = topics.get(topic) ?? new Map<string, Entry>();
    refs.set(ref, one);
    topics.set(topic, refs);
  };
  const take = (topics: Topics, topic: string, ref: string): Entry | null => {
    const refs = topics.get(topic);
    const one = refs?.get(ref) ?? null;
    refs?.delete(ref);
    if (refs?.size === 0) topics.delete(topic);
    return one;
  };

  function note(topic: string, what: 'joins' | 'leaves', ref: string, one: Entry): void {
    const diff = pending.get(topic) ?? { joins: new Map(), leaves: new Map() };
    pending.set(topic, diff);
    // Came and went before anybody was told.
    if (what === 'leaves' && diff.joins.delete(ref)) return;
    diff[what].set(ref, one);
    timer ??= setTimeout(flush, gatherMs);
  }

  function flush(): void {
    timer = null;
    const diffs = [...pending];
    pending.clear();
    for (const [topic, { joins, leaves }] of diffs) {
      if (joins.size > 0 || leaves.size > 0) {
        onDiff(topic, { joins: stateOf(joins.values()), leaves: stateOf(leaves.values()) });
      }
    }
  }

  function tell(topic: string, joins: [string, Entry][], leaves: [string, Entry][]): void {
    const wire = (list: [string, Entry][]) => list.map(([ref, one]) => [one.key, one.meta, ref]);
    fanout.send({ k: 'presence', t: topic, j: wire(joins), l: wire(leaves) });
  }

  function tellAll(): void {
    for (const [topic, refs] of ours) {
      // Ten at a time: a payload of NOTIFY holds about that many.
      const all = [...refs];
      for (let i = 0; i < all.length; i += 10) tell(topic, all.slice(i, i + 10), []);
    }
  }

  function forget(from: string): void {
    const gone = theirs.get(from);
    theirs.delete(from);
    for (const [topic, refs] of gone?.topics ?? []) {
      for (const [ref, one] of refs) note(topic, 'leaves', ref, one);
    }
  }

  const off = fanout.on((from, message) => {
    const read = heard.safeParse(message);
    if (!read.success) return;
    const said = read.data;
    if (said.k === 'bye') return forget(from);
    const known = theirs.get(from);
    const process = known ?? { topics: new Map(), seenAt: 0 };
    process.seenAt = performance.now();
    theirs.set(from, process);
    // Silent for so long that we forgot it, or its first words got lost.
    if (!known && said.k === 'alive') fanout.send({ k: 'hello' });
    if (said.k === 'hello') return tellAll();
    if (said.k !== 'presence') return;
    for (const [key, meta, ref] of said.j) {
      const one = { key, meta: { ...meta, phx_ref: ref } };
      if (!process.topics.get(said.t)?.has(ref)) note(said.t, 'joins', ref, one);
      put(process.topics, said.t, ref, one);
    }
    for (const [, , ref] of said.l) {
      const one = take(process.topics, said.t, ref);
      if (one) note(said.t, 'leaves', ref, one);
    }
  });
  const begin = () => {
    fanout.send({ k: 'hello' });
    tellAll();
  };
  const offBack = fanout.onBack(begin);
  begin();
  const beat = setInterval(() => {
    fanout.send({ k: 'alive' });
    const old = performance.now() - deadMs;
    for (const [from, { seenAt }] of theirs) if (seenAt < old) forget(from);
  }, aliveMs);
  beat.unref();

  return {
    track(topic, key, meta) {
      const ref = newId();
      const one = { key, meta: { ...meta, phx_ref: ref } };
      put(ours, topic, ref, one);
      note(topic, 'joins', ref, one);
      tell(topic, [[ref, one]], []);
      return ref;
    },
    untrack(topic, ref) {
      const one = take(ours, topic, ref);
      if (!one) return;
      note(topic, 'leaves', ref, one);
      tell(topic, [], [[ref, one]]);
    },
    state(topic) {
      const all = [ours, ...[...theirs.values()].map(({ topics }) => topics)];
      return stateOf(all.flatMap((topics) => [...(topics.get(topic)?.values() ?? [])]));
    },
    close() {
      clearInterval(beat);
      if (timer) clearTimeout(timer);
      off();
      offBack();
      fanout.send({ k: 'bye' });
    },
  };
}

function stateOf(entries: Iterable<Entry>): PresenceState {
  const state: PresenceState = {};
  for (const { key, meta } of entries) {
    state[key] ??= { metas: [] };
    state[key].metas.push(meta);
  }
  return state;
}
