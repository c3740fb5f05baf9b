/** Contacts as a team keeps them: lists come in and go out, two that are one become one, words are found in any writing. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
const complaints: string[] = [];
const soon = 30_000;

const rows = () => page.getByRole('table').getByRole('row');
const row = (name: string) => rows().filter({ hasText: name });

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  page = await deskOf(browser, product, owner, complaints);
  await page.goto(`${product.ready.url}/app/contacts`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('a list with a bad row is imported: what is wrong is said before and after, and can be taken along', async () => {
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a list' });
  const text =
    'Number,Full name,Firm,Shoe size\n+44 20 7946 0001,Maya,Lane Ltd,39\nnonsense,Nobody,None,\n+44 20 7946 0002,Omar Reed,,44\n+442079460001,Maya Lane,,\n';
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await dialog.getByText('4 rows were checked.').waitFor();
  await dialog.getByText('Row 3 is left out: this is not a phone number.').waitFor();
  await dialog.getByText('Rows 2 and 5: what row 5 says counts.').waitFor();
  await dialog.getByText(/^Columns left out: .Firm. and .Shoe size.\.$/).waitFor();
  // What the headings could not say, a person says.
  await dialog.getByRole('combobox', { name: 'Firm' }).click();
  await page.getByRole('option', { name: 'Company', exact: true }).click();
  // What no field holds gets one of its own, made on the way.
  await dialog.getByRole('combobox', { name: 'Shoe size' }).click();
  await page.getByRole('option', { name: /^New attribute/ }).click();
  await dialog.getByText('A new attribute is made when the import starts.').waitFor();
  // The server makes it the first time; none of its answers arrives. Pressed again, there is one.
  let asked = 0;
  await page.route('**/v1/contact-attributes', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    if (asked++ === 0) await route.fetch();
    await route.abort();
  });
  await dialog.getByRole('button', { name: 'Start the import' }).click();
  await dialog.getByText('The server does not answer').waitFor({ timeout: soon });
  await page.unroute('**/v1/contact-attributes');
  await dialog.getByRole('button', { name: 'Start the import' }).click();
  await dialog.getByText(/^4 rows: 2 created, .* 1 left out\.$/).waitFor({ timeout: soon });
  const waiting = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download the report' }).click();
  const report = await (await waiting).createReadStream();
  const lines = (await Array.fromAsync(report)).map(String).join('');
  expect(lines).toContain('row,field,reason,skipped');
  expect(lines).toMatch(/^3,phone,/m);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await row('Maya Lane').getByText('Lane Ltd').waitFor();
  const people = await list<{ name: string; attributes: Record<string, unknown> }>(product, '/v1/contacts');
  expect(people.find(({ name }) => name === 'Omar Reed')?.attributes).toEqual({ shoe_size: '44' });
});

test('however much is wrong in a list, the buttons stand in the window', async () => {
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a list' });
  const text = `phone,name\n${Array.from({ length: 40 }, (_, n) => `nonsense,Nobody ${n}\n`).join('')}`;
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'wrong.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await dialog.getByText('Row 41 is left out').waitFor();
  for (const name of ['Cancel', 'Start the import']) {
    const box = await dialog.getByRole('button', { name }).boundingBox();
    expect(box, name).not.toBeNull();
    expect((box?.y ?? 0) + (box?.height ?? 0), name).toBeLessThan(page.viewportSize()?.height ?? 0);
  }
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
});

test('what is shown can be exported', async () => {
  await page.getByPlaceholder('Find by name, number, e-mail or company').fill('omar');
  await page.waitForURL(/q=omar/);
  await row('Maya Lane').waitFor({ state: 'detached' });
  // It is shown, and said aloud.
  await page.getByText('1 person', { exact: true }).first().waitFor();
  await page.getByRole('status').getByText('1 person', { exact: true }).waitFor();
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export what is shown' }).click();
  const text = (await Array.fromAsync(await (await waiting).createReadStream())).map(String).join('');
  expect(text).toContain('Omar Reed');
  expect(text).not.toContain('Maya Lane');
  await page.goto(`${product.ready.url}/app/contacts`);
});

