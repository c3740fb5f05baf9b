import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mediaHeaders, safeFilename } from './headers.ts';
import { declaredKind, hexSha256, kindOf, mayKeep, maySend, mayStore, mediaLimits } from './rules.ts';
import { maxSeconds, signPath, verifyPath } from './signed-url.ts';
import { typeOf } from './sniff.ts';

const id = '0190a000-0000-7000-8000-000000000001';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
const webm = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex');
const script = '<script>alert(document.domain)</script>';
const zip = Buffer.concat([Buffer.from('504b0304140000000000', 'hex'), Buffer.alloc(60)]);
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF');

/** Files that want to be something else in a browser: bytes, declared type, name. */
const polyglots: [string, Buffer, string | null, string | null][] = [
  [
    'svg with onload',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    'image/svg+xml',
    'a.svg',
  ],
  ['svg named png', Buffer.from(`<?xml version="1.0"?><svg onload="alert(1)"></svg>`), 'image/png', 'a.png'],
  [
    'svg after a comment',
    Buffer.from('<!-- x --><svg><script>alert(1)</script></svg>'),
    'image/svg+xml',
    null,
  ],
  ['svg as text', Buffer.from('<svg onload=alert(1)>'), 'text/plain', 'a.txt'],
  ['html named jpg', Buffer.from(`<html>${script}</html>`), 'image/jpeg', 'photo.jpg'],
  ['html with doctype', Buffer.from(`<!DOCTYPE html>${script}`), 'text/html', 'a.html'],
  ['html as text', Buffer.from(`<html>${script}`), 'text/plain', 'a.txt'],
  ['html after spaces', Buffer.from(`   \n\t<html>${script}`), 'image/png', 'a.png'],
  ['html after a mark', Buffer.from(`\uFEFF<html>${script}`), 'text/plain', 'a.txt'],
  ['bare script', Buffer.from(script), 'application/javascript', 'a.js'],
  ['script as text', Buffer.from('alert(1)'), 'text/javascript', 'a.js'],
  ['gif with script', Buffer.concat([gif, Buffer.from(`/*${script}*/`)]), 'image/gif', 'a.gif'],
  ['gifar', Buffer.concat([gif, zip]), 'image/gif', 'a.gif'],
  ['png with script', Buffer.concat([png, Buffer.from(script)]), 'image/png', 'a.png'],
  ['jpeg with script', Buffer.concat([jpeg, Buffer.from(script)]), 'image/jpeg', 'a.jpg'],
  ['jpeg declared html', jpeg, 'text/html', 'a.html'],
  ['pdf with javascript', pdf, 'application/pdf', 'a.pdf'],
  ['pdf declared html', pdf, 'text/html', 'a.html'],
  [
    'xhtml',
    Buffer.from(`<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${script}</html>`),
    'application/xhtml+xml',
    'a.xhtml',
  ],
  [
    'xml with stylesheet',
    Buffer.from('<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>'),
    'text/xml',
    'a.xml',
  ],
  [
    'mhtml',
    Buffer.from('MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>'),
    'multipart/related',
    'a.mhtml',
  ],
  ['utf-7', Buffer.from('+ADw-script+AD4-alert(1)+ADw-/script+AD4-'), 'text/html; charset=utf-7', 'a.html'],
  ['utf-16 html', Buffer.from(`\uFEFF<html>${script}`, 'utf16le'), 'text/html', 'a.html'],
  ['zip', zip, 'application/zip', 'bomb.zip'],
  [
    'huge png header',
    Buffer.concat([png.subarray(0, 16), Buffer.from('0000753000007530', 'hex'), png.subarray(24)]),
    'image/png',
    'a.png',
  ],
  ['swf', Buffer.from('465753060000000000000000', 'hex'), 'application/x-shockwave-flash', 'a.swf'],
  ['nothing known', Buffer.from([1, 2, 3, 4]), 'text/html', 'a.html'],
  ['CRLF in the name', png, 'image/png', 'a.png\r\nset-cookie: x=1'],
  ['quotes in the name', png, 'image/png', `a";filename="evil.html`],
  ['turned name', png, 'image/png', 'photo\u202Egnp.exe'],
  ['path in the name', png, 'image/png', '../../../etc/passwd'],
  ['nul and surrogate', png, 'image/png', 'a\u0000\uD800.png'],
];

