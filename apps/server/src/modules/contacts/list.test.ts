import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessColumns, readPhone } from './list-columns.ts';
import { csvLine, decoded, delimiterOf, encodingOf, safeCell } from './list-text.ts';

describe('a list', () => {
  const text = 'nome;telefone\nJoão;+5511987654321\n';
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  it.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\ufeff${text}`)],
    ['utf-16le', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16le', Buffer.from(text, 'utf16le')],
    ['utf-16be', swapped(Buffer.from(`\ufeff${text}`, 'utf16le'))],
    ['utf-16be', swapped(Buffer.from(text, 'utf16le'))],
    ['windows-1252', Buffer.from(text, 'latin1')],
  ] as const)('in %s is read', async (encoding, bytes) => {
    expect(encodingOf(bytes)).toBe(encoding);
    let read = '';
    // Cut anywhere, also inside a letter.
    const parts = async function* () {
      for (const byte of bytes) yield Uint8Array.of(byte);
    };
    for await (const part of decoded(parts(), encoding)) read += part;
    expect(read).toBe(text);
  });

  it('is UTF-8 also when what was looked at ends inside a letter', () => {
    expect(encodingOf(Buffer.from('São Paulo, São').subarray(0, 14))).toBe('utf-8');
    expect(encodingOf(Buffer.from('Sã').subarray(0, 2))).toBe('utf-8');
  });

  it.each([
    [',', 'a,b,c\n1,2,3'],
    [';', 'name;phone;note\nAna;123;"a,b,c,d"\nBob;124;x'],
    ['\t', 'a\tb\n1,5\t2'],
    ['|', 'a|b\n1|2'],
    [',', 'phone\n123'],
  ])('cut by %j', (delimiter, text) => expect(delimiterOf(text)).toBe(delimiter));

  it('has headings in five languages, of many programs, and of the workspace', () => {
    const own = [
      {
        key: 'tier',
        label: 'Nível',
        type: 'text' as const,
        choices: [],
        createdAt: new Date(),
        updatedAt: new Date(),
      },
    ];
    const guess = (...headers: string[]) => guessColumns(headers, own);
    expect(guess('Phone Number', 'Full name', 'E-mail', 'Other')).toEqual([
      'phone',
      'name',
      'email',
      'ignore',
    ]);
    expect(guess('Teléfono', 'Nombre', 'Correo electrónico', 'Empresa')).toEqual([
      'phone',
      'name',
      'email',
      'company',
    ]);
    expect(guess('TELEFONE', 'nome', 'nivel')).toEqual(['phone', 'name', 'attribute:tier']);
    expect(guess('رقم الهاتف', 'الاسم')).toEqual(['phone', 'name']);
    expect(guess('मोबाइल', 'नाम', 'भाषा')).toEqual(['phone', 'name', 'language']);
    expect(guess('WhatsApp', 'mobile')).toEqual(['phone', 'ignore']);
  });

  it.each([
    ['(11) 98765-4321', 'BR', '5511987654321'],
    ['+1 650 555 0199', 'BR', '16505550199'],
    ['0016505550199', null, '16505550199'],
    ['5511987654321', 'BR', '5511987654321'],
    ['09876 543210', 'IN', '919876543210'],
    ['="+16505550199"', null, '16505550199'],
    ["'+16505550199", null, '16505550199'],
    ['\u202a+16505550199\u202c', null, '16505550199'],
    ['＋16505550199', 'DE', '16505550199'],
    ['٠٠١٦٥٠٥٥٥٠١٩٩', null, '16505550199'],
    ['०९८७६ ५४३२१०', 'IN', '919876543210'],
    ['1.65055E+10', 'US', null],
    ['12', 'US', null],
    ['call me', null, null],
  ])('reads the phone %s in %s as %s', (cell, country, wanted) => {
    const read = readPhone(cell, country);
    expect('digits' in read ? read.digits : null).toBe(wanted);
  });

  it('written by us runs in no spreadsheet and is read back as it was', () => {
    for (const cell of [
      '=1+1',
      '+cmd',
      '-2',
      '@sum',
      '\tx',
      '\rx',
      '\nx',
      '＝1+1',
      '＠sum',
      '=HYPERLINK("x")',
    ])
      expect(safeCell(cell)).toBe(`'${cell}`);
    expect(safeCell('+5511987654321')).toBe('+5511987654321');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 5 }), (cells) => {
        const [read] = parse(csvLine(cells), { relax_column_count: true }) as string[][];
        expect(read).toEqual(cells.map(safeCell));
        for (const cell of read!) expect(cell).not.toMatch(/^([=@\t\r-]|\+(?!\d{7,15}$))/);
      }),
    );
  });
});
