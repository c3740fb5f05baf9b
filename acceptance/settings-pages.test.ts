/** The settings' forms, each with its main task; home, and the operator's console. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  owner = await signInOwner(browser, product);
  page = await deskOf(browser, product, owner, complaints);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

const open = async (path: string) => {
  await page.goto(`${product.ready.url}/app/${path}`);
  await page.locator('h1').waitFor();
};
const read = async <Answer>(path: string) => (await product.api(path)).body as Answer;
interface Settings {
  settings: Record<string, unknown> & { stopWords: string[] };
}
/** Until the server has it: what is said at the foot of the page may be of the save before. */
const kept = (what: string, is: (one: Settings) => boolean) =>
  until(
    async () => is(await read<Settings>('/v1/workspace')),
    30_000,
    () => `${what} is not kept`,
  );
const save = () => page.getByRole('button', { name: 'Save' });

test('home says what waits, and teaches the first steps', async () => {
  await open('');
  await page.getByRole('link', { name: /Open in all/ }).waitFor();
  // Beside the inbox stand the phones: a newcomer plays the customer.
  const phones = page.getByRole('navigation').getByRole('link', { name: 'Phones: be the customer' });
  expect(await phones.getAttribute('href')).toBe(product.ready.phoneUrl);
  const [phone] = await Promise.all([page.waitForEvent('popup'), phones.click()]);
  await phone.getByRole('button', { name: /Ana Quispe/ }).waitFor();
  await phone.close();
  const steps = page.getByRole('list', { name: 'First steps' });
  await steps.getByRole('listitem').filter({ hasText: 'Connect a number' }).getByLabel('Done').waitFor();
  await steps.getByRole('link', { name: 'Go there: Write a quick reply' }).click();
  await page.getByRole('heading', { name: 'Quick replies' }).waitFor();
});

test('general: what becomes of a send that nobody knows about', async () => {
  await open('settings/workspace');
  await page.getByRole('combobox', { name: 'When nobody knows whether WhatsApp has a message' }).click();
  await page.getByRole('option', { name: 'Send it again' }).click();
  await page.getByRole('region', { name: 'The workspace' }).getByRole('button', { name: 'Save' }).click();
  await kept('the choice', ({ settings }) => settings.unknownSends === 'resend');
});

test('automatic reply and opt-out words', async () => {
  await open('settings/workspace');
  const reply = page.getByRole('form', { name: 'All numbers without one of their own' });
  await reply
    .getByLabel('Text for All numbers without one of their own')
    .fill('We read this within the hour.');
  await reply.getByRole('button', { name: 'Save' }).click();
  await until(
    async () =>
      (await read<{ data: { text: string }[] }>('/v1/workflows')).data.some(
        ({ text }) => text === 'We read this within the hour.',
      ),
    30_000,
    () => 'the text is not kept',
  );
  const consent = page.getByRole('region', { name: 'Consent' });
  await consent.getByLabel('Opt-out words').fill('genug');
  await page.keyboard.press('Enter');
  await consent.getByRole('button', { name: 'Save' }).click();
  await kept('the word', ({ settings }) => settings.stopWords.includes('genug'));
  // The audit says the values, too, in words of the page.
  await open('settings/audit');
  await page.getByRole('button', { name: 'Changes: An automatic reply was changed' }).first().click();
  const once = 'To each message';
  await page.getByRole('row', { name: `At most once per ${once} ${once}`, exact: true }).waitFor();
});

test('a label, an attribute, a team, a quick reply and a key are made', async () => {
  const dialog = page.getByRole('dialog');
  const make = async (path: string, button: string, fill: () => Promise<void>, made: string) => {
    await open(`settings/${path}`);
    await page.getByRole('button', { name: button }).click();
    await fill();
    await page.getByRole('listitem').filter({ hasText: made }).waitFor();
  };
  const named = async (name: string) => {
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
  };
  await make('labels', 'Add a label', () => named('Wholesale'), 'Wholesale');
  // A second one of that name is refused at the field, and one stands in it.
  await page.getByRole('button', { name: 'Add a label' }).click();
  await named('Wholesale');
  await dialog.getByText('There is a label with this name. Choose another name.').waitFor();
  await dialog.locator('input:focus').and(dialog.getByLabel('Name')).waitFor();
  // A dialog that is left gives the focus back.
  await page.keyboard.press('Escape');
  await page.locator('button:focus', { hasText: 'Add a label' }).waitFor();
  await make(
    'attributes',
    'Add an attribute',
    async () => {
      await dialog.getByLabel('Key').fill('favourite_dish');
      await named('Favourite dish');
    },
    'Favourite dish',
  );
  await make('teams', 'Add a team', () => named('Night shift'), 'Night shift');
  await make(
    'quick-replies',
    'Add a quick reply',
    async () => {
      await dialog.getByLabel('Shortcut').fill('thanks');
      await dialog.getByRole('textbox', { name: 'Text' }).fill('Thank you, {{contact.name}}');
      await dialog.getByRole('button', { name: 'Save' }).click();
    },
    '/thanks',
  );
  await make(
    'api-keys',
    'Make a key',
    async () => {
      await dialog.getByLabel('Name').fill('The shop');
      await dialog.getByRole('button', { name: 'Make it' }).click();
      await dialog.getByRole('button', { name: 'I kept it' }).click();
    },
    'The shop',
  );
});

