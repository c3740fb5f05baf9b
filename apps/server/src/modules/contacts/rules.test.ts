import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseContact, countryOf, type Hit } from './rules.ts';

const hit = (contactId: string, kind: Hit['kind'], more: Partial<Hit> = {}): Hit => ({
  contactId,
  kind,
  exact: true,
  superseded: false,
  ...more,
});

it('trusts a BSUID over a phone and a phone as written over its variants', () => {
  expect(chooseContact([hit('p', 'phone'), hit('b', 'bsuid')], false)).toEqual({
    contactId: 'b',
    conflict: true,
    others: ['p'],
  });
  expect(chooseContact([hit('v', 'phone', { exact: false }), hit('p', 'phone')], false)).toEqual({
    contactId: 'p',
    conflict: false,
    others: [],
  });
  expect(chooseContact([], true)).toEqual({ contactId: null, conflict: false, others: [] });
});

it('gives no stranger the thread of who had the phone before', () => {
  const old = hit('before', 'phone', { superseded: true });
  expect(chooseContact([old], true)).toEqual({ contactId: null, conflict: true, others: [] });
  expect(chooseContact([old], false)).toEqual({ contactId: 'before', conflict: false, others: [] });
});

it('decides the same in any order', () => {
  const anyHit = fc.record({
    contactId: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom<Hit['kind']>('phone', 'bsuid', 'parent_bsuid'),
    exact: fc.boolean(),
    superseded: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyHit, { maxLength: 6 }), fc.boolean(), (hits, unknown) => {
      expect(chooseContact([...hits].reverse(), unknown)).toEqual(chooseContact(hits, unknown));
    }),
    { verbose: true },
  );
});

it('reads the country of a BSUID', () => {
  expect(countryOf('US.13491208655302741918')).toBe('US');
  expect(countryOf('16505551234')).toBeNull();
  expect(countryOf(null)).toBeNull();
});
