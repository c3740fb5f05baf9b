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

  // Every row of PROTOCOL §1.2 that says more than a name, by class; ranges by their ends.
  const later = (slow: string) => ({ retry: 'later', slow });
  const after = (afterMs: number) => ({ retry: 'after', afterMs });
  const minute = 60_000;
  const hour = 60 * minute;
  const classOf: [object, number[]][] = [
    [{ retry: 'reauth' }, [0, 190]],
    [later('message'), [1, 2, 131000, 131053, 135000, 139100, 139101, 139102, 139103]],
    [later('app'), [4]],
    [later('number'), [80007, 130429, 131016, 133004]],
    [later('pair'), [131056]],
    [after(minute), [131057]],
    [after(5 * minute), [133015]],
    [after(10 * minute), [134101]],
    [after(hour), [368, 613, 131048, 132069, 133008, 133009]],
    [after(3 * hour), [132015]],
    [after(24 * hour), [131049, 131064]],
    [after(72 * hour), [133016]],
    [{ retry: 'fix' }, [3, 10, 200, 299, 131005, 131030, 131031, 131037, 131042, 131044, 131045, 131059]],
    [{ retry: 'fix' }, [132001, 132068, 133000, 133005, 133006, 133010, 134011, 134102]],
    [{ retry: 'fix' }, [147001, 147005]],
    [{ retry: 'fix' }, [200005, 200007]],
    // Of calls it does not; nothing here rings again by itself.
    [{ retry: 'never' }, [138000, 138018]],
    [{ retry: 'never' }, [33, 100, 130472, 130497, 131008, 131009, 131020, 131021, 131026, 131041, 131047]],
    [{ retry: 'never' }, [131050, 131051, 131052, 131055, 131060, 131061, 131062, 131063, 131201, 131203]],
    [{ retry: 'never' }, [131215, 132000, 132005, 132007, 132008, 132012, 132016, 132018, 132021, 134100]],
    [{ retry: 'never' }, [137000, 139000, 139004, 1752041, 2388019, 2388040, 2388047, 2593079, 2593085]],
    [{ retry: 'never' }, [2388072, 2388073, 2388293, 2388299, 2593107, 2593108, 2593109]],
  ];

  test.each(classOf.flatMap(([expected, codes]) => codes.map((code) => [code, expected] as const)))(
    '%i',
    (code, expected) => {
      // The table wins over every hint: Meta's HTTP statuses are not to be relied on.
      expect(retryClass(code)).toEqual(expected);
      expect(retryClass(code, { httpStatus: 500, transient: true })).toEqual(expected);
    },
  );

  test('a code that nobody wrote down follows the status, and without one is final', () => {
    expect(retryClass(131014)).toEqual({ retry: 'never' });
    // The rows that are names only: moves of numbers, maintenance, In-App Signup.
    for (const code of [2388001, 2388012, 2388091, 2388093, 2388103, 2494100, 2494164, 2494179]) {
      expect(retryClass(code)).toEqual({ retry: 'never' });
      expect(retryClass(code, { httpStatus: 503 })).toEqual({ retry: 'later', slow: 'message' });
    }
    expect(retryClass(999999, { httpStatus: 400 })).toEqual({ retry: 'never' });
    expect(retryClass(999999, { httpStatus: 503 })).toEqual({ retry: 'later', slow: 'message' });
    expect(retryClass(999999, { httpStatus: 429 })).toEqual({ retry: 'later', slow: 'number' });
    expect(retryClass(999999, { httpStatus: 401 })).toEqual({ retry: 'reauth' });
    expect(retryClass(999999, { httpStatus: 403 })).toEqual({ retry: 'fix' });
    expect(retryClass(999999, { transient: true })).toEqual({ retry: 'later', slow: 'message' });
  });
});