test('an answer that got lost: what was typed stays, and pressing again makes one', async () => {
  const dialog = page.getByRole('dialog');
  const making: [path: string, open: string, make: string, address: string][] = [
    ['campaigns', 'New campaign', 'Begin', '/v1/campaigns'],
    ['settings/teams', 'Add a team', 'Save', '/v1/teams'],
    ['settings/api-keys', 'Make a key', 'Make it', '/v1/api-keys'],
  ];
  for (const [path, button, make, address] of making) {
    await open(path);
    await page.getByRole('button', { name: button }).click();
    await dialog.getByLabel('Name').fill('Twice pressed');
    // The server does it the first time; none of its answers arrives.
    let asked = 0;
    await page.route(`**${address}`, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      if (asked++ === 0) await route.fetch();
      await route.abort();
    });
    await dialog.getByRole('button', { name: make }).click();
    await dialog.getByRole('alert').getByText('The server does not answer').waitFor();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Twice pressed');
    await page.unroute(`**${address}`);
    await dialog.getByRole('button', { name: make }).click();
    await dialog.getByRole('alert').waitFor({ state: 'hidden' });
    await dialog.getByLabel('Name').waitFor({ state: 'hidden' });
    const { data } = await read<{ data: { name: string }[] }>(`${address}?limit=100`);
    expect(data.filter(({ name }) => name === 'Twice pressed')).toHaveLength(1);
  }
});

test('a name that is too long is said to be, and none of it is cut', async () => {
  await open('campaigns');
  await page.getByRole('button', { name: 'New campaign' }).click();
  const dialog = page.getByRole('dialog');
  const name = 'n'.repeat(201);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByText('Use at most 200 characters.').waitFor();
  expect(await dialog.getByLabel('Name').inputValue()).toBe(name);
  await dialog.getByLabel('Name').fill(name.slice(1));
  await dialog.getByRole('button', { name: 'Begin' }).click();
  await page.waitForURL(/campaigns\/[0-9a-f-]{36}$/);
  const made = await read<{ name: string }>(`/v1${new URL(page.url()).pathname.replace('/app', '')}`);
  expect(made.name).toHaveLength(200);
});

test('a field says what it wants in the language of the page', async () => {
  const desk = await deskOf(browser, product, owner, complaints, { language: 'es' });
  await desk.goto(`${product.ready.url}/app/settings/teams`);
  await desk.getByRole('button', { name: 'Añadir un equipo' }).click();
  const name = desk.getByRole('dialog').getByLabel('Nombre');
  const says = () => name.evaluate((field: { validationMessage: string }) => field.validationMessage);
  await desk.getByRole('dialog').getByRole('button', { name: 'Guardar' }).click();
  await expect.poll(says, { timeout: 30_000 }).toBe('Rellena esto.');
  // Not for ever: what is right can be sent.
  await name.fill('Tarde');
  await expect.poll(says, { timeout: 30_000 }).toBe('');
  await desk.getByRole('dialog').getByRole('button', { name: 'Guardar' }).click();
  await desk.getByRole('listitem').filter({ hasText: 'Tarde' }).waitFor();
  await desk.context().close();
});

test('business hours: the inbox says that nobody is there, and people hear it', async () => {
  await open('settings/hours');
  const form = page.getByRole('form', { name: 'The whole workspace' });
  await form.getByLabel('We have business hours').check();
  for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'])
    await form.getByLabel(day, { exact: true }).uncheck();
  // Closed now whatever day it is, and open again within the week.
  const later = new Intl.DateTimeFormat('en', { weekday: 'long' }).format(Date.now() + 3 * 86_400_000);
  await form.getByLabel(later, { exact: true }).check();
  await form.getByLabel(`${later} from`).fill('10:30');
  await form.getByRole('button', { name: 'Save' }).click();
  await kept('the hours', ({ settings }) => settings.businessHours !== null);
  // A number may keep other hours: it has none of its own yet.
  await page.getByText('As the whole workspace.').waitFor();

  await somebody(product, 'Nadia Night', '15550107701', 'anybody there?');
  await open('inbox');
  await page.getByRole('link', { name: /Nadia Night/ }).click();
  await page.getByText(/Closed now, opens .*10:30/).waitFor();
  await page
    .getByText(/We are closed now and answer when we open again/)
    .first()
    .waitFor();
});

