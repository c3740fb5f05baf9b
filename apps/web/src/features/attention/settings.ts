import { useSyncExternalStore } from 'react';

/** What this browser does when somebody writes. Another browser of the same person may be in a meeting. */
export interface AttentionSettings {
  sound: boolean;
  desktop: boolean;
  /** Nothing at all, whatever the others say. */
  quiet: boolean;
}

const storageKey = 'chaski-attention';
const listeners = new Set<() => void>();
const off: AttentionSettings = { sound: false, desktop: false, quiet: false };
let known: { text: string | null; settings: AttentionSettings } = { text: null, settings: off };

export function attentionSettings(): AttentionSettings {
  const text = localStorage.getItem(storageKey);
  if (text !== known.text) {
    let settings = off;
    try {
      settings = { ...off, ...(JSON.parse(text ?? '{}') as Partial<AttentionSettings>) };
    } catch {
      // Written by somebody else: as if it were not there.
    }
    known = { text, settings };
  }
  return known.settings;
}

export function setAttention(change: Partial<AttentionSettings>): void {
  localStorage.setItem(storageKey, JSON.stringify({ ...attentionSettings(), ...change }));
  for (const listener of listeners) listener();
}

export const useAttentionSettings = (): AttentionSettings =>
  useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => void listeners.delete(changed);
  }, attentionSettings);
