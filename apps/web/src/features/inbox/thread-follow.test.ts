import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { away, byHand, type Follow, look, nearEnd, opened, toEnd } from './thread-follow.ts';

const atEnd: Follow = { top: 1000, max: 1000, following: true, seen: 'a', leaving: false };

describe('following what arrives', () => {
  test('at the end, growth pulls along, however large it is and in however many steps', () => {
    let state = atEnd;
    for (const max of [1044, 1700, 1690, 3000]) {
      const { now, pull } = look(state, { top: state.top, max }, `line ${max}`);
      expect(pull, String(max)).toBe(max > state.top + 1);
      expect(now).toMatchObject({ following: true, seen: `line ${max}` });
      // The scroll itself is late: the next growth finds one where one was.
      state = now;
    }
  });

  test('moving up ends it, and growth pulls nobody who is up', () => {
    const up = look(atEnd, { top: 800, max: 1000 }, 'a').now;
    expect(up.following).toBe(false);
    const later = look(up, { top: 800, max: 1600 }, 'b');
    expect(later).toEqual({
      now: { top: 800, max: 1600, following: false, seen: 'a', leaving: false },
      pull: false,
    });
  });

  test('a little above the end is the end still: nothing pulls until something comes', () => {
    const little = look(atEnd, { top: 1000 - nearEnd, max: 1000 }, 'a');
    expect(little).toMatchObject({ now: { following: true }, pull: false });
    expect(look(little.now, { top: 920, max: 1044 }, 'b').pull).toBe(true);
  });

  test('rows above that turn out smaller move one up with them: nobody has gone', () => {
    const growing = look(atEnd, { top: 1000, max: 1600 }, 'b').now;
    expect(look(growing, { top: 900, max: 1500 }, 'b').now.following).toBe(true);
  });

  test('opened at the first unread nothing is pulled or new; the end, once reached, holds', () => {
    const start = look(opened(false, 'z'), { top: 200, max: 900 }, 'z');
    expect(start).toMatchObject({ now: { following: false, seen: 'z' }, pull: false });
    const down = look(start.now, { top: 900, max: 900 }, 'z').now;
    expect(down.following).toBe(true);
  });

  test('the pill leads to the end though rows are measured on the way; a quote leads away', () => {
    const up = look(atEnd, { top: 100, max: 1000 }, 'a').now;
    const wanted = toEnd(up, 'c');
    expect(look(wanted, { top: 600, max: 1400 }, 'c')).toMatchObject({
      now: { following: true, seen: 'c' },
      pull: true,
    });
    expect(look(away(atEnd), { top: 1000, max: 1300 }, 'd')).toMatchObject({
      now: { following: false, seen: 'a' },
      pull: false,
    });
  });

  test('who is on the way to a quote is not held at the end, whatever is measured before the scroll', () => {
    let state = away(atEnd);
    // A look before anything moved, and rows that turn out a little larger.
    for (const place of [
      { top: 1000, max: 1000 },
      { top: 1000, max: 1060 },
    ]) {
      const seen = look(state, place, 'b');
      expect(seen).toMatchObject({ now: { following: false, seen: 'a' }, pull: false });
      state = seen.now;
    }
    state = look(state, { top: 200, max: 1060 }, 'b').now;
    expect(state).toMatchObject({ following: false, leaving: false });
    // Back at the end by one's own hand, what comes is followed again.
    expect(look(state, { top: 1060, max: 1060 }, 'b').now.following).toBe(true);
  });

  test('the list itself, keeping its end in place, brings nobody back who is on the way to a quote', () => {
    // A row at the end is measured before the jump: the virtual list moves one down along with it.
    const carried = look(away(atEnd), { top: 1060, max: 1060 }, 'b');
    expect(carried).toMatchObject({ now: { following: false, leaving: true, seen: 'a' }, pull: false });
    // Then the jump, which ends not far above the end; and rows below it that turn out smaller.
    const there = look(carried.now, { top: 960, max: 1060 }, 'b').now;
    expect(there).toMatchObject({ following: false, leaving: false });
    const shrunk = look(there, { top: 960, max: 1020 }, 'b');
    expect(shrunk.now).toMatchObject({ following: false, seen: 'a' });
    expect(look(shrunk.now, { top: 960, max: 1064 }, 'c')).toMatchObject({ now: { seen: 'a' }, pull: false });
    // One's own hand, down to near the end, is enough.
    expect(look(shrunk.now, { top: 1000, max: 1064 }, 'c').now).toMatchObject({ following: true, seen: 'c' });
  });

  test('a quote in sight of the end: one stays with it until one moves by hand', () => {
    const beside = look(away(atEnd), { top: 980, max: 1000 }, 'b').now;
    expect(beside).toMatchObject({ following: false, leaving: true });
    expect(look(beside, { top: 980, max: 1044 }, 'c')).toMatchObject({ now: { seen: 'a' }, pull: false });
    expect(look(byHand(beside), { top: 1000, max: 1000 }, 'c').now.following).toBe(true);
  });

  test('whatever grows and however late one is pulled: who never moves up is never left behind', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ grow: fc.nat(3_000), pulled: fc.boolean() })), (steps) => {
        let state = atEnd;
        for (const [n, { grow, pulled }] of steps.entries()) {
          const max = state.max + grow;
          const seen = look(state, { top: state.top, max }, String(n));
          state = seen.now;
          if (pulled) state = look(state, { top: max, max }, String(n)).now;
          expect(state).toMatchObject({ following: true, seen: String(n) });
        }
      }),
    );
  });
});