test("a number's profile is written in WhatsApp and read from there", async () => {
  await open('settings/numbers');
  const profile = page.getByRole('dialog', { name: /^Profile of/ });
  const look = async () => {
    await page
      .getByRole('button', { name: /^More about/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Profile in WhatsApp' }).click();
  };
  await look();
  await profile.getByLabel('About').fill('Fresh fish every day');
  await profile.getByLabel('Website', { exact: true }).fill('https://example.com');
  await profile.locator('input[type=file]').setInputFiles({
    name: 'shop.png',
    mimeType: 'image/png',
    buffer: Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
      'base64',
    ),
  });
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.waitFor({ state: 'hidden' });
  await page.reload();
  await look();
  await profile.getByRole('link', { name: 'Show the picture as it is now' }).waitFor();
  expect(await profile.getByLabel('About').inputValue()).toBe('Fresh fish every day');
});

test('retention: what would go is said, then it is kept', async () => {
  await open('settings/retention');
  await page.getByText('Nothing would be deleted now.').waitFor();
  await page.getByLabel('Months that messages are kept').fill('24');
  await page.getByLabel('Months that files are kept').fill('6');
  await save().click();
  await kept(
    'the retention',
    ({ settings }) => JSON.stringify(settings.retention) === '{"messageMonths":24,"mediaMonths":6}',
  );
});

test('retention: who saves before the preview is there is asked all the same', async () => {
  await open('settings/retention');
  await page.getByText('Nothing would be deleted now.').waitFor();
  const previews = /\/v1\/retention\/preview\?.*messageMonths=1(&|$)/;
  await page.route(previews, (route) => route.fulfill({ json: { messages: 7, files: 0, bytes: 0 } }));
  await page.getByLabel('Months that messages are kept').fill('1');
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog', { name: 'Delete what is older?' });
  await question.getByText('Now this would delete 7 messages').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'hidden' });
  await page.unroute(previews);
  expect((await read<Settings>('/v1/workspace')).settings.retention).toMatchObject({ messageMonths: 24 });
  await page.getByLabel('Months that messages are kept').fill('24');
});

test('the inbox shows a segment alone, and all of a segment get a label', async () => {
  await somebody(product, 'Otto Other', '4917012345678', 'guten Tag');
  const filter = { all: [{ field: 'phone', values: ['+4917012345678'] }] };
  await product.api('/v1/segments', { method: 'POST', body: { name: 'The regulars', filter } });
  await open('inbox?view=all');
  await page.getByRole('link', { name: /Nadia Night/ }).waitFor();
  await page.getByRole('button', { name: 'Filters and order' }).click();
  await page.getByRole('combobox', { name: 'Segment' }).click();
  await page.getByRole('option', { name: 'The regulars' }).click();
  await page.getByRole('link', { name: /Otto Other/ }).waitFor();
  await page.getByRole('link', { name: /Nadia Night/ }).waitFor({ state: 'hidden' });

  await open('contacts');
  await page.getByRole('combobox', { name: 'Segment' }).click();
  await page.getByRole('option', { name: 'The regulars' }).click();
  await page.getByRole('button', { name: 'Label everybody' }).click();
  await page.getByRole('menuitem', { name: 'Wholesale' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Hang on everybody' }).click();
  await page.getByRole('row').filter({ hasText: 'Otto Other' }).getByText('Wholesale').waitFor();
});

test('the operator registers a workspace, sends a message and sees what becomes of it', async () => {
  await open('operator/health');
  await page.getByRole('region', { name: 'GET /health' }).getByText('Up').waitFor();
  await open('operator/register');
  await page.getByLabel('Name', { exact: true }).fill('Fish & Co');
  await page.getByLabel('Phone number id').fill('209876543219901');
  await page.getByLabel('Access token', { exact: true }).fill('mock_console');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('region', { name: 'Fish & Co is registered' }).getByText('active').waitFor();

  await open('operator/send');
  await page.getByLabel('To', { exact: true }).fill('+15550107701');
  await page.getByRole('textbox', { name: 'Text' }).fill('From the console');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const steps = page.getByRole('list', { name: 'Steps' });
  await steps.getByText('Delivered').waitFor();
  // The same key is the same message.
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await steps.getByText('Delivered').waitFor();
  const { data } = await read<{ data: { content: { text?: { body: string } } }[] }>('/v1/messages?limit=50');
  expect(data.filter(({ content }) => content.text?.body === 'From the console')).toHaveLength(1);
});

test('on a phone: the strip shows where one is, the sheet offers the light and the phones', async () => {
  const desk = await deskOf(browser, product, owner, complaints, { width: 390, colorScheme: 'dark' });
  await desk.goto(`${product.ready.url}/app/settings/audit`);
  const here = desk.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Audit' });
  await until(
    async () => {
      const box = await here.boundingBox();
      return box !== null && box.x >= 0 && box.x + box.width <= 390;
    },
    30_000,
    () => 'the strip does not show the page that is open',
  );
  await desk.getByRole('button', { name: 'More', exact: true }).click();
  const sheet = desk.getByRole('dialog', { name: 'More' });
  await sheet.getByRole('link', { name: 'Phones: be the customer' }).waitFor();
  // The device is dark already: what it is offered is the other.
  await sheet.getByText('Light', { exact: true }).click();
  await until(
    async () => (await desk.evaluate('document.documentElement.dataset.mantineColorScheme')) === 'light',
    30_000,
    () => 'it stays dark',
  );
  await desk.context().close();
});

test('no page threw, broke a policy or asked another host', () => {
  expect(complaints).toEqual([]);
});