const inlineSafe = /^(image\/(jpeg|png|webp|gif)|audio\/[a-z0-9]+|video\/[a-z0-9]+)$/;
const downloads = /^(application\/(pdf|zip|octet-stream)|text\/(plain|csv); charset=utf-8)$/;

describe('files that want to be something else', () => {
  it.each(polyglots)('%s runs nowhere', async (_what, bytes, declared, name) => {
    const type = await typeOf(bytes, declared);
    const headers = mediaHeaders({ id, type, filename: name });
    const shown = headers['content-disposition']!.startsWith('inline;');
    expect(headers['content-type']).toMatch(
      shown ? inlineSafe : new RegExp(`${inlineSafe.source}|${downloads.source}`),
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-site');
    expect(headers['cache-control']).toBe('private, no-store');
    for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/);
    expect(headers['content-disposition']).toMatch(
      /^(inline|attachment); filename\*=UTF-8''[A-Za-z0-9%._~$&+!#^`|-]+$/,
    );
  });

  it('are counted', () => expect(polyglots.length).toBeGreaterThanOrEqual(30));

  it('have names that stay in their folder, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const name = safeFilename(given, id, null);
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}"'`\\/:*?<>|;]/u);
        expect(name).not.toMatch(/^\.|^$/);
        expect(Array.from(name).length).toBeLessThanOrEqual(150);
        encodeURIComponent(name);
      }),
    );
    expect(safeFilename('Rechnung März.pdf', id, null)).toBe('Rechnung März.pdf');
    expect(safeFilename('तस्वीर.png', id, null)).toBe('तस्वीर.png');
    expect(safeFilename('..', id, 'image/png')).toBe(`media-${id}.png`);
  });
});

