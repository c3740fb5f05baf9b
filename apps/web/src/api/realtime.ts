import type { ChaskiEvent } from '@chaski/contracts';
import { type Channel, Socket } from 'phoenix';
import { useEffect, useSyncExternalStore } from 'react';

/**
 * One socket a page. Every event of the workspace comes once and in order: after a cut the channel joins with the
 * number of the last event that was heard, and the server sends what was missed.
 */

type Listener = (event: ChaskiEvent) => void;
export type Link = 'connecting' | 'live' | 'away';

let socket: Socket | null = null;
let link: Link = 'connecting';
const listeners = new Set<Listener>();
const linkListeners = new Set<() => void>();

/** A cut that is mended sooner (a server that starts anew, a phone between two networks) is not worth a word. */
const unnoticedMs = 700;
/** An answer over a line that lives takes less. */
const answersMs = 2_000;
let noticing = 0;

function setLink(next: Link): void {
  window.clearTimeout(noticing);
  noticing = 0;
  if (next === link) return;
  link = next;
  for (const listener of linkListeners) listener();
}

/**
 * Connects for one workspace; the answer disconnects. `gap`: what was missed is not kept any more, read it all anew.
 * `out`: whoever was signed in is not any more.
 */
export function connect(workspaceId: string, on: { gap: () => void; out: () => void }): () => void {
  let last: number | null = null;
  const opened = new Socket('/socket', {
    // Longer each time, never the same moment for everybody after a restart.
    reconnectAfterMs: (tries) => Math.min(15_000, 250 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2),
  });
  socket = opened;
  const lost = () => {
    if (socket === opened && noticing === 0) noticing = window.setTimeout(() => setLink('away'), unnoticedMs);
  };
  opened.onError(lost);
  opened.onClose(lost);
  opened.connect();
  // The browser knows at once that the network is gone; the socket hears of it when nobody answers, half a minute later.
  window.addEventListener('offline', lost);
  const again = () => {
    if (socket !== opened) return;
    opened.disconnect();
    opened.connect();
  };
  // A line that lived through it answers; any other is made anew, without the pause between tries.
  const online = () => {
    const giveUp = window.setTimeout(again, answersMs);
    const isAsked = opened.ping(() => {
      window.clearTimeout(giveUp);
      if (channel.state === 'joined') setLink('live');
    });
    if (isAsked) return;
    window.clearTimeout(giveUp);
    again();
  };
  window.addEventListener('online', online);

  const channel: Channel = opened.channel(`workspace:${workspaceId}`, () => ({
    workspaceId,
    ...(last === null ? {} : { after: last }),
  }));
  // Events carry names of their own; phoenix.js calls this for every message of the channel.
  channel.onMessage = (_event, payload: unknown) => {
    const event = payload as Partial<ChaskiEvent> | null;
    if (event && typeof event.seq === 'number' && typeof event.name === 'string' && 'data' in event) {
      last = Math.max(last ?? 0, event.seq);
      for (const listener of listeners) listener(event as ChaskiEvent);
    }
    return payload;
  };
  channel
    .join()
    .receive('ok', (answer: { seq?: number }) => {
      last ??= answer.seq ?? null;
      setLink('live');
    })
    .receive('error', (answer: { reason?: string }) => {
      if (answer.reason === 'events_gone' || answer.reason === 'after_unknown') {
        last = null;
        on.gap();
      }
      if (answer.reason === 'unauthenticated') on.out();
      setLink('away');
    });
  return () => {
    window.removeEventListener('offline', lost);
    window.removeEventListener('online', online);
    channel.leave();
    opened.disconnect();
    if (socket === opened) socket = null;
  };
}

/** A channel beside the workspace's: presence and typing of one conversation. */
export function openChannel(topic: string, params: object = {}): Channel | null {
  return socket?.channel(topic, params) ?? null;
}

export function useEvents(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}

export function useLink(): Link {
  return useSyncExternalStore(
    (changed) => {
      linkListeners.add(changed);
      return () => void linkListeners.delete(changed);
    },
    () => link,
  );
}
