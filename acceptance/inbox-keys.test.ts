/**
 * The inbox by keyboard alone: from row to row, into the box and out of it, sent, closed, and taken back.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
const complaints: string[] = [];
const soon = { timeout: 20_000 };
const names = ['Uma', 'Ivo', 'Eda', 'Zoe'];

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([
    startProduct({ dataDir: folder.path, env: { RATE_LIMIT_AUTH: 'off' } }),
    openBrowser(),
  ]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  for (const [at, name] of names.entries()) {
    await somebody(product, name, `1555040000${at}`, `I am ${name}`);
  }
  // With a label there is something to choose in the panel beside the thread.
  await product.api('/v1/labels', { body: { name: 'vip', colour: '#0b7a75' } });
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(complaints.splice(0)).toEqual([]);
});

/** The list of the four, in the order that `order` gives: by the first time they wrote they never change places. */
async function desk(path = '?order=oldest'): Promise<Page> {
  const page = await deskOf(browser, product, owner, complaints);
  await page.goto(`${product.ready.url}/app/inbox${path}`);
  await page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').first().waitFor(soon);
  return page;
}

const head = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor(soon);
const press = (page: Page, key: string) => page.keyboard.press(key);
const focused = (page: Page) =>
  page.evaluate<string | null>("document.activeElement?.getAttribute('aria-label') ?? null");
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const idOf = async (name: string) => {
  const rows = await list<{ id: string; contact: { displayName: string } }>(product, '/v1/conversations');
  return rows.find(({ contact }) => contact.displayName === name)?.id ?? '';
};
const statusOf = async (name: string) =>
  ((await product.api(`/v1/conversations/${await idOf(name)}`)).body as { status: string }).status;

test('every key goes on working beside a panel whose fields have lists', async () => {
  const page = await desk();
  await press(page, 'KeyJ');
  await head(page, 'Uma');
  await page.getByRole('button', { name: 'Add: Labels of the person' }).waitFor(soon);
  await press(page, 'KeyJ');
  await head(page, 'Ivo');
  await press(page, 'KeyK');
  await head(page, 'Uma');
  await press(page, 'KeyX');
  await page.getByRole('checkbox', { name: 'Select Uma' }).and(page.locator(':checked')).waitFor(soon);
  await press(page, 'Escape');
  for (const key of ['KeyM', 'KeyA']) {
    await press(page, key);
    await page.getByRole('menu').waitFor(soon);
    await press(page, 'Escape');
    await page.getByRole('menu').waitFor({ ...soon, state: 'detached' });
  }
});

test('closing leaves one where one was; it can be taken back', async () => {
  const page = await desk();
  for (const name of ['Uma', 'Ivo', 'Eda']) {
    await press(page, 'KeyJ');
    await head(page, name);
  }
  await press(page, 'KeyE');
  const closed = page.getByRole('alert').filter({ hasText: 'Closed: Eda' });
  // While the mouse is on it, it stays.
  await closed.hover(soon);
  // It lies over nothing that one types in, in a narrow window too.
  const clear = async () => {
    const [notice, box] = await Promise.all([closed.boundingBox(), field(page).boundingBox()]);
    return notice && box ? notice.y + notice.height <= box.y : null;
  };
  await expect.poll(clear, soon).toBe(true);
  await press(page, 'KeyJ');
  await head(page, 'Zoe');
  await closed.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => statusOf('Eda'), soon).toBe('open');
});

test('Escape leaves the box and keeps what was begun: the next key is a command', async () => {
  const page = await desk(`/${await idOf('Ivo')}?order=oldest`);
  await field(page).waitFor(soon);
  await press(page, 'KeyL');
  await expect.poll(() => focused(page), soon).toBe('Your message');
  await page.keyboard.type('Half a thought');
  await press(page, 'Escape');
  await press(page, 'KeyP');
  await expect.poll(() => focused(page), soon).toBe('Your note');
  await press(page, 'Escape');
  await press(page, 'KeyL');
  await expect.poll(() => focused(page), soon).toBe('Your message');
  expect(await field(page).inputValue()).toBe('Half a thought');
});

test('a press on Note or Reply leads into the box; an arrow key only chooses', async () => {
  const page = await desk(`/${await idOf('Ivo')}?order=oldest`);
  const mode = page.getByRole('radiogroup', { name: 'To whom' });
  await mode.getByText('Note', { exact: true }).click(soon);
  await expect.poll(() => focused(page), soon).toBe('Your note');
  await mode.getByText('Reply', { exact: true }).click();
  await expect.poll(() => focused(page), soon).toBe('Your message');
  await mode.getByRole('radio', { name: 'Reply' }).focus();
  await press(page, 'ArrowRight');
  await page.getByRole('textbox', { name: 'Your note' }).waitFor(soon);
  expect(await mode.getByRole('radio', { name: 'Note' }).evaluate((at) => at.matches(':focus'))).toBe(true);
});

