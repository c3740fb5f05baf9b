import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../platform/errors.ts';
import { fileAt, pathOf, phoneOf } from './rules.ts';

const refusal = (ask: () => unknown): AppError | null => {
  try {
    ask();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
};

it('a chat id, + digits and digits are one number, however they are spaced', () => {
  const phones = fc.stringMatching(/^[1-9]\d{4,14}$/);
  fc.assert(
    fc.property(phones, (digits) => {
      for (const to of [
        digits,
        `+${digits}`,
        `${digits}@c.us`,
        `${digits}@C.US`,
        `+${digits.slice(0, 2)} ${digits.slice(2)}`,
      ]) {
        expect(phoneOf(to)).toBe(digits);
      }
      expect(refusal(() => phoneOf(`${digits}@g.us`))).toMatchObject({
        code: 'groups_not_supported',
        status: 422,
      });
    }),
  );
});

it('anything else is refused as a request that is not valid, never otherwise', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const error = refusal(() => expect(phoneOf(text)).toMatch(/^\d{5,15}$/));
      if (error) expect(['invalid_request', 'groups_not_supported']).toContain(error.code);
    }),
  );
});

it('a path is the file it was made for; any other is no file', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect([fileAt(pathOf(id)), fileAt(`/${pathOf(id)}`), fileAt(id)]).toEqual([id, id, id]);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (path) => {
      expect(refusal(() => fileAt(`${path}/x`))).toMatchObject({ status: 404 });
    }),
  );
  for (const path of [
    '../secrets.json',
    'media/../../etc/passwd',
    'other/00000000-0000-4000-8000-000000000000',
  ]) {
    expect(
      refusal(() => fileAt(path)),
      path,
    ).toMatchObject({ status: 404 });
  }
});
