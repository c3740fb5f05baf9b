/**
 * Accounts in a real browser: credentials that go in and are never seen again, a YCloud key whose address registers
 * itself, what is said when that fails, and a number under it that somebody writes to from a simulated phone.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { type Folder, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];
const key = 'mock_ycloud_front_desk';

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([
    startProduct({ dataDir: folder.path, env: { RATE_LIMIT_AUTH: 'off', RATE_LIMIT_ANONYMOUS: 'off' } }),
    openBrowser(),
  ]);
  context = await open({});
  page = await context.newPage();
  watch(page);
  await signIn(page);
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

const url = (path: string) => `${product.ready.url}${path}`;
const row = (name: string) =>
  page.getByRole('list', { name: 'Accounts' }).locator('> li').filter({ hasText: name });

async function add(name: string, fill: (dialog: ReturnType<Page['getByRole']>) => Promise<void>) {
  await page.goto(url('/app/settings/accounts'));
  await page.getByRole('button', { name: 'Add an account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Provider').click();
  await page.getByRole('option', { name: 'YCloud' }).click();
  await dialog.getByLabel('Name').fill(name);
  await fill(dialog);
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function more(name: string, item: string): Promise<void> {
  await row(name)
    .getByRole('button', { name: `More about ${name}` })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('a YCloud key is written and not seen again; its address is registered and can be copied', async () => {
  await add('Front desk', async (dialog) => {
    await dialog.getByLabel('YCloud API key', { exact: true }).fill(key);
  });
  await row('Front desk').getByText('webhooks arrive').waitFor();
  const address = await row('Front desk').getByLabel('Webhook address').inputValue();
  expect(address).toMatch(/\/webhooks\/ycloud\/[\w-]{10,}$/);
  const kept = await fetch(`${product.ready.simulatorUrl}/v2/webhookEndpoints`, {
    headers: { 'X-API-Key': key },
  });
  expect(((await kept.json()) as { items: { url: string }[] }).items.map((one) => one.url)).toEqual([
    address,
  ]);
  expect(await page.content()).not.toContain(key);
  const { body } = await product.api('/v1/accounts');
  expect(JSON.stringify(body)).not.toContain(key);
});

test('a number under it: somebody writes from the phone, and is answered through YCloud', async () => {
  await more('Front desk', 'Add a number');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Number').fill('not a number');
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  await dialog.getByText('write it like +15550783881').waitFor();
  await dialog.getByLabel('Number').fill('+1 555 000 1601');
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  await dialog.getByText('The number is active: write from it.').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  const numbers = page.getByRole('list', { name: 'Numbers of Front desk' });
  await numbers.getByText('+15550001601').waitFor();
  await numbers.getByText('active', { exact: true }).waitFor();

  const { person } = (await product.simulator('/_sim/people', { name: 'Noor', phone: '15550009601' })) as {
    person: { id: string };
  };
  await product.simulator(`/_sim/people/${person.id}/messages`, {
    numberId: '+15550001601',
    type: 'text',
    text: 'Is somebody there?',
  });
  const answered = async () => {
    const { messages } = (await product.simulator('/_sim/transcript?phone=15550009601')) as {
      messages: { from: string }[];
    };
    return messages.some(({ from }) => from === '+15550001601');
  };
  await until(answered, 30_000, () => `no answer on the phone:\n${product.output().slice(-2000)}`);
});

test('the operator suspends the number; its account says so and why', async () => {
  await page.goto(url('/app/operator/numbers'));
  await page.getByText('All', { exact: true }).click();
  const theirs = page.getByRole('listitem').filter({ hasText: '+15550001601' });
  await theirs.getByRole('button', { name: 'Suspend' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('The papers are missing.');
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await theirs.getByText('suspended').waitFor();
  await page.goto(url('/app/settings/accounts'));
  const numbers = page.getByRole('list', { name: 'Numbers of Front desk' });
  await numbers.getByText('suspended').waitFor();
  await numbers.getByText('The papers are missing.').waitFor();
});

test('when YCloud refuses, the reason stands there, and asking again helps; an unused account can go', async () => {
  await product.simulator('/_sim/faults', { id: 'token_expired', probability: 1 });
  await add('Night shift', async (dialog) => {
    await dialog.getByLabel('YCloud API key', { exact: true }).fill('mock_ycloud_night');
  });
  await row('Night shift').getByText('webhooks are not subscribed').waitFor();
  await row('Night shift').getByText('The API key is missing or wrong.').waitFor();
  await product.simulator('/_sim/faults', { id: 'token_expired', count: 0 });
  await more('Night shift', 'Subscribe again');
  await row('Night shift').getByText('webhooks arrive').waitFor();
  await more('Night shift', 'Remove the account');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the account' }).click();
  await row('Night shift').waitFor({ state: 'detached' });
});

test('a secret that was made by hand is given with the key, and new credentials later', async () => {
  await add('By hand', async (dialog) => {
    await dialog.getByLabel('YCloud API key', { exact: true }).fill('mock_ycloud_by_hand');
    await dialog.getByLabel('Webhook secret', { exact: true }).fill('whsec_pasted_1');
  });
  await row('By hand').getByText('webhooks set up by hand').waitFor();
  await row('By hand').getByText('secret kept').waitFor();
  await more('By hand', 'New credentials');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Webhook secret', { exact: true }).fill('whsec_pasted_2');
  await dialog.getByRole('button', { name: 'Check and save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain('whsec_pasted');
});

test('no page broke a policy, asked another host or threw', () => {
  expect(complaints).toEqual([]);
});

async function open(options: {
  colorScheme?: 'light' | 'dark';
  locale?: string;
  viewport?: { width: number; height: number };
}): Promise<BrowserContext> {
  const made = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 900 }, ...options });
  made.setDefaultTimeout(30_000);
  return made;
}

async function signIn(on: Page): Promise<void> {
  await on.goto(url('/login'));
  await on.locator('input[type=email]').fill(product.ready.operatorEmail);
  await on.locator('input[autocomplete=current-password]').fill(product.ready.operatorPassword);
  await on.keyboard.press('Enter');
  await on.waitForURL('**/app/inbox');
}

function watch(one: Page): void {
  one.on('pageerror', (error) => complaints.push(error.message));
  one.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  one.on('request', (request) => {
    const asked = new URL(request.url());
    const ours = new URL(product.ready.url).origin;
    if (asked.origin !== ours && !['data:', 'blob:'].includes(asked.protocol)) complaints.push(asked.href);
  });
}
