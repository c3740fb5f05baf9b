import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryClass } from './errors.ts';

const classes = ['later', 'after', 'reauth', 'fix', 'never'];

describe('retryClass', () => {
  test('is total: any number and any hint has a class', () => {
    const hint = fc.record({ httpStatus: fc.integer(), transient: fc.boolean() }, { requiredKeys: [] });
    fc.assert(
      fc.property(
        fc.oneof(fc.integer(), fc.double(), fc.integer({ min: 130000, max: 140000 })),
        hint,
        (code, h) => {
          const found = retryClass(code, h);
          expect(classes).toContain(found.retry);
          if (found.retry === 'after') expect(found.afterMs).toBeGreaterThan(0);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test.each([
    [0, { retry: 'reauth' }],
    [190, { retry: 'reauth' }],
    [2, { retry: 'later', slow: 'message' }],
    [4, { retry: 'later', slow: 'app' }],
    [10, { retry: 'fix' }],
    [200, { retry: 'fix' }],
    [299, { retry: 'fix' }],
    [100, { retry: 'never' }],
    [80007, { retry: 'later', slow: 'number' }],
    [130429, { retry: 'later', slow: 'number' }],
    [131000, { retry: 'later', slow: 'message' }],
    [131026, { retry: 'never' }],
    [131042, { retry: 'fix' }],
    [131047, { retry: 'never' }],
    [131049, { retry: 'after', afterMs: 86_400_000 }],
    [131050, { retry: 'never' }],
    [131056, { retry: 'later', slow: 'pair' }],
    [131057, { retry: 'after', afterMs: 60_000 }],
    [131062, { retry: 'never' }],
    [131203, { retry: 'never' }],
    [132001, { retry: 'fix' }],
    [133010, { retry: 'fix' }],
    [133015, { retry: 'after', afterMs: 300_000 }],
    [133016, { retry: 'after', afterMs: 259_200_000 }],
  ])('%i', (code, expected) => {
    // The table wins over every hint: Meta's HTTP statuses are not to be relied on.
    expect(retryClass(code)).toEqual(expected);
    expect(retryClass(code, { httpStatus: 500, transient: true })).toEqual(expected);
  });

  test('a code that nobody wrote down follows the status, and without one is final', () => {
    expect(retryClass(131014)).toEqual({ retry: 'never' });
    expect(retryClass(999999, { httpStatus: 400 })).toEqual({ retry: 'never' });
    expect(retryClass(999999, { httpStatus: 503 })).toEqual({ retry: 'later', slow: 'message' });
    expect(retryClass(999999, { httpStatus: 429 })).toEqual({ retry: 'later', slow: 'number' });
    expect(retryClass(999999, { httpStatus: 401 })).toEqual({ retry: 'reauth' });
    expect(retryClass(999999, { httpStatus: 403 })).toEqual({ retry: 'fix' });
    expect(retryClass(999999, { transient: true })).toEqual({ retry: 'later', slow: 'message' });
  });
});
