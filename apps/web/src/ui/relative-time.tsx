import { useSyncExternalStore } from 'react';
import { useTranslation } from '../i18n/words.ts';

const steps: [Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['minute', 60],
  ['hour', 3_600],
  ['day', 86_400],
];

// One timer for all: the page may show hundreds of these.
let now = Date.now();
const listeners = new Set<() => void>();
window.setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, 20_000);

const subscribe = (changed: () => void) => {
  listeners.add(changed);
  return () => void listeners.delete(changed);
};

/** Business time of the page: moves every 20 s. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

/** `5 min`, `3 h`, `2 d`; older than a week the date. The full time is in the title. */
export function RelativeTime({ at }: { at: string }) {
  const { t, i18n } = useTranslation();
  const date = new Date(at);
  const seconds = Math.max(0, (useNow() - date.getTime()) / 1_000);
  const full = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full', timeStyle: 'short' }).format(date);
  return (
    <time dateTime={at} title={full}>
      {seconds < 60
        ? t('time.now')
        : seconds < 7 * 86_400
          ? ago(seconds, i18n.language)
          : day(date, i18n.language)}
    </time>
  );
}

function ago(seconds: number, language: string): string {
  const [unit, size] = steps.findLast(([, one]) => seconds >= one) ?? steps[0]!;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }).format(
    Math.floor(seconds / size),
  );
}

function day(date: Date, language: string): string {
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }).format(date);
}
