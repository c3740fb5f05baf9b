/** Away from the inbox: the service worker shows what is pushed, and a pressed notice opens the conversation. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
let cdp: CDPSession;
let conversationId = '';
let registrationId = '';
const complaints: string[] = [];

interface Shown {
  title: string;
  body: string;
  tag: string;
}
/** The worker, with the browser's own notices written down: a browser without a screen shows none. */
const worker = () => page.context().serviceWorkers()[0]!;
const shown = () => worker().evaluate<Shown[]>('self.shown');

/** What a push service brings to the browser, after the browser has decrypted it. */
async function push(notice: object): Promise<void> {
  await cdp.send('ServiceWorker.deliverPushMessage', {
    origin: product.ready.url,
    registrationId,
    data: JSON.stringify(notice),
  });
}

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  owner = await signInOwner(browser, product);
  await somebody(product, 'Maya Lane', '442079460001', 'Where is my order?');
  const threads = await list<{ id: string; contact: { displayName: string } }>(product, '/v1/conversations');
  conversationId = threads.find(({ contact }) => contact.displayName === 'Maya Lane')?.id ?? '';
  page = await deskOf(browser, product, owner, complaints);
  cdp = await page.context().newCDPSession(page);
  await page.goto(`${product.ready.url}/app/contacts`);
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    for (const one of registrations) {
      if (one.scopeURL.startsWith(product.ready.url)) registrationId = one.registrationId;
    }
  });
  await cdp.send('ServiceWorker.enable');
  await page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)");
  await until(
    () => registrationId !== '' && page.context().serviceWorkers().length > 0,
    30_000,
    () => 'no service worker is registered',
  );
  await worker().evaluate(`self.shown = []; self.registration.showNotification = async (title, { body, tag }) => {
    self.shown.push({ title, body, tag });
  }`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('the worker is served as one, and may serve the whole page', async () => {
  const answer = await fetch(`${product.ready.url}/sw.js`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(await page.evaluate('navigator.serviceWorker.ready.then(({ scope }) => scope)')).toBe(
    `${product.ready.url}/`,
  );
});

test('whoever looks at the page is not told; when nobody does the notice is shown, once a conversation', async () => {
  const notice = { title: 'Maya Lane', body: 'Where is my order?', conversationId };
  await page.bringToFront();
  await push(notice);
  expect(await shown()).toEqual([]);
  // Nobody looks: only the worker is left.
  await page.goto('about:blank');
  await push(notice);
  await push({ ...notice, body: 'Hello?' });
  await until(
    async () => (await shown()).length === 2,
    30_000,
    () => 'nothing is shown',
  );
  expect(await shown()).toEqual([
    { title: 'Maya Lane', body: 'Where is my order?', tag: conversationId },
    { title: 'Maya Lane', body: 'Hello?', tag: conversationId },
  ]);
});

test('a pressed notice opens its conversation in the page that is open', async () => {
  await page.goto(`${product.ready.url}/app/contacts`);
  await page.getByRole('link', { name: 'Inbox' }).waitFor();
  await worker().evaluate(`self.dispatchEvent(Object.assign(new ExtendableEvent('notificationclick'),
    { notification: { close() {}, data: { conversationId: '${conversationId}' } } }))`);
  await page.waitForURL(`**/app/inbox/${conversationId}?view=all`);
  await page.getByText('Where is my order?').first().waitFor();
});

test('nothing complained', () => {
  // The empty page has no storage for the language that desks begin with.
  expect(complaints.filter((one) => !one.includes('localStorage'))).toEqual([]);
});
