import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { qrCode } from './qr.ts';

/** Of a grid, row by row. */
const print = (text: string) =>
  createHash('sha256')
    .update(
      qrCode(text)
        .map((row) => row.map(Number).join(''))
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16);

const ofAnApp =
  'otpauth://totp/Chaski:aisha%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Chaski';

describe('a QR code', () => {
  // Each of these grids, and those of every third length up to 400, was read back by an independent decoder once.
  test.each([
    ['hi', 21, '81240590f3a630b0'],
    [ofAnApp, 41, 'bcd8b737abc4b1b4'],
    ['x'.repeat(300), 69, 'a6c4c99a50e77d18'],
  ])('of %s is the one that was read', (text, size, grid) => {
    expect(qrCode(text)).toHaveLength(size);
    expect(print(text)).toBe(grid);
  });

  test('of too long a text is refused, not cut', () => {
    expect(() => qrCode('x'.repeat(413))).toThrow(RangeError);
  });
});