describe('types and limits', () => {
  it('believes bytes, not names', async () => {
    expect(await typeOf(png, 'text/html')).toBe('image/png');
    expect(await typeOf(jpeg, null)).toBe('image/jpeg');
    expect(await typeOf(Buffer.from('a,b\n1,2\n'), 'text/csv')).toBe('text/csv');
    expect(await typeOf(Buffer.from('a\u0000b'), 'text/plain')).toBeNull();
    expect(await typeOf(Buffer.from('hello'), null)).toBeNull();
  });

  it('keeps what a kind allows and refuses programs', () => {
    expect(mayKeep('image', 'image/webp', 10)).toEqual({ ok: true });
    expect(mayKeep('image', 'text/html', 10).ok).toBe(false);
    expect(mayKeep('image', 'image/svg+xml', 10).ok).toBe(false);
    expect(mayKeep('document', 'text/html', 10).ok).toBe(true);
    expect(mayKeep('document', null, 10).ok).toBe(true);
    expect(mayKeep('document', 'application/x-msdownload', 10).ok).toBe(false);
    expect(mayKeep('document', null, 100 * 1024 * 1024 + 1).ok).toBe(false);
    expect(mayKeep('video', 'video/mp4', 0).ok).toBe(false);
  });

  it('sends within WhatsApp’s limits, to the byte', () => {
    const typical = {
      image: 'image/png',
      video: 'video/mp4',
      audio: 'audio/ogg',
      document: 'text/plain',
      sticker: 'image/webp',
    } as const;
    for (const [kind, limit] of Object.entries(mediaLimits) as [keyof typeof typical, number][]) {
      expect(maySend(kind, typical[kind], limit)).toEqual({ ok: true });
      expect(maySend(kind, typical[kind], limit + 1).ok).toBe(false);
    }
    expect(maySend('image', 'image/webp', 1).ok).toBe(false);
    expect([kindOf('image/jpeg'), kindOf('image/webp'), kindOf('text/plain'), kindOf(null)]).toEqual([
      'image',
      'sticker',
      'document',
      'document',
    ]);
    expect([declaredKind('Audio/OGG; codecs=opus'), declaredKind(null)]).toEqual(['audio', 'document']);
  });

  it.each([
    ['image/jpeg', 'image', jpeg],
    ['image/png', 'image', png],
    ['image/gif', 'image', gif],
    ['image/webp', 'sticker', Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1')],
    ['video/mp4', 'video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1')],
    // An .mpg is one of three: pictures alone, the box of a CD, that of a DVD.
    ['video/mpeg', 'video', Buffer.from('000001b3140f2014', 'hex')],
    ['video/mpeg', 'video', Buffer.from('000001ba2100010001800001', 'hex')],
    ['video/mpeg', 'video', Buffer.from('000001ba4400040004010189', 'hex')],
    ['video/quicktime', 'video', Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1')],
    ['video/webm', 'video', webm],
    ['application/pdf', 'document', pdf],
    [
      'application/msword',
      'document',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512)]),
    ],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'document', zip],
    [
      'application/vnd.ms-excel',
      'document',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512)]),
    ],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'document', zip],
    ['text/plain', 'document', Buffer.from('hello\n')],
    ['audio/mpeg', 'audio', Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(512)])],
    [
      'audio/ogg',
      'audio',
      Buffer.concat([
        Buffer.from('4f67675300020000', 'hex'),
        Buffer.alloc(18),
        Buffer.from('\x01\x13OpusHead', 'latin1'),
      ]),
    ],
    ['audio/wav', 'audio', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
    ['audio/webm', 'audio', webm],
  ] as const)('keeps %s as %s', async (declared, kind, bytes) => {
    const type = await typeOf(bytes, declared);
    expect(kindOf(type, bytes.length, declared)).toBe(kind);
    expect(mayStore(kind, type, bytes.length)).toEqual({ ok: true });
  });

  it('reads hashes as base64 and hex', () => {
    const hex = 'ab'.repeat(32);
    expect(hexSha256(hex.toUpperCase())).toBe(hex);
    expect(hexSha256(Buffer.from(hex, 'hex').toString('base64'))).toBe(hex);
    expect([hexSha256(''), hexSha256('zz'), hexSha256(null)]).toEqual([null, null, null]);
  });
});

describe('signed addresses', () => {
  const key = 'k'.repeat(32);
  const file = { workspaceId: '0190a000-0000-7000-8000-00000000000a', mediaId: id };
  const now = new Date('2026-11-20T12:00:00Z');
  const read = (path: string) => {
    const query = new URL(path, 'http://x').searchParams;
    return { ...file, exp: Number(query.get('exp')), sig: query.get('sig')! };
  };

  it('work until they end, five minutes at most', () => {
    const signed = read(signPath(key, file, now, 9999).path);
    expect(signed.exp).toBe(now.getTime() / 1000 + maxSeconds);
    expect(verifyPath(key, signed, now)).toBe(true);
    expect(verifyPath(key, signed, new Date(signed.exp * 1000 - 1))).toBe(true);
    expect(verifyPath(key, signed, new Date(signed.exp * 1000))).toBe(false);
  });

  it('are worth nothing changed', () => {
    const signed = read(signPath(key, file, now).path);
    const bad = [
      { ...signed, exp: signed.exp + 1 },
      { ...signed, workspaceId: id },
      { ...signed, mediaId: file.workspaceId },
      { ...signed, sig: '' },
      { ...signed, sig: signed.sig.slice(1) },
      {
        ...signed,
        sig: `A${signed.sig.slice(1)}` === signed.sig ? `B${signed.sig.slice(1)}` : `A${signed.sig.slice(1)}`,
      },
    ];
    for (const one of bad) expect(verifyPath(key, one, now)).toBe(false);
    expect(verifyPath('other'.repeat(8), signed, now)).toBe(false);
  });
});
