/** A template as a lead makes one: written, its mistake named, reviewed by WhatsApp, sent to a person. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { deskOf, inviteColleague, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, type Product, startProduct } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
let address = '';
const complaints: string[] = [];
const soon = { timeout: 30_000 };
beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  await somebody(product, 'Maya Lane', '442079460001', 'Where is my parcel?');
  page = await deskOf(browser, product, owner, complaints);
  await page.goto(`${product.ready.url}/app/inbox`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

const shot = async (of: Page, name: string) => {
  if (process.env.CHASKI_SHOTS)
    await of.screenshot({ path: `${process.env.CHASKI_SHOTS}-${name}.png`, fullPage: true });
};
const phone = () => page.getByRole('complementary', { name: 'As it will be seen' });

/** What WhatsApp's reviewers decide. */
async function review(name: string, decision: Record<string, unknown>): Promise<void> {
  const state = (await product.simulator('/_sim/state')) as {
    accounts: { id: string; templates: string[] }[];
  };
  const account = state.accounts.find(({ templates }) => templates.some((one) => one.startsWith(`${name} `)));
  await product.simulator(`/_sim/templates/${name}`, { accountId: account?.id, ...decision });
}

test('a template is written; what WhatsApp would refuse is said at its field', async () => {
  await page.getByRole('link', { name: 'Templates' }).click();
  await page.getByRole('link', { name: 'New template' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).focus();
  await page.getByRole('textbox', { name: 'Name', exact: true }).blur();
  await page.getByText('Give it a name.').waitFor();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Parcel is here');
  await expect
    .poll(() => page.getByRole('textbox', { name: 'Name', exact: true }).inputValue())
    .toBe('parcel_is_here');
  const text = page.getByRole('textbox', { name: 'Text', exact: true });
  await text.fill('Your parcel is here, ');
  await page.getByRole('button', { name: 'Add a variable: Text' }).click();
  await expect.poll(() => text.inputValue()).toBe('Your parcel is here, {{1}}');
  await page.getByLabel('Example for {{1}}').fill('Ana');
  await page.getByText('Must not begin or end with a variable').waitFor();
  await page.getByRole('button', { name: 'Submit for review' }).click();
  await page.getByText('WhatsApp would refuse this for 1 reason').waitFor();
  await expect
    .poll(() => text.evaluate((field) => field === field.ownerDocument.activeElement), soon)
    .toBe(true);
  await shot(page, 'mistake');
  await text.fill('Hello {{1}}, your parcel is here.');
  await page.getByLabel('Example for {{1}}').fill('Ana');
  await phone().getByText('Hello Ana, your parcel is here.').waitFor();
  await page.getByRole('button', { name: 'Add a button' }).click();
  await page.getByRole('menuitem', { name: 'Open a page' }).click();
  const button = page.getByRole('group', { name: /^Button 1/ });
  await button.getByLabel('Words on the button').fill('Follow it');
  await button.getByLabel('Address').fill('https://example.com/parcels');
  await phone().getByText('Follow it').waitFor();
  await shot(page, 'editor');
});

test('it is submitted, and that it is approved is seen without looking again', async () => {
  await page.getByRole('button', { name: 'Submit for review' }).click();
  await page.getByRole('heading', { name: 'parcel_is_here', level: 1 }).waitFor();
  // What becomes of it stands at the top.
  await expect.poll(() => page.locator('#main').evaluate((main) => main.scrollTop), soon).toBe(0);
  address = page.url();
  const state = page.locator('main [aria-live]').first();
  await state.getByText('In review').waitFor(soon);
  await page.getByText('The simulator approves it by itself within a minute', { exact: false }).waitFor(soon);
  await review('parcel_is_here', { status: 'APPROVED' });
  await state.getByText('Approved').waitFor(soon);
  await review('parcel_is_here', { category: 'MARKETING' });
  await page.getByText('WhatsApp made this template marketing').waitFor(soon);
  await shot(page, 'one');
});

test('it is sent from the composer to a person', async () => {
  await page.getByRole('link', { name: 'Inbox' }).click();
  await page
    .getByRole('link', { name: /^Maya Lane/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Template, buttons or list' }).click();
  await page.getByRole('menuitem', { name: 'Template' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^parcel_is_here/ }).click();
  await dialog.getByRole('textbox', { name: 'Text: 1' }).fill('Maya');
  await dialog.getByRole('button', { name: 'Send' }).click();
  const sent = page.locator('article[data-status]', { hasText: 'Hello Maya, your parcel is here.' });
  await expect.poll(() => sent.getAttribute('data-status'), soon).toBe('delivered');
});

test('a draft is saved, a copy of it made, and thrown away', async () => {
  await page.goto(address);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click();
  await page.getByRole('heading', { name: 'parcel_is_here_2', level: 1 }).waitFor();
  await page.getByRole('textbox', { name: 'Footer' }).fill('Parcels Ltd');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByRole('link', { name: /^Back to/ }).click();
  // The editor has a phone and a footer too.
  await page.getByRole('region', { name: 'Versions' }).waitFor();
  await phone().getByText('Parcels Ltd').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Discard the draft' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard the draft' }).click();
  await page.waitForURL('**/app/templates');
  const rows = page.getByRole('list', { name: 'Templates' });
  await rows.getByRole('link', { name: 'parcel_is_here', exact: true }).waitFor();
  await expect.poll(() => rows.getByText('parcel_is_here_2').count(), soon).toBe(0);
});

test('whoever may not write templates reads them and is offered no more', async () => {
  const agent = await inviteColleague(browser, product, owner, {
    name: 'Ben Agent',
    email: 'ben@example.com',
    password: 'templates are read 1',
  });
  const desk = await deskOf(browser, product, agent, complaints);
  await desk.goto(`${address}/edit`);
  await desk.waitForURL(address);
  await desk.getByRole('heading', { name: 'parcel_is_here', level: 1 }).waitFor();
  await desk.getByRole('region', { name: 'Versions' }).getByText('Submitted').waitFor();
  expect(await desk.getByRole('link', { name: 'Edit' }).count()).toBe(0);
  expect(await desk.getByRole('button', { name: 'More' }).count()).toBe(0);
  await desk.goto(`${product.ready.url}/app/templates/new`);
  await desk.waitForURL('**/app/templates');
  await desk.getByRole('link', { name: 'parcel_is_here', exact: true }).waitFor();
  expect(await desk.getByRole('link', { name: 'New template' }).count()).toBe(0);
  await desk.context().close();
});

test('nothing complained, nothing asked another host', () => {
  expect(complaints).toEqual([]);
});