test('two contacts become one, and two again', async () => {
  await row('Maya Lane').getByRole('button', { name: 'Maya Lane' }).click();
  const drawer = page.getByRole('dialog', { name: 'Contact' });
  await drawer.getByText('Same person twice').click();
  await drawer.getByRole('button', { name: 'Merge with another contact' }).click();
  const merge = page.getByRole('dialog', { name: 'Merge into Maya Lane' });
  await merge.getByLabel('Which contact is the same person?').first().fill('Omar');
  await merge.getByRole('radio', { name: 'Omar Reed' }).check();
  await merge.getByText('Maya Lane stays').waitFor();
  await merge.getByRole('button', { name: 'Merge', exact: true }).click();
  await drawer.getByText('Omar Reed is part of this contact').waitFor();
  await row('Omar Reed').waitFor({ state: 'detached', timeout: soon });
  await drawer.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('They are two contacts again.').waitFor();
  await page.keyboard.press('Escape');
  await row('Omar Reed').waitFor({ timeout: soon });
});

test('many are changed at once', async () => {
  await product.api('/v1/labels', { body: { name: 'VIP', colour: '#b7791f' } });
  await page.reload();
  for (const name of ['Maya Lane', 'Omar Reed']) await row(name).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Labels' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'VIP' }).click();
  await page.getByText('2 of 2 changed.').waitFor();
  await until(
    async () => (await rows().filter({ hasText: 'VIP' }).count()) === 2,
    soon,
    () => 'the labels are not in the table',
  );
});

test('Arabic is found without its vowel marks, and leads to where it was said', async () => {
  await somebody(product, 'سارة', '201001230000', 'وصل الطلبُ إلى مُحَمَّد أمس');
  await page.goto(`${product.ready.url}/app/contacts`);
  const hit = page.getByRole('option').filter({ hasText: 'مُحَمَّد' });
  // Words are indexed behind the message.
  await until(
    async () => {
      const { body } = await product.api(`/v1/search?q=${encodeURIComponent('محمد')}`);
      return (body as { messages: unknown[] }).messages.length > 0;
    },
    soon,
    () => 'the words are not indexed',
  );
  // Keys are heard from the first paint on.
  await page.getByRole('link', { name: 'Inbox' }).waitFor();
  await page.keyboard.press('Control+KeyK');
  await page
    .getByRole('combobox', { name: 'Find people, messages, notes, campaigns, templates, pages' })
    .fill('محمد');
  await hit.waitFor({ timeout: soon });
  expect(await hit.locator('mark').innerText()).toBe('مُحَمَّد');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/app\/inbox\/.+message=/);
  await page.locator('[data-message]').filter({ hasText: 'مُحَمَّد' }).waitFor({ timeout: soon });
});

test('beside a person: what they agreed to, and the way out of it', async () => {
  const people = await list<{ id: string; displayName: string }>(product, '/v1/contacts');
  const maya = people.find(({ displayName }) => displayName === 'Maya Lane');
  await product.api(`/v1/contacts/${maya?.id}/opt-in`, { method: 'POST', body: {} });
  await page.goto(`${product.ready.url}/app/contacts`);
  await row('Maya Lane').getByText('Marketing: Yes').waitFor();
  await row('Maya Lane').getByRole('button', { name: 'Maya Lane' }).click();
  const drawer = page.getByRole('dialog', { name: 'Contact' });
  await drawer.getByText('Consent', { exact: true }).click();
  await drawer.getByRole('button', { name: 'Opt out: Marketing' }).click();
  await drawer.getByRole('button', { name: 'Opt in: Marketing' }).waitFor();
  await drawer.getByRole('button', { name: 'Opt out of everything' }).click();
  await drawer.getByRole('button', { name: 'Opt out of everything' }).waitFor({ state: 'detached' });
  // A note whose answer got lost: what was typed stays, and pressing again makes one.
  await drawer.getByLabel('What the team should know').fill('Pays in autumn.');
  let asked = 0;
  await page.route('**/v1/contacts/*/notes', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    if (asked++ === 0) await route.fetch();
    await route.abort();
  });
  await drawer.getByRole('button', { name: 'Save the note' }).click();
  await page.getByText('The server does not answer').waitFor({ timeout: soon });
  await page.unroute('**/v1/contacts/*/notes');
  await drawer.getByRole('button', { name: 'Save the note' }).click();
  // The button goes with what was typed.
  await drawer.getByRole('button', { name: 'Save the note' }).waitFor({ state: 'detached' });
  expect(await list(product, `/v1/contacts/${maya?.id}/notes`)).toHaveLength(1);
  await page.keyboard.press('Escape');
  await row('Maya Lane').getByText('Opted out').waitFor({ timeout: soon });
  // She never wrote: what may be said to her is asked before anything is typed.
  await row('Maya Lane').getByRole('button', { name: 'Maya Lane' }).click();
  await drawer.getByRole('button', { name: 'Write' }).click();
  await page
    .getByRole('dialog', { name: 'New conversation' })
    .locator('[data-verdict="blocked"]')
    .waitFor({ timeout: soon });

  // A thread appears while one writes: what was typed stays. The words that found him are no filter of the inbox.
  await page.goto(`${product.ready.url}/app/contacts?q=omar`);
  await row('Omar Reed').getByRole('button', { name: 'Omar Reed' }).click();
  await drawer.getByRole('button', { name: 'Write' }).click();
  const words = page.getByRole('dialog', { name: 'New conversation' }).getByLabel('Your message');
  await words.fill('Is it you?');
  await somebody(product, 'Omar Reed', '442079460002', 'It is me');
  await page.locator('a[href*="/app/inbox/"]', { hasText: 'Write' }).waitFor({ state: 'attached' });
  expect(await words.inputValue()).toBe('Is it you?');
  await page.getByRole('dialog', { name: 'New conversation' }).getByRole('button', { name: 'Send' }).click();
  await page.waitForURL(/\/app\/inbox\/[0-9a-f-]{36}/);
  expect(new URL(page.url()).searchParams.get('q')).toBeNull();

  await page.goto(`${product.ready.url}/app/contacts`);
  // A page that is not drawn yet hears no keys.
  await row('Maya Lane').waitFor();
});

