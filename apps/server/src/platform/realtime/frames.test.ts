import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packed } from './fanout.ts';
import { parseFrame, writeFrame } from './frames.ts';

test('arrays and objects say the same, and are answered in kind', () => {
  const object = Buffer.from('{"topic":"a:1","event":"phx_join","payload":{"x":1},"ref":"2","join_ref":"1"}');
  const array = Buffer.from('["1","2","a:1","phx_join",{"x":1}]');
  const frame = { joinRef: '1', ref: '2', topic: 'a:1', event: 'phx_join', payload: { x: 1 } };
  expect(parseFrame(object, false)).toEqual({ shape: 'object', ...frame });
  expect(parseFrame(array, false)).toEqual({ shape: 'array', ...frame });
  for (const shape of ['array', 'object'] as const) {
    const text = writeFrame(shape, '1', '2', 'a:1', 'phx_join', '{"x":1}');
    expect(parseFrame(Buffer.from(text), false)).toEqual({ shape, ...frame });
  }
});

test('binary frames of kind 3 are broadcasts', () => {
  const parts = ['1', '7', 'realtime:workspace:1', 'typing', ''];
  const frame = Buffer.concat([
    Buffer.from([3, ...parts.map((part) => part.length), 1]),
    Buffer.from(parts.join('')),
    Buffer.from('{"typing":true}'),
  ]);
  expect(parseFrame(frame, true)).toEqual({
    shape: 'array',
    joinRef: '1',
    ref: '7',
    topic: 'realtime:workspace:1',
    event: 'broadcast',
    payload: { type: 'broadcast', event: 'typing', payload: { typing: true } },
  });
  for (let length = 0; length < 44; length++) expect(parseFrame(frame.subarray(0, length), true)).toBeNull();
});

test('nothing that arrives throws', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.boolean(), (bytes, isBinary) => {
      parseFrame(Buffer.from(bytes), isBinary);
    }),
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      parseFrame(Buffer.from(text), false);
    }),
  );
});

test('what goes over NOTIFY fits, in order, and only what is too long alone is left out', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3_000, unit: 'grapheme' })), (texts) => {
      const messages = texts.map((text) => JSON.stringify(text));
      const payloads = packed('s'.repeat(36), messages, 7_900);
      for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
      const read = payloads.flatMap((payload) => JSON.parse(payload.slice(36)) as string[]);
      expect(read).toEqual(texts.filter((text) => Buffer.byteLength(JSON.stringify(text)) < 7_860));
    }),
  );
});
