/** Groups of contacts as a lead makes them, and addresses that nobody writes to. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner } from './desk.ts';
import { type Folder, type Product, startProduct } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
const complaints: string[] = [];
const soon = 30_000;

const row = (name: string) => page.getByRole('table').getByRole('row').filter({ hasText: name });
const builder = () => page.getByRole('dialog', { name: /segment/i });
const pick = async (field: ReturnType<Page['getByRole']>, option: string) => {
  await field.click();
  await page.getByRole('option', { name: option, exact: true }).click();
};

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  const contact = (phone: string, name: string, language: string) =>
    product.api('/v1/contacts', { method: 'POST', body: { phone, name, language } });
  await contact('+55 11 98765 4321', 'Ana Souza', 'pt-BR');
  await contact('+55 21 98765 4321', 'Bento Lima', 'es');
  await contact('+44 20 7946 0001', 'Cora Lane', 'en');
  owner = await signInOwner(browser, product);
  page = await deskOf(browser, product, owner, complaints);
  await page.goto(`${product.ready.url}/app/contacts`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('a segment is built with groups in groups, counted while one builds, saved and shown', async () => {
  await row('Cora Lane').waitFor({ timeout: soon });
  await page.getByRole('button', { name: 'New segment' }).click();
  const dialog = builder();
  await dialog.getByText('Fill in what is missing.').waitFor();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Brazil, not Spanish');
  const value = dialog.getByLabel('Value', { exact: true });
  await value.first().fill('br');
  await value.first().press('Enter');
  await dialog.getByText('2 contacts now').waitFor({ timeout: soon });
  await dialog.getByRole('button', { name: 'Group', exact: true }).click();
  const inner = dialog.getByRole('group', { name: 'Any of these' });
  await inner.getByRole('button', { name: 'Condition', exact: true }).click();
  await pick(inner.getByRole('combobox', { name: 'What it is about' }), 'Language');
  await inner.getByLabel('Value', { exact: true }).fill('es');
  await inner.getByLabel('Value', { exact: true }).press('Enter');
  await dialog.getByText('1 contact now').waitFor({ timeout: soon });
  await pick(inner.getByRole('combobox', { name: 'How the conditions combine' }), 'None of these');
  await dialog.getByRole('group', { name: 'None of these' }).waitFor();
  expect(await flaws(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached', timeout: soon });
  await page.waitForURL(/segment=/);
  await row('Ana Souza').waitFor({ timeout: soon });
  await row('Bento Lima').waitFor({ state: 'detached', timeout: soon });
  await row('Cora Lane').waitFor({ state: 'detached', timeout: soon });
  const campaign = page.getByRole('link', { name: 'Start a campaign' });
  expect(await campaign.getAttribute('href')).toMatch(/^\/app\/campaigns\/new\?segment=[0-9a-f-]{36}$/);
});

test('it is changed, and deleted', async () => {
  await page.getByRole('button', { name: 'Change the segment' }).click();
  const dialog = builder();
  await dialog.getByRole('group', { name: 'None of these' }).waitFor();
  await dialog.getByRole('button', { name: 'Remove the group' }).click();
  await dialog.getByText('2 contacts now').waitFor({ timeout: soon });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Brazil');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row('Bento Lima').waitFor({ timeout: soon });
  await page.getByRole('button', { name: 'Change the segment' }).click();
  await builder().getByRole('button', { name: 'Remove', exact: true }).click();
  const question = page.getByRole('dialog', { name: 'Remove Brazil' });
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await row('Cora Lane').waitFor({ timeout: soon });
});

test('addresses are put on the suppression list, found in another writing, and taken off', async () => {
  await page.goto(`${product.ready.url}/app/settings/suppressions`);
  await page.getByText('Nothing stands on the list.').waitFor({ timeout: soon });
  await page.getByRole('button', { name: 'Add addresses' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add addresses' });
  await dialog.getByRole('textbox', { name: 'Phone numbers' }).fill('+55 11 98765 4321\nnobody');
  await dialog.getByRole('textbox', { name: 'Reason or proof' }).fill('a letter');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('1 line is no phone number.').waitFor({ timeout: soon });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('textbox', { name: 'Find an address' }).fill('55 11 8765 4321');
  await page.getByText('+5511987654321').waitFor({ timeout: soon });
  await page.getByText('a letter').waitFor();
  const said = await product.api('/v1/can-send?to=551187654321');
  expect(said.body).toMatchObject({ verdict: 'blocked', code: 'suppressed' });
  expect(await flaws(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove +5511987654321' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('This address is not on the list.').waitFor({ timeout: soon });
  expect(complaints).toEqual([]);
});