test('while one waits for what is looked for, that is said; nothing found is said after', async () => {
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  await page.route('**/v1/search?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.keyboard.press('Control+KeyK');
  await page
    .getByRole('combobox', { name: 'Find people, messages, notes, campaigns, templates, pages' })
    .fill('zzzzqq');
  await page.getByRole('status').filter({ hasText: 'Looking …' }).waitFor();
  go();
  await page.getByRole('status').filter({ hasText: 'Nothing found.' }).waitFor({ timeout: soon });
  await page.unroute('**/v1/search?*');
  await page.keyboard.press('Escape');
});

test('on a phone a person is two lines that say what one has to know, and the whole of them opens', async () => {
  const phone = await deskOf(browser, product, owner, complaints, { width: 390 });
  await phone.goto(`${product.ready.url}/app/contacts`);
  const maya = phone.getByRole('table').getByRole('row').filter({ hasText: 'Maya Lane' });
  for (const words of ['Maya Lane', '+442079460001', 'Opted out'])
    await maya.getByText(words).and(phone.locator(':visible')).waitFor();
  const { width = 0, height = 0 } = (await maya.boundingBox()) ?? {};
  expect(height).toBeGreaterThanOrEqual(60);
  await maya.click({ position: { x: width / 2, y: 44 } });
  await phone.getByRole('dialog', { name: 'Contact' }).waitFor();
  await phone.context().close();
});

test('a person is erased only after the words were typed', async () => {
  await page.goto(`${product.ready.url}/app/contacts`);
  await row('Omar Reed').getByRole('button', { name: 'Omar Reed' }).click();
  const drawer = page.getByRole('dialog', { name: 'Contact' });
  await drawer.getByText('Erase this person').click();
  const erase = drawer.getByRole('button', { name: 'Erase', exact: true });
  expect(await erase.isDisabled()).toBe(true);
  await drawer.getByLabel('To confirm, type').fill('erase for ever');
  await erase.click();
  await page.getByText('The erasure has begun.').waitFor();
  await until(
    async () => (await (await fetchContacts()).filter((name) => name === 'Omar Reed')).length === 0,
    soon,
    () => 'the person is still there',
  );
});

test('everybody can read it', async () => {
  for (const [language, colorScheme] of [
    ['en', 'dark'],
    ['ar', 'light'],
  ] as const) {
    const other = await deskOf(browser, product, owner, complaints, { language, colorScheme });
    await other.goto(`${product.ready.url}/app/contacts`);
    await other.getByText('Maya Lane').first().waitFor();
    expect(await flaws(other)).toEqual([]);
    await other.keyboard.press('Control+KeyK');
    await other.getByRole('dialog').getByRole('combobox').waitFor();
    expect(await flaws(other)).toEqual([]);
    await other.context().close();
  }
  expect(complaints).toEqual([]);
});

async function fetchContacts(): Promise<string[]> {
  const { body } = await product.api('/v1/contacts?limit=100');
  return (body as { data: { displayName: string }[] }).data.map(({ displayName }) => displayName);
}
