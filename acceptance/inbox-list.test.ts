/**
 * The list of conversations, as two agents have it at the same time: what one does the other sees without asking.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, inviteColleague, type Phone, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
/** Two people, two browsers. */
let ann: Page;
let bea: Page;
const phones: Phone[] = [];
const complaints: string[] = [];
const soon = 30_000;

const rows = (page: Page) => page.getByRole('region', { name: 'Conversations' }).getByRole('listitem');
const row = (page: Page, name: string) => rows(page).filter({ hasText: name });
const count = (page: Page, view: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).first();

/** What the highest row says: rows are placed, their order in the page says nothing. */
async function topOf(page: Page): Promise<string> {
  const found = await Promise.all(
    (await rows(page).all()).map(async (one) => ({
      y: (await one.boundingBox())?.y ?? 0,
      text: await one.innerText(),
    })),
  );
  return found.sort((a, b) => a.y - b.y)[0]?.text ?? '';
}

/** The badge beside a view. */
async function counts(page: Page, view: string, wanted: number): Promise<void> {
  await until(
    async () => new RegExp(`\\D${wanted}$|^\\D*${wanted}\\D*$`).test(await count(page, view).innerText()),
    soon,
    () => `${view} does not come to ${wanted}`,
  );
}

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([
    startProduct({ dataDir: folder.path, env: { RATE_LIMIT_AUTH: 'off' } }),
    openBrowser(),
  ]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  const colleague = await inviteColleague(browser, product, owner, {
    name: 'Bea',
    email: 'bea@example.com',
    password: 'correct horse battery 9',
  });
  for (const [at, name] of ['Uma', 'Ivo', 'Eda', 'Zoe'].entries()) {
    phones.push(await somebody(product, name, `1555020000${at}`, `I am ${name}`));
  }
  ann = await deskOf(browser, product, owner, complaints);
  bea = await deskOf(browser, product, colleague, complaints);
  await ann.goto(`${product.ready.url}/app/inbox`);
  await bea.goto(`${product.ready.url}/app/inbox`);
  await row(ann, 'Uma').waitFor();
  await row(bea, 'Uma').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('a message moves its conversation to the top and raises the counts, for both, without a reload', async () => {
  await counts(ann, 'Open', 4);
  await phones[0]?.says('are you there?');
  for (const page of [ann, bea]) {
    await until(
      async () => (await rows(page).allInnerTexts()).some((text) => text.includes('are you there?')),
      soon,
      () => 'the new words are not in the list',
    );
    await until(
      async () => (await topOf(page)).includes('are you there?'),
      soon,
      () => 'it is not at the top',
    );
  }
  phones.push(await somebody(product, 'Kim', '15550200009', 'somebody new'));
  await row(bea, 'Kim').waitFor({ timeout: soon });
  await counts(ann, 'Open', 5);
});

test('of two who take a conversation at once one has it, and the other learns who', async () => {
  for (const page of [ann, bea]) {
    await row(page, 'Zoe').getByRole('link').click();
    await page.getByRole('button', { name: 'Take it' }).waitFor();
  }
  // Both have pressed before the server hears of either: else the slower one sees the button go.
  let pressed = 0;
  for (const page of [ann, bea]) {
    await page.route('**/claim', async (route) => {
      pressed += 1;
      await until(
        () => pressed === 2,
        soon,
        () => 'only one has pressed',
      );
      await route.continue();
    });
  }
  await Promise.all([ann, bea].map((page) => page.getByRole('button', { name: 'Take it' }).click()));
  const loser = await Promise.any(
    [ann, bea].map(async (page) => {
      await page.getByText('has taken this conversation').waitFor({ timeout: soon });
      return page;
    }),
  );
  for (const page of [ann, bea]) await page.unroute('**/claim');
  const winner = loser === ann ? bea : ann;
  await winner.goto(`${product.ready.url}/app/inbox?view=mine`);
  await row(winner, 'Zoe').waitFor();
  await loser.goto(`${product.ready.url}/app/inbox?view=mine`);
  await loser.getByText('Nothing is yours right now').waitFor();
});

test('J and K walk the list by their place on the keyboard, and can be turned off', async () => {
  await ann.goto(`${product.ready.url}/app/inbox`);
  await row(ann, 'Uma').waitFor();
  // By name: what else the row says changes as it is read.
  const current = async () =>
    (await rows(ann).locator('a[aria-current=page]').getAttribute('aria-label'))?.split(',')[0];
  await ann.keyboard.press('KeyJ');
  await until(
    async () => (await rows(ann).locator('a[aria-current=page]').count()) === 1,
    soon,
    () => 'J chose nobody',
  );
  const first = await current();
  await ann.keyboard.press('KeyJ');
  await until(
    async () => (await current()) !== first,
    soon,
    () => 'J did not go on',
  );
  await ann.keyboard.press('KeyK');
  await until(
    async () => (await current()) === first,
    soon,
    () => 'K did not go back',
  );

  await ann.keyboard.press('Shift+Slash');
  const sheet = ann.getByRole('dialog', { name: 'Keys' });
  await sheet.getByText('Next conversation').waitFor();
  await sheet.getByRole('switch', { name: 'Single keys' }).uncheck({ force: true });
  await ann.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  const before = ann.url();
  await ann.keyboard.press('KeyJ');
  // The palette has a modifier, so it still comes; it proves that the key before it was heard and left alone.
  await ann.keyboard.press('Control+KeyK');
  await ann.getByRole('dialog', { name: 'Find or go' }).waitFor();
  expect(ann.url()).toBe(before);
  await ann.keyboard.press('Escape');
  await ann.evaluate(`localStorage.removeItem('chaski-single-keys')`);
});

test('filters stand in the address: they survive a reload, and back takes them off; one saved is there again', async () => {
  await ann.goto(`${product.ready.url}/app/inbox`);
  await ann.getByRole('button', { name: 'Filters and order' }).click();
  await ann.getByRole('checkbox', { name: 'Waiting for an answer only' }).check();
  await ann.waitForURL(/waiting=true/);
  await ann.getByLabel('Save this list as').fill('Who waits');
  await ann.getByRole('button', { name: 'Save', exact: true }).click();
  const saved = ann.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Who waits' });
  await saved.waitFor();
  await ann.reload();
  await ann.getByRole('button', { name: 'Filters and order, 1 set' }).waitFor();
  await ann.goBack();
  await ann.waitForURL((url) => !url.search.includes('waiting'));
  await saved.click();
  await ann.waitForURL(/waiting=true/);
  await ann.getByPlaceholder('Find by name or number').fill('Ivo');
  await ann.waitForURL(/q=Ivo/);
  await until(
    async () => (await rows(ann).count()) === 1,
    soon,
    () => 'the search found not just Ivo',
  );
  // Names and numbers are what this finds; what was said is found by the same words elsewhere.
  await ann.getByRole('button', { name: 'Search messages for' }).click();
  const over = ann.getByRole('dialog', { name: 'Find or go' });
  expect(await over.getByRole('combobox').inputValue()).toBe('Ivo');
  await ann.keyboard.press('Escape');
  await over.waitFor({ state: 'detached' });
  await ann.getByPlaceholder('Find by name or number').press('Enter');
  expect(await over.getByRole('combobox').inputValue()).toBe('Ivo');
  await ann.keyboard.press('Escape');
  await over.waitFor({ state: 'detached' });
});

test('the view of mentions shows the note that names one, and when; not what was said last', async () => {
  const origin = product.ready.url;
  const ask = async <Body>(page: Page, path: string, data?: object): Promise<Body> => {
    const sent = await page.request.fetch(origin + path, {
      method: data ? 'POST' : 'GET',
      headers: { origin },
      ...(data ? { data } : {}),
    });
    return (await sent.json()) as Body;
  };
  const { person } = await ask<{ person: { id: string } }>(ann, '/v1/auth/me');
  const { data } = await ask<{ data: { id: string; contact: { displayName: string } }[] }>(
    bea,
    '/v1/conversations',
  );
  const kim = data.find(({ contact }) => contact.displayName === 'Kim');
  await ann.goto(`${origin}/app/inbox?view=mentions`);
  await ann.getByText('Nobody mentioned you').waitFor();
  await ask(bea, `/v1/conversations/${kim?.id}/notes`, {
    text: '@Operator, please\ncall her back',
    mentions: [person.id],
  });
  await row(ann, 'Kim')
    .locator('[data-mention]', { hasText: 'please call her back' })
    .waitFor({ timeout: soon });
  await row(ann, 'Kim')
    .getByText(/^\u2068Bea\u2069:$/)
    .waitFor();
  expect(await row(ann, 'Kim').getByText('somebody new').count()).toBe(0);
  // From every page and at every width, until one has looked.
  await ann.setViewportSize({ width: 1000, height: 800 });
  await ann.goto(`${origin}/app/contacts`);
  const rail = ann.getByRole('navigation', { name: 'Chaski' });
  await rail.getByRole('link', { name: 'Inbox: 1 unread mention' }).click();
  await ann.getByRole('link', { name: 'A colleague mentioned you in 1 conversation' }).click();
  await ann.waitForURL(/view=mentions/);
  await row(ann, 'Kim').getByRole('link').first().click();
  await rail.getByRole('link', { name: 'Inbox', exact: true }).waitFor();
  await ann.setViewportSize({ width: 1400, height: 800 });
});

test('many are closed at once, and back again; the colleague sees them go', async () => {
  await ann.goto(`${product.ready.url}/app/inbox`);
  await bea.goto(`${product.ready.url}/app/inbox`);
  await row(bea, 'Eda').waitFor();
  await row(ann, 'Eda').waitFor();
  const bar = ann.getByRole('toolbar', { name: 'For the selected conversations' });
  const closeBoth = async () => {
    await row(ann, 'Eda').getByRole('checkbox').check({ force: true });
    await row(ann, 'Ivo').getByRole('checkbox').check({ force: true });
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Close' }).click();
  };
  await closeBoth();
  const told = ann.getByRole('alert').filter({ hasText: '2 conversations changed.' });
  await told.getByRole('button', { name: 'Undo' }).click();
  for (const name of ['Eda', 'Ivo']) await row(ann, name).waitFor({ timeout: soon });
  await closeBoth();
  await told.waitFor();
  for (const page of [ann, bea]) {
    await row(page, 'Eda').waitFor({ state: 'detached', timeout: soon });
    await row(page, 'Ivo').waitFor({ state: 'detached', timeout: soon });
    await counts(page, 'Closed', 2);
  }
});

test('everybody can read it: light and dark, left to right and right to left, by eye or by ear', async () => {
  for (const [language, colorScheme] of [
    ['en', 'light'],
    ['ar', 'dark'],
  ] as const) {
    const page = await deskOf(browser, product, owner, complaints, { language, colorScheme });
    await page.goto(`${product.ready.url}/app/inbox?view=all`);
    await page.locator('li a[href*="/app/inbox/"]').first().click();
    await page.getByRole('complementary').waitFor();
    expect(await flaws(page)).toEqual([]);
    await page.context().close();
  }
  expect(complaints).toEqual([]);
});
