/**
 * The first five minutes: the first command in an empty folder, the printed phone page, "hi", the reply and its ticks,
 * `kill -9` in mid-conversation, the same command again.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import {
  type Contact,
  dataFolder,
  freePort,
  isAlive,
  list,
  type Message,
  type Product,
  startProduct,
  until,
} from './product.ts';

const reply = 'thanks for reaching us\n- team Demo';
/** Its text on the phone, where the second line is a list's: lines are blocks, and the mark is drawn. */
const shown = 'thanks for reaching usteam Demo';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let browser: Browser;

beforeAll(async () => {
  folder = await dataFolder();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('hi, reply, ticks, kill -9, everything is there, and it goes on', async () => {
  // The same ports again, as with the defaults: the address in the browser stays good.
  const ports = { args: ['--port', String(await freePort())], simulator: String(await freePort()) };
  const start = () =>
    startProduct({ dataDir: folder.path, args: ports.args, env: { SIMULATOR_PORT: ports.simulator } });

  const before = await start();
  const printed = phoneAddress(before);
  const first = await openPhone(printed);
  await say(first.page, 'hi');
  await heard(first.page, 1, before);
  await ticked(first.page, 'hi');
  const [answer] = await answers(before);
  expect(answer?.content.text?.body).toBe(reply);
  await until(
    async () => ['delivered', 'read'].includes((await answers(before))[0]?.status ?? ''),
    30_000,
    () => `the reply's statuses did not come back:\n${before.output()}`,
  );
  expect(first.complaints).toEqual([]);
  expect(first.strangers).toEqual([]);
  const messagesBefore = await list<Message>(before, '/v1/messages');
  const contactsBefore = await list<Contact>(before, '/v1/contacts');
  expect(messagesBefore.length).toBe(2);
  expect(contactsBefore.map(({ phone }) => phone)).toEqual(['15550001001']);

  // The phone has sent it; whether anybody has answered is left to chance.
  await say(first.page, 'are you there?');
  before.signalGroup('SIGKILL');
  await before.exited;
  await until(
    () => !isAlive(before.ready.pids.app),
    30_000,
    () => 'the app outlived SIGKILL',
  );
  await first.page.close();

  const after = await start();
  expect(phoneAddress(after)).toBe(printed);
  const { pids: _old, ...credentials } = before.ready;
  expect(after.ready).toMatchObject(credentials);

  const messagesAfter = new Map((await list<Message>(after, '/v1/messages')).map((one) => [one.id, one]));
  for (const { id, direction, content } of messagesBefore) {
    expect(messagesAfter.get(id)).toMatchObject({ direction, content });
  }
  expect((await list<Contact>(after, '/v1/contacts')).map(({ id }) => id)).toEqual(
    contactsBefore.map(({ id }) => id),
  );

  const second = await openPhone(printed);
  await until(
    async () => (await said(second.page)).includes('are you there?'),
    30_000,
    () => 'the chat is gone from the phone',
  );
  expect((await said(second.page)).slice(0, 2)).toEqual(['hi', shown]);
  await ticked(second.page, 'are you there?');
  // Each message is answered once. Only a send that was cut off on its way may stay without an answer, and then it says so.
  await until(
    async () => {
      const all = await answers(after);
      return (
        all.length === 2 && all.every(({ status }) => ['delivered', 'read', 'unconfirmed'].includes(status))
      );
    },
    30_000,
    () => `the message of before the kill has no answer:\n${after.output()}`,
  );
  const known = (await answers(after)).filter(({ status }) => status !== 'unconfirmed').length;

  await say(second.page, 'still there?');
  await heard(second.page, known + 1, after);
  await ticked(second.page, 'still there?');
  await until(
    async () => (await answers(after)).length === 3,
    30_000,
    () => after.output(),
  );
  expect((await said(second.page)).filter((text) => text !== shown)).toEqual([
    'hi',
    'are you there?',
    'still there?',
  ]);
  expect((await said(second.page)).filter((text) => text === shown).length).toBe(known + 1);
  expect(second.complaints).toEqual([]);
  expect(second.strangers).toEqual([]);
  expect(await after.stop('SIGINT')).toBe(0);
});

/** As a person reads it from the terminal. */
function phoneAddress(product: Product): string {
  return /^ *Phones? +(http\S+)/m.exec(product.output())?.[1] ?? '';
}

async function openPhone(
  address: string,
): Promise<{ page: Page; complaints: string[]; strangers: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== new URL(address).origin && !['data:', 'blob:'].includes(url.protocol))
      strangers.push(url.href);
  });
  await page.goto(address);
  await page.getByRole('button', { name: /Ana Quispe/ }).click();
  await page.locator('textarea.input').waitFor();
  return { page, complaints, strangers };
}

/** Types it and waits until it stands in the chat. */
async function say(page: Page, text: string): Promise<void> {
  await page.locator('textarea.input').fill(text);
  await page.locator('textarea.input').press('Enter');
  await page.locator('li.own .bubble', { hasText: text }).waitFor();
}

/** Until `count` replies stand in the chat. */
async function heard(page: Page, count: number, product: Product): Promise<void> {
  await until(
    async () => (await said(page)).filter((text) => text === shown).length >= count,
    30_000,
    () => `reply ${count} did not arrive:\n${product.output()}`,
  );
}

/** Two ticks: our server has it. */
async function ticked(page: Page, text: string): Promise<void> {
  const row = page.locator('li.own', { hasText: text });
  await until(
    async () => ['delivered', 'read'].includes((await row.getAttribute('data-tick')) ?? ''),
    30_000,
    () => `"${text}" has no second tick`,
  );
}

/** What stands in the bubbles, top to bottom, without time and ticks. */
function said(page: Page): Promise<string[]> {
  // Text, because it runs in the page and our types know no browser.
  return page.evaluate<string[]>(`[...document.querySelectorAll('li.row .bubble')].map((bubble) => {
    const copy = bubble.cloneNode(true);
    for (const extra of copy.querySelectorAll('.meta, .reactions')) extra.remove();
    return copy.textContent.trim();
  })`);
}

/** Automatic replies as the API knows them, oldest first. */
async function answers(product: Product): Promise<Message[]> {
  return (await list<Message>(product, '/v1/messages'))
    .filter(({ direction }) => direction === 'out')
    .reverse();
}
