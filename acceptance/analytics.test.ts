/** The figures of a team: what came and went is counted, shown, narrowed and taken along. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { deskOf, inviteColleague, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
const complaints: string[] = [];

const tile = (name: string) =>
  page
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd');

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  const maya = await somebody(product, 'Maya Lane', '442079460001', 'Where is my order?');
  const [thread] = (
    await list<{ id: string; contact: { displayName: string } }>(product, '/v1/conversations')
  ).filter(({ contact }) => contact.displayName === 'Maya Lane');
  const asking = await browser.newContext({ storageState: owner });
  const headers = { origin: product.ready.url };
  const answered = await asking.request.post(`${product.ready.url}/v1/messages`, {
    data: { conversationId: thread?.id, type: 'text', text: { body: 'On its way.' } },
    headers,
  });
  expect(answered.status(), await answered.text()).toBe(201);
  const { id } = (await answered.json()) as { id: string };
  await until(
    async () => ((await product.api(`/v1/messages/${id}`)).body as { status: string }).status === 'delivered',
    30_000,
    () => product.output(),
  );
  await maya.says('Thank you');
  const closed = await asking.request.post(`${product.ready.url}/v1/conversations/${thread?.id}/close`, {
    data: {},
    headers,
  });
  expect(closed.status(), await closed.text()).toBe(200);
  await asking.close();
  page = await deskOf(browser, product, owner, complaints);
  await page.goto(`${product.ready.url}/app/inbox`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('what was said and answered stands in the figures, by whom and over which number', async () => {
  await page.getByRole('link', { name: 'Analytics' }).click();
  await page.getByRole('heading', { name: 'Analytics', level: 1 }).waitFor();
  await expect.poll(() => tile('Sent').textContent()).toBe('1');
  // Each is counted by an event of its own.
  await expect.poll(async () => Number(await tile('Received').textContent())).toBeGreaterThanOrEqual(1);
  await expect.poll(() => tile('Delivered').textContent()).toBe('100%');
  await expect.poll(() => tile('First answer').textContent()).toMatch(/sec|min/);
  const numbers = page.getByRole('region', { name: 'Numbers', exact: true });
  await numbers
    .getByRole('row')
    .filter({ hasText: product.ready.numbers[0]?.displayPhoneNumber ?? '' })
    .waitFor();
  await page.getByRole('region', { name: 'Who wrote' }).getByText('People in the inbox').waitFor();
});

test('narrowed to another span and a member, the address says so and a reload keeps it', async () => {
  await page.getByText('7 days', { exact: true }).click();
  await page.waitForURL(/days=7/);
  await page.getByRole('combobox', { name: 'Member' }).click();
  await page.getByRole('option', { name: 'Operator' }).click();
  await page.waitForURL(/member=/);
  await expect.poll(() => tile('Received').textContent()).toBe('0');
  await page.reload();
  await expect.poll(() => tile('Sent').textContent()).toBe('1');
  await page.locator('button[aria-label="Clear: Member"]').click();
  await expect.poll(() => tile('Received').textContent()).not.toBe('0');
});

test('a table is taken along', async () => {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV: Messages a day' }).click();
  const text = (await Array.fromAsync(await (await waiting).createReadStream())).map(String).join('');
  expect(text.split('\r\n')[0]).toContain('key,received,sent');
  expect(text.trim().split('\r\n')).toHaveLength(8);
});

test('an agent is not offered the figures of the others', async () => {
  const agent = await inviteColleague(browser, product, owner, {
    name: 'Ana Ruiz',
    email: 'ana@example.com',
    password: 'a long enough secret 7',
  });
  const desk = await deskOf(browser, product, agent, complaints);
  await desk.goto(`${product.ready.url}/app/inbox`);
  await desk.getByRole('link', { name: 'Inbox' }).waitFor();
  expect(await desk.getByRole('link', { name: 'Analytics' }).count()).toBe(0);
  // The key to the whole simulator is for whoever started it.
  expect(await desk.getByRole('link', { name: 'Phones: be the customer' }).count()).toBe(0);
  await desk.context().close();
});

test('nothing complained, nothing asked another host', () => {
  expect(complaints).toEqual([]);
});
