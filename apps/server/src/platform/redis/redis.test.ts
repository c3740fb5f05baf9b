import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../test/harness.ts';
import { redisDouble, redisProcess, redisServer, type TestRedis } from '../../../test/redis.ts';
import { openRedis, type Redis } from './index.ts';
import { RedisError, type Reply, readReply, writeCommand } from './resp.ts';

const log = pino({ level: 'silent' });
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function connected(url: string, to = log): Promise<Redis> {
  const redis = await openRedis(url, to);
  open.push(redis);
  return redis;
}

describe('RESP', () => {
  const wire = (reply: Reply): string => {
    if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(wire).join('')}`;
    if (reply === null) return '$-1\r\n';
    if (reply instanceof RedisError) return `-${reply.message}\r\n`;
    return typeof reply === 'number' ? `:${reply}\r\n` : `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  };
  const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
  const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
    reply: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('reply'), { maxLength: 4 })),
  }));

  test('replies are read whole, however they are cut', () => {
    fc.assert(
      fc.property(reply, fc.nat(), (one, cut) => {
        const bytes = Buffer.from(wire(one));
        expect(readReply(bytes, 0)).toEqual({ reply: one, next: bytes.length });
        const part = bytes.subarray(0, cut % bytes.length);
        expect(readReply(part, 0)).toBeNull();
      }),
    );
  });

  test('commands are read as they were written, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (command) => {
        expect(readReply(Buffer.from(writeCommand(command)), 0)?.reply).toEqual(command);
      }),
    );
  });

  test('errors are told from texts, and what is no RESP is refused', () => {
    expect(readReply(Buffer.from('-ERR no\r\n'), 0)?.reply).toBeInstanceOf(RedisError);
    expect(readReply(Buffer.from('+OK\r\n'), 0)?.reply).toBe('OK');
    expect(() => readReply(Buffer.from('HTTP/1.1 400\r\n'), 0)).toThrow('not how Redis answers');
  });
});

const servers: [string, (() => Promise<TestRedis>) | null][] = [
  ['a double', () => redisDouble()],
  // Skipped by name where the program is not installed.
  ['redis-server', redisServer ? () => redisProcess(redisServer!) : null],
];

describe.each(servers)('%s', (_name, start) => {
  test.skipIf(start === null)(
    'counts in one go, tells others, and comes back',
    async () => {
      const server = await start!();
      open.push(server);
      const [one, two] = [await connected(server.url), await connected(server.url)];
      const key = one.key('n');
      const count = () =>
        one.together([
          ['SET', key, '0', 'PX', '60000', 'NX'],
          ['INCRBY', key, '3'],
          ['PTTL', key],
        ]);
      expect((await count())[1]).toBe(3);
      const [, used, left] = await count();
      expect(used).toBe(6);
      expect(left).toSatisfy((ms: number) => ms > 0 && ms <= 60_000);
      await expect(one.together([['NONSENSE']])).rejects.toBeInstanceOf(RedisError);
      expect((await count())[1]).toBe(9);

      const heard: string[] = [];
      one.subscribe('words', (message) => void heard.push(message));
      await until('it listens', () => {
        two.publish('words', 'hello, wörld');
        return heard.length > 0;
      });
      expect(new Set(heard)).toEqual(new Set(['hello, wörld']));
      expect(two.publish('elsewhere', 'x')).toBe(true);

      let backs = 0;
      one.onBack(() => {
        backs += 1;
      });
      await server.down();
      await until('the loss is known', () => !one.isConnected() && !two.isConnected());
      await expect(count()).rejects.toThrow('not connected');
      expect(two.publish('words', 'lost')).toBe(false);
      await server.up();
      await until('both are back', () => one.isConnected() && two.isConnected() && backs > 0);
      expect((await count())[1]).toBe(3);
      const before = heard.length;
      await until('it listens again', () => {
        two.publish('words', 'again');
        return heard.length > before;
      });
      expect(heard).not.toContain('lost');
    },
    20_000,
  );
});

test('whoever begins to listen while a connection comes back is heard too', async () => {
  const server = await redisDouble();
  open.push(server);
  const [one, two] = [await connected(server.url), await connected(server.url)];
  await server.down();
  await until('the loss is known', () => !one.isConnected() && !two.isConnected());
  const heard = new Set<number>();
  let listening = 0;
  const up = server.up();
  // The first of them at least listens before it is back, however fast that is.
  do {
    const n = listening++;
    one.subscribe(`words-${n}`, () => void heard.add(n));
    await new Promise((resolve) => setTimeout(resolve, 1));
  } while (!one.isConnected());
  await up;
  await until('the other is back', () => two.isConnected());
  await until('all are heard', () => {
    for (let n = 0; n < listening; n++) if (!heard.has(n)) two.publish(`words-${n}`, 'x');
    return heard.size === listening;
  });
});

test('a password is needed, is given, and is in no log', async () => {
  const server = await redisDouble(Date.now, 's3cret&');
  open.push(server);
  const lines: string[] = [];
  const noisy = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const good = await connected(server.url.replace('//', '//:s3cret%26@').concat('/2'), noisy);
  expect(good.isConnected()).toBe(true);
  expect(good.key('x')).toBe('chaski:2:x');
  const wrong = await connected(server.url.replace('//', '//:other-word@'), noisy);
  expect(wrong.isConnected()).toBe(false);
  expect(lines.join('')).toContain('WRONGPASS');
  expect(lines.join('')).not.toMatch(/s3cret|other-word/);
});

test('an address where nobody answers holds nothing up', async () => {
  const redis = await connected('redis://127.0.0.1:1');
  expect(redis.isConnected()).toBe(false);
  await expect(redis.together([['PING']])).rejects.toThrow('not connected');
});
