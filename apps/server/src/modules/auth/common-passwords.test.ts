import { hash } from 'bcryptjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessBits, passwordProblem } from './common-passwords.ts';
import { commonWords } from './common-words.ts';
import { isImported, verifyImported } from './imported-passwords.ts';

const words = fc.constantFrom(...[...commonWords].filter((word) => word.length >= 5));

describe('common passwords', () => {
  it('are refused, the well-known ones by name', () => {
    const known = [
      'password',
      'Password1!',
      'P@ssw0rd',
      'passw0rd123',
      '12345678',
      '123456789',
      '87654321',
      'qwertyuiop',
      '1qaz2wsx',
      '1q2w3e4r',
      'qweasdzxc',
      'a1b2c3d4',
      '11223344',
      'aaaaaaaa',
      'abcdefgh',
      'abcd1234',
      'iloveyou',
      'ILoveYou2',
      'football1',
      'letmein123',
      'welcome2024',
      'Summer2025!',
      'michael85',
      'drowssap',
      'contraseña',
      'teamo123',
      'habibi123',
      'jaimatadi',
      'flamengo10',
      '01011990',
      '19900101',
      'changeme',
      'correcthorse',
      'passwordpassword',
      'asdfasdf',
    ];
    expect(known.filter((password) => passwordProblem(password) === null)).toEqual([]);
  });

  it('stay refused whatever is done to a known word that everybody does', () => {
    const signs: Record<string, string> = { a: '@', e: '3', i: '1', o: '0', s: '$' };
    const mangled = fc
      .tuple(
        words,
        fc.constantFrom('', '1', '12', '123', '!', '1!', '2024', '1990', '7'),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([word, tail, capital, leet]) => {
        const text = leet ? [...word].map((char) => signs[char] ?? char).join('') : word;
        return (capital ? text[0]!.toUpperCase() + text.slice(1) : text) + tail;
      });
    fc.assert(fc.property(mangled, (password) => passwordProblem(password) !== null));
  });

  it('are also those made of the own name, address or workspace', () => {
    const context = {
      email: 'greta.lindqvist@example.org',
      name: 'Greta Lindqvist',
      workspace: 'Kvarnby AB',
    };
    for (const own of ['lindqvist1987', 'GretaLindqvist', 'kvarnby2026', 'L1ndqv1st!!', 'greta.lindqvist']) {
      expect([own, passwordProblem(own, context)]).toEqual([own, expect.stringContaining('your own')]);
      expect([own, passwordProblem(`${own}-quartz-bivouac`, context)]).toEqual([own, null]);
    }
    expect(passwordProblem('Chaski2026')).not.toBeNull();
  });

  it('are not those of a generator, nor sentences', () => {
    const made = fc.stringMatching(/^[a-z0-9]{12}$/).filter((text) => new Set(text).size > 7);
    fc.assert(fc.property(made, (password) => passwordProblem(password) === null));
    for (const good of [
      'the kettle sings at noon',
      'Tr7-vex-quomp',
      'मेरी नाव नीली है',
      'شجرة الزيتون القديمة',
    ]) {
      expect([good, passwordProblem(good)]).toEqual([good, null]);
    }
  });

  it('can be asked about with any text, of any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const problem = passwordProblem(text);
        return problem === null || problem.endsWith('.');
      }),
    );
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => Number.isFinite(guessBits(text))));
    expect(passwordProblem('x'.repeat(100_000))).toContain('1,024');
    expect(passwordProblem('short')).toContain('10');
  });
});

describe('imported passwords', () => {
  it('verify with the hash of another system, whatever it calls bcrypt', async () => {
    const stored = await hash('the kettle sings', 4);
    for (const version of ['2a', '2b', '2y']) {
      const renamed = stored.replace(/^\$2.\$/, `$${version}$`);
      expect(isImported(renamed)).toBe(true);
      expect(await verifyImported(renamed, 'the kettle sings')).toBe(true);
      expect(await verifyImported(renamed, 'the kettle sinks')).toBe(false);
    }
  });

  it('are no others, and none that would keep a core busy', async () => {
    const stored = await hash('x', 4);
    for (const other of [
      '',
      'x',
      stored.replace('$2b$', '$2x$'),
      stored.replace('$04$', '$03$'),
      stored.replace('$04$', '$16$'),
      stored.slice(0, -1),
      '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA',
    ]) {
      expect(isImported(other)).toBe(false);
      expect(await verifyImported(other, 'x')).toBe(false);
    }
    expect(isImported(null)).toBe(false);
  });
});
