/** A campaign as a lead makes one: a list, a template, a look at what would happen, and what came of it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, type Product, startProduct } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
let address = '';
const complaints: string[] = [];
const soon = 30_000;
interface Planned {
  plan: { state: string };
}
beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  await somebody(product, 'Maya Lane', '442079460001', 'Hello');
  await somebody(product, 'Omar Reed', '442079460002', 'Hello');
  page = await deskOf(browser, product, owner, complaints);
  await page.goto(`${product.ready.url}/app/inbox`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

const section = (name: string | RegExp) => page.getByRole('region', { name });
const shot = async (name: string) => {
  if (process.env.CHASKI_SHOTS)
    await page.screenshot({ path: `${process.env.CHASKI_SHOTS}-${name}.png`, fullPage: true });
};

test('a list is uploaded, a template chosen and filled, and what would happen is told', async () => {
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('button', { name: 'New campaign' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Spring news');
  await page.getByRole('dialog').getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { name: 'Spring news', level: 1 }).waitFor();
  address = page.url();
  await page.getByText('List (CSV)', { exact: true }).click();
  const list =
    'phone,first_name,order\nnonsense,Nobody,0\n+442079460001,Maya before,A-16\n+44 20 7946 0002,Omar,A-18\n+442079460001,Maya,A-17\n';
  await section('1. To whom')
    .locator('input[type=file]')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
  await section('1. To whom').getByText('A list was uploaded; the numbers stand in “phone”.').waitFor();
  await section('1. To whom')
    .getByText(/^.people\.csv.: 4 lines$/)
    .waitFor();
  await section('1. To whom')
    .getByText(/^Line 2, “.nonsense.”: this is not a phone number\.$/)
    .waitFor();
  await section('1. To whom')
    .getByText(/^Line 3, “.\+442079460001.”: this number stands below again, and what stands there counts\.$/)
    .waitFor();
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name: /^order_update/ }).click();
  // A column that is called like a blank fills it; of another nobody can know, and it is not guessed.
  const filling = (blank: string) => page.getByRole('combobox', { name: `What fills Text: ${blank}` });
  await expect.poll(() => filling('2').inputValue()).toBe('Column “order”');
  expect(await filling('1').inputValue()).toBe('');
  const preview = page.getByRole('region', { name: 'How it looks on the phone' });
  await preview.getByText('Hi {{1}}, your order A-17 is on its way.').waitFor();
  const check = section('4. Check and send').getByRole('button', { name: 'Check', exact: true });
  await section('4. Check and send').getByText('Choose what stands here: Text: 1.').waitFor();
  expect(await check.isDisabled()).toBe(true);
  await filling('1').click();
  await page.getByRole('option', { name: 'Column “first_name”' }).click();
  await preview.getByText('Hi Maya, your order A-17 is on its way.').waitFor();
  await page.getByText('As Maya Lane would read it: the first of the audience.').waitFor();
  await check.click();
  const facts = section('4. Check and send').locator('dl');
  await facts.waitFor({ timeout: soon });
  await shot('check');
  await expect.poll(() => facts.locator('dd').first().textContent()).toBe('2');
  const why = section('4. Check and send').getByRole('list', { name: 'Who gets nothing, and why' });
  await why.getByText('the last one counts').waitFor();
  await why.getByText('Not a phone number').waitFor();
});

test('it goes, each gets it once, and the report says what came of it person by person', async () => {
  await page.getByRole('button', { name: 'Send to 2 people' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 people will get this message.').waitFor();
  // In the order of the lines that count: Maya's is the last.
  await dialog.getByText('Hi Omar, your order A-18 is on its way.').waitFor();
  await dialog.getByRole('button', { name: 'Send the campaign' }).click();
  await page.getByText('Finished', { exact: true }).waitFor({ timeout: 60_000 });
  const people = page.getByRole('table', { name: 'Person by person' });
  await people.getByRole('row').filter({ hasText: 'Maya' }).getByText('Delivered').waitFor({ timeout: soon });
  await people.getByRole('row').filter({ hasText: 'Omar' }).getByText('Delivered').waitFor({ timeout: soon });
  await page.getByRole('combobox', { name: 'Show' }).click();
  await page.getByRole('option', { name: /^Left out/ }).click();
  await people.getByRole('row').filter({ hasText: 'the last one counts' }).waitFor();
  await shot('report');
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as CSV' }).click();
  const text = (await Array.fromAsync(await (await waiting).createReadStream())).map(String).join('');
  expect(text).toContain('nonsense');
});

const clockIn = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);

test('what stands still shows what it is, and what has not gone is changed', async () => {
  const made = await product.api('/v1/campaigns', {
    method: 'POST',
    body: {
      name: 'At rest',
      audience: { kind: 'phones', phones: ['+442079460001'] },
      message: {
        template: { name: 'order_update', language: 'en_US' },
        variables: [
          { place: 'body', name: '1', source: { from: 'field', field: 'firstName' } },
          { place: 'body', name: '2', source: { from: 'text', text: 'A-20' } },
        ],
      },
      // Quiet for hours before and after now, on any clock of London: it runs, and nobody is written to.
      schedule: { kind: 'now', quietHours: { from: clockIn(-6), to: clockIn(6) } },
    },
  });
  const { id } = made.body as { id: string };
  const say = (verb: string) => product.api(`/v1/campaigns/${id}/${verb}`, { method: 'POST', body: {} });
  await say('plan');
  await expect
    .poll(async () => ((await product.api(`/v1/campaigns/${id}`)).body as Planned).plan.state, {
      timeout: soon,
    })
    .toBe('ready');
  await say('launch');
  // Paused before its first turn it has not begun, and everything of it can be changed.
  const startedAt = async () =>
    ((await product.api(`/v1/campaigns/${id}`)).body as { startedAt: string | null }).startedAt;
  await expect.poll(startedAt, { timeout: soon }).not.toBeNull();
  await page.goto(`${product.ready.url}/app/campaigns/${id}`);
  await page.getByRole('button', { name: 'Pause' }).click({ timeout: soon });
  await page.getByText('What has not gone can be changed.').waitFor();
  const text = page.getByRole('textbox', { name: 'The same text for all' });
  await text.fill('A-21');
  await text.blur();
  const people = page.getByRole('table', { name: 'Person by person' });
  await people.getByText('Maya · A-21').waitFor({ timeout: soon });
  expect(await page.getByRole('combobox', { name: 'From' }).isDisabled()).toBe(true);
  await shot('rest');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.goto(address);
  await page.getByRole('button', { name: 'More' }).waitFor();
});

test('it can be made again, and a draft thrown away', async () => {
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.waitForURL((url) => url.href !== address && url.pathname.startsWith('/app/campaigns/'));
  await page.getByRole('region', { name: '1. To whom' }).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete the draft' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the draft' }).click();
  await page.waitForURL('**/app/campaigns');
  await page.getByRole('list', { name: 'Campaigns' }).getByText('Spring news').waitFor();
});

test.each([
  ['en', 'light', 1400],
  ['en', 'dark', 1400],
  ['ar', 'light', 390],
] as const)('axe finds nothing in %s, %s, %d wide', async (language, colorScheme, width) => {
  const desk = await deskOf(browser, product, owner, complaints, { language, colorScheme, width });
  for (const [name, url] of [
    ['list', `${product.ready.url}/app/campaigns`],
    ['one', address],
  ] as const) {
    await desk.goto(url);
    await desk
      .locator(name === 'list' ? 'main ul li' : 'main table')
      .first()
      .waitFor();
    expect([name, await flaws(desk)]).toEqual([name, []]);
    if (process.env.CHASKI_SHOTS)
      await desk.screenshot({
        path: `${process.env.CHASKI_SHOTS}-${name}-${language}-${colorScheme}.png`,
        fullPage: true,
      });
  }
  await desk.context().close();
});

test('nothing complained, nothing asked another host', () => {
  expect(complaints).toEqual([]);
});
