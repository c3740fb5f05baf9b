import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verify } from './verify.ts';

const secret = 'app-secret';
const raw = Buffer.from('{"object":"whatsapp_business_account","entry":[{"text":"\\u00e4 \\/"}]}');
const sign = (bytes: Uint8Array, key: string): string =>
  `sha256=${createHmac('sha256', key).update(bytes).digest('hex')}`;

describe('verify', () => {
  test('says which secret signed', () => {
    expect(verify(raw, sign(raw, secret), [secret])).toBe(0);
    expect(verify(raw, sign(raw, secret), ['old', secret, 'other'])).toBe(1);
    expect(verify(raw, sign(raw, secret), [secret, secret])).toBe(0);
    expect(verify(new Uint8Array(), sign(new Uint8Array(), secret), [secret])).toBe(0);
  });

  test('refuses: none configured, an empty secret, no header, several headers, other forms', () => {
    const header = sign(raw, secret);
    expect(verify(raw, header, [])).toBe(-1);
    expect(verify(raw, sign(raw, ''), [''])).toBe(-1);
    expect(verify(raw, undefined, [secret])).toBe(-1);
    expect(verify(raw, [header], [secret])).toBe(-1);
    expect(verify(raw, [header, header], [secret])).toBe(-1);
    const hex = header.slice('sha256='.length);
    for (const form of [
      hex,
      `sha1=${hex}`,
      ` ${header}`,
      `${header} `,
      `${header}\n`,
      `${header},${header}`,
      header.toUpperCase(),
      `sha256=${hex.toUpperCase()}`,
      `sha256=${hex}00`,
      `sha256=${hex.slice(2)}`,
      'sha256=',
      '',
    ]) {
      expect(verify(raw, form, [secret])).toBe(-1);
    }
  });

  test('1,000 changed signatures and 1,000 changed bodies are refused', () => {
    const header = sign(raw, secret);
    fc.assert(
      fc.property(fc.nat(header.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, c) => {
        fc.pre(header[at] !== c);
        return verify(raw, header.slice(0, at) + c + header.slice(at + 1), [secret]) === -1;
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const other = Buffer.from(raw);
        other[at] = (other[at] ?? 0) ^ flip;
        return verify(other, header, [secret]) === -1;
      }),
      { numRuns: 1000 },
    );
  });
});