test('Ctrl+Enter sends; with Shift it closes too, and says how to take that back', async () => {
  const page = await desk(`/${await idOf('Zoe')}?order=oldest`);
  await field(page).fill('Sent only');
  await field(page).press('Control+Enter');
  await page.locator('article[data-message]', { hasText: 'Sent only' }).waitFor(soon);
  expect(await statusOf('Zoe')).toBe('open');
  await field(page).fill('Sent and done');
  await field(page).press('Control+Shift+Enter');
  const closed = page.getByRole('alert').filter({ hasText: 'Closed: Zoe' });
  await closed.hover(soon);
  await page.locator('article[data-message]', { hasText: 'Sent and done' }).waitFor(soon);
  await expect.poll(() => statusOf('Zoe'), soon).toBe('closed');
  await closed.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => statusOf('Zoe'), soon).toBe('open');
});

test('Ctrl+K says with whom it was said', async () => {
  await until(
    async () => {
      const { body } = await product.api('/v1/search?type=messages&q=%22I+am+Eda%22');
      return (body as { messages: unknown[] }).messages.length === 1;
    },
    30_000,
    () => 'the words are not found',
  );
  const page = await desk();
  await press(page, 'Control+KeyK');
  await page.getByRole('combobox').fill('"I am Eda"');
  await page.getByRole('option').filter({ hasText: 'Eda:' }).waitFor(soon);
});

test('Ctrl+K leads to every place and page of the navigation', async () => {
  const page = await desk();
  for (const [name, path] of [
    ['Home', '/app'],
    ['Campaigns', '/app/campaigns'],
    ['Settings: API keys', '/app/settings/api-keys'],
    ['Operator: Health', '/app/operator/health'],
  ]) {
    await page.getByRole('navigation', { name: 'Chaski' }).waitFor(soon);
    await press(page, 'Control+KeyK');
    await page
      .getByRole('combobox', { name: 'Find people, messages, notes, campaigns, templates, pages' })
      .fill(name!);
    await page.getByRole('option', { name: name!, exact: true }).click(soon);
    await page.waitForURL((url) => url.pathname === path, soon);
    await page.getByRole('dialog').waitFor({ ...soon, state: 'detached' });
  }
});

test('Ctrl+K finds campaigns and templates by their names', async () => {
  const { body } = await product.api('/v1/campaigns', { body: { name: 'Spring parcels' } });
  const [template] = await list<{ id: string; name: string }>(product, '/v1/templates');
  const page = await desk();
  for (const [words, path] of [
    ['spring PAR', `/app/campaigns/${(body as { id: string }).id}`],
    [template?.name, `/app/templates/${template?.id}`],
  ]) {
    await page.getByRole('navigation', { name: 'Chaski' }).waitFor(soon);
    await press(page, 'Control+KeyK');
    await page.getByRole('combobox').fill(words!);
    await page
      .getByRole('group', { name: /^(Campaigns|Templates)$/ })
      .getByRole('option')
      .first()
      .click(soon);
    await page.waitForURL((url) => url.pathname === path, soon);
    await page.getByRole('dialog').waitFor({ ...soon, state: 'detached' });
  }
});

test('Ctrl+K: a template is found by its name however it is written, not by its text; what failed is said', async () => {
  const templates = await list<{ name: string }>(product, '/v1/templates');
  const name = templates.map((one) => one.name).find((one) => one.includes('_')) ?? '';
  const page = await desk();
  await press(page, 'Control+KeyK');
  const words = page.getByRole('combobox');
  const found = page.getByRole('group', { name: 'Templates' }).getByRole('option');
  await words.fill(`  ${name.replaceAll('_', ' ').toUpperCase()} `);
  await found.filter({ hasText: name }).first().waitFor(soon);
  await page.route('**/v1/templates?*', (route) =>
    route.fulfill({ status: 503, json: { error: { code: 'unheard_of', message: 'Templates are away.' } } }),
  );
  await words.fill('qqzzqq');
  await page.getByRole('dialog').getByRole('status').getByText('Templates are away.').waitFor(soon);
  complaints.splice(0);
});

test('a slash where there are no quick replies says where they are made', async () => {
  const page = await desk(`/${await idOf('Ivo')}?order=oldest`);
  await field(page).fill('/');
  await page.getByRole('status').getByRole('link', { name: 'Make one' }).waitFor(soon);
  await field(page).fill('');
  await page.getByRole('link', { name: 'Make one' }).waitFor({ ...soon, state: 'detached' });
});

test('the audit says in words what was done, by whom, and leads there', async () => {
  const page = await desk();
  await product.api(`/v1/conversations/${await idOf('Uma')}/close`, { body: {} });
  await page.goto(`${product.ready.url}/app/settings/audit`);
  const line = page.getByRole('listitem').filter({ hasText: 'A conversation was closed' }).first();
  await line.getByRole('link', { name: 'Conversation' }).click();
  await head(page, 'Uma');
});

test.each([1200, 1280, 1400, 1920])('at %i px the thread is no narrow column', async (width) => {
  const page = await desk(`/${await idOf('Uma')}?order=oldest`);
  await page.setViewportSize({ width, height: 800 });
  const thread = page.getByRole('region', { name: 'Conversation', exact: true });
  await thread.waitFor(soon);
  await expect.poll(async () => (await thread.boundingBox())?.width ?? 0, soon).toBeGreaterThanOrEqual(480);
});
