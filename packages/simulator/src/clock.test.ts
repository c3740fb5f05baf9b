import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from './clock.ts';
import { takePair } from './limits.ts';
import type { Chat } from './world.ts';

test('timers fire in order of time, then of registration, however time is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(100), { maxLength: 20 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 10 }),
      (delays, steps) => {
        const run = (cuts: number[]) => {
          const clock = new VirtualClock(0);
          const fired: string[] = [];
          delays.forEach((delay, i) => void clock.after(delay, () => fired.push(`${clock.now()}/${i}`)));
          for (const cut of cuts) clock.advance(cut);
          return fired;
        };
        const total = steps.reduce((sum, step) => sum + step, 0);
        expect(run(steps)).toEqual(run([total]));
        const sorted = delays
          .map((delay, i) => [delay, i] as const)
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(run([total])).toEqual(
          sorted.filter(([delay]) => delay <= total).map(([delay, i]) => `${delay}/${i}`),
        );
      },
    ),
  );
});

test('a cancelled timer stays silent; one set by another fires in its turn', () => {
  const clock = new VirtualClock(0);
  const fired: number[] = [];
  clock.after(5, () => fired.push(5))();
  clock.after(1, () => void clock.after(1, () => fired.push(clock.now())));
  clock.advance(10);
  expect([fired, clock.nextDue()]).toEqual([[2], null]);
});

test('the pair bucket never lets more through than 45 plus one per 6 seconds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 300 }), (gaps) => {
      const chat = { pair: { tokens: Number.POSITIVE_INFINITY, at: 0 } } as Chat;
      let now = 0;
      let passed = 0;
      for (const gap of gaps) {
        now += gap;
        try {
          takePair(chat, now);
          passed++;
        } catch {
          // refused
        }
      }
      expect(passed).toBeLessThanOrEqual(45 + Math.ceil(now / 6_000));
    }),
  );
});
