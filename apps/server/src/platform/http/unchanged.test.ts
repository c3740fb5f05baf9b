import { expect, test } from 'vitest';
import { etagOf, guardUnchanged } from './unchanged.ts';

const now = new Date('2026-11-20T12:00:00.001Z');
const guard = (ifMatch?: string) => () =>
  guardUnchanged({ headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } }, 'note', now);

test('who names the state it saw may change that state only; who names none, any', () => {
  for (const fine of [undefined, '*', etagOf(now), `"other", ${etagOf(now)}`])
    expect(guard(fine)).not.toThrow();
  for (const old of ['"other"', etagOf(new Date(now.getTime() - 1)), `W/${etagOf(now)}`, '']) {
    expect(guard(old)).toThrow(expect.objectContaining({ code: 'changed_meanwhile', status: 412 }));
  }
});
