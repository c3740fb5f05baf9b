/** The database goes away under load: stopped by its operator, or without room on its disk. Nothing is lost or doubled. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startOwnPostgres } from './postgres.ts';
import { dataFolder, list, type Message, type Product, postgresPid, startProduct, until } from './product.ts';

/** A message from a person, as WhatsApp wraps it. */
function inbound(product: Product, id: string, text: string, from: string): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '102290129340398',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: {
                display_phone_number: '15550783881',
                phone_number_id: product.ready.numbers[0]?.phoneNumberId,
              },
              contacts: [{ profile: { name: 'Ana' }, wa_id: from }],
              messages: [
                {
                  from,
                  id,
                  timestamp: String(Math.floor(Date.now() / 1000)),
                  type: 'text',
                  text: { body: text },
                },
              ],
            },
          },
        ],
      },
    ],
  });
}

interface Load {
  /** Texts that were acknowledged. */
  taken: string[];
  refusals: { status: number; retryAfter: string | null }[];
  /** Stops making new ones; resolves when each that was begun is taken. */
  finish(): Promise<void>;
}

/** Webhooks all the time, each sent again until it is acknowledged, as WhatsApp does. */
function startLoad(product: Product, name: string): Load {
  const load: Omit<Load, 'finish'> = { taken: [], refusals: [] };
  let ending = false;
  let count = 0;
  async function sender(): Promise<void> {
    while (!ending) {
      const text = `${name} ${count++}`;
      // One each, so that each has its own reply: ten people in turn.
      const body = inbound(product, `wamid.${text.replace(' ', '.')}`, text, `1555000${1000 + (count % 10)}`);
      for (;;) {
        const answer = await product.webhook('/webhooks/cloud', body).catch(() => null);
        if (answer?.status === 200) break;
        if (answer)
          load.refusals.push({ status: answer.status, retryAfter: answer.headers.get('retry-after') });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      load.taken.push(text);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  }
  const senders = [sender(), sender()];
  return {
    ...load,
    async finish() {
      ending = true;
      await Promise.all(senders);
    },
  };
}

const texts = async (product: Product, direction: 'in' | 'out') =>
  (await list<Message>(product, `/v1/messages?direction=${direction}`)).map(
    ({ content }) => content.text?.body ?? '',
  );

/** Each acknowledged text is there once, and each got its one reply. */
async function holdsExactly(product: Product, taken: string[]): Promise<void> {
  let seen: string[] = [];
  let replies: string[] = [];
  await until(
    async () => {
      seen = await texts(product, 'in').catch(() => seen);
      replies = await texts(product, 'out').catch(() => replies);
      return seen.length >= taken.length && replies.length >= taken.length;
    },
    40_000,
    () =>
      `${taken.length} taken, ${seen.length} there, ${replies.length} replies:\n${product.output().slice(-4_000)}`,
  );
  expect([...seen].sort()).toEqual([...taken].sort());
  expect(replies).toHaveLength(taken.length);
  // Nothing arrived twice: what WhatsApp's side brought to the phones.
  let arrived: unknown[] = [];
  for (let i = 0; i < 10; i += 1) {
    const said = (await product.simulator(`/_sim/transcript?phone=1555000${1000 + i}`)) as {
      messages: { id: string }[];
    };
    arrived = arrived.concat(said.messages);
  }
  expect(arrived.length).toBeLessThanOrEqual(taken.length);
}

test('a managed PostgreSQL, where we are no superuser, is stopped and started under load', async () => {
  const [own, folder] = await Promise.all([startOwnPostgres(15), dataFolder()]);
  try {
    const product = await startProduct({ dataDir: folder.path, env: { DATABASE_URL: own.url } });
    const load = startLoad(product, 'line');
    const grown = async (by: number) => {
      const from = load.taken.length;
      await until(
        () => load.taken.length >= from + by,
        30_000,
        () => `no webhook is taken:\n${product.output().slice(-4_000)}`,
      );
    };
    await grown(15);
    for (let round = 0; round < 2; round += 1) {
      const refused = load.refusals.length;
      await own.halt();
      await until(
        () => load.refusals.length > refused + 2,
        30_000,
        () => 'a webhook was taken without a database',
      );
      expect((await product.api('/readyz')).status).toBe(503);
      await own.resume();
      await grown(15);
    }
    await load.finish();
    for (const { status, retryAfter } of load.refusals) {
      expect(status).toBe(503);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    await holdsExactly(product, load.taken);
    expect(await product.stop()).toBe(0);
  } finally {
    await folder.remove();
    await own.stop();
  }
});

/** A small disk of its own for the data folder; null where this user may not mount one. */
function mountSmallDisk(path: string, megabytes: number): (() => void) | null {
  mkdirSync(path, { recursive: true });
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', path]);
  if (made.status !== 0) return null;
  return () => void spawnSync('umount', ['-l', path]);
}

/** Writes until there is no room left. */
function fill(file: string): void {
  const handle = openSync(file, 'w');
  try {
    for (const size of [1 << 20, 1 << 12]) {
      try {
        for (;;) writeSync(handle, Buffer.alloc(size, 1));
      } catch {
        // no room for a piece of this size
      }
    }
  } finally {
    closeSync(handle);
  }
}

test('no room on the disk of the embedded database: 503 until there is, then everything goes on by itself', async (context) => {
  const folder = await dataFolder();
  const umount = mountSmallDisk(folder.path, 320);
  if (umount === null) {
    await folder.remove();
    context.skip('this user may not mount a small disk: what a full one does was not proved here');
    return;
  }
  try {
    const product = await startProduct({ dataDir: folder.path });
    const load = startLoad(product, 'line');
    const grown = async (by: number) => {
      const from = load.taken.length;
      await until(
        () => load.taken.length >= from + by,
        40_000,
        () => `no webhook is taken:\n${product.output().slice(-4_000)}`,
      );
    };
    await grown(15);
    const ballast = join(folder.path, 'ballast');
    fill(ballast);
    await until(
      () => load.refusals.length > 10,
      40_000,
      () => `the full disk was not noticed after ${load.taken.length}:\n${product.output().slice(-2_000)}`,
    );
    rmSync(ballast);
    await grown(30);
    await load.finish();
    for (const { status, retryAfter } of load.refusals) {
      expect(status).toBe(503);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    await holdsExactly(product, load.taken);
    expect(await product.stop()).toBe(0);
  } finally {
    const left = postgresPid(folder.path);
    if (left !== null) process.kill(left, 'SIGQUIT');
    // Before the folder: one that is a disk cannot be removed.
    umount();
    await folder.remove();
  }
});
