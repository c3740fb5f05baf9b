import { expect, test } from 'vitest';
import { judgeFile } from './media-limits.ts';

const mb = 1024 * 1024;

test.each([
  ['image/png', mb, { is: 'fine', kind: 'image' }],
  ['image/png', 6 * mb, { is: 'as-file', why: 'size', limit: 5 * mb }],
  ['image/gif', 10, { is: 'as-file', why: 'type' }],
  ['image/webp', 50_000, { is: 'fine', kind: 'sticker' }],
  ['video/mp4', 17 * mb, { is: 'as-file', why: 'size', limit: 16 * mb }],
  ['audio/ogg; codecs=opus', 10, { is: 'fine', kind: 'audio' }],
  ['application/pdf', 99 * mb, { is: 'fine', kind: 'document' }],
  ['', 10, { is: 'fine', kind: 'document' }],
  ['application/pdf', 101 * mb, { is: 'refused', why: 'too-large' }],
  ['text/plain', 0, { is: 'refused', why: 'empty' }],
])('%s of %d bytes', (type, size, judged) => {
  expect(judgeFile(type, size)).toMatchObject(judged);
});
