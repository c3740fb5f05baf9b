/**
 * A conversation as an agent has it: somebody signs in, a phone writes, words and files go both ways while one looks;
 * what was begun survives a reload; what cannot be sent says why.
 */
import { deflateSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { type SignedIn, signInOwner } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
/** Of the agent who signed in. */
let state: SignedIn;
const open = new Set<BrowserContext>();
const complaints: string[] = [];
/** A page that loads on a busy machine, a message to the simulator and back. */
const soon = { timeout: 20_000 };

interface SimPerson {
  id: string;
  name: string;
}

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  // Answers of the product itself would stand between the lines that are looked at.
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  state = await signInOwner(browser, product);
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});
afterEach(async () => {
  await Promise.all([...open].map((context) => context.close()));
  open.clear();
  expect(complaints.splice(0)).toEqual([]);
});

let people = 0;

/** Somebody new with a phone, who has written `texts`. */
async function somebody(...texts: string[]): Promise<{
  name: string;
  conversationId: string;
  says(message: Record<string, unknown>): Promise<void>;
}> {
  people += 1;
  const name = `Person ${people}`;
  const made = (await product.simulator('/_sim/people', {
    name,
    phone: `1555010${String(people).padStart(4, '0')}`,
  })) as { person?: SimPerson } & SimPerson;
  const personId = made.person?.id ?? made.id;
  const numberId = product.ready.numbers[0]?.phoneNumberId;
  const says = async (message: Record<string, unknown>) => {
    await product.simulator(`/_sim/people/${personId}/messages`, { numberId, ...message });
  };
  for (const text of texts) await says({ type: 'text', text });
  let conversationId = '';
  await until(
    async () => {
      const rows = await list<{ id: string; contact: { displayName: string }; unreadCount: number }>(
        product,
        '/v1/conversations',
      );
      const row = rows.find(({ contact }) => contact.displayName === name);
      conversationId = row?.id ?? '';
      return row !== undefined && row.unreadCount === texts.length;
    },
    30_000,
    () => `${name} is not in the inbox:\n${product.output()}`,
  );
  return { name, conversationId, says };
}

async function look(
  conversationId: string,
  options: { language?: string; colorScheme?: 'light' | 'dark'; width?: number } = {},
): Promise<Page> {
  const { language = 'en', colorScheme = 'light', width = 1280 } = options;
  const context = await browser.newContext({
    storageState: state,
    colorScheme,
    locale: 'en-GB',
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
  });
  open.add(context);
  await context.addInitScript(`localStorage.setItem('chaski-language', '${language}')`);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== product.ready.url && !['data:', 'blob:'].includes(url.protocol))
      complaints.push(`asked ${url.href}`);
  });
  await page.goto(`${product.ready.url}/app/inbox/${conversationId}`);
  await page.locator('[data-message]').first().waitFor();
  return page;
}

const bubble = (page: Page, text: string) => page.locator('article[data-message]', { hasText: text });
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });

/** Gone to. Not by its light, which is out again after two seconds. */
const inView = (page: Page, selector: string) =>
  expect
    .poll(
      () =>
        page.evaluate(`(() => {
          const [log, line] = ['[role=log]', '${selector}'].map((one) => document.querySelector(one)?.getBoundingClientRect());
          return !!log && !!line && line.top >= log.top && line.bottom <= log.bottom;
        })()`),
      soon,
    )
    .toBe(true);

async function send(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** A square of one colour. */
function png(side = 64): Buffer {
  const rows = Buffer.concat(
    Array.from({ length: side }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, 0x88)])),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

test('a phone writes and it stands there; the answer leaves, and its ticks come and explain themselves', async () => {
  const ana = await somebody('Is my *order* on its way?');
  const page = await look(ana.conversationId);
  await page.getByText('1 unread message').first().waitFor();
  expect(await bubble(page, 'Is my order on its way?').locator('strong').textContent()).toBe('order');
  await ana.says({ type: 'text', text: 'Hello?' });
  await bubble(page, 'Hello?').waitFor();

  await send(page, 'It left _this_ morning.');
  const answer = page.locator('article[data-status]', { hasText: 'It left this morning.' });
  await answer.waitFor();
  await expect.poll(() => field(page).inputValue(), soon).toBe('');
  await expect.poll(() => answer.getAttribute('data-status'), soon).toBe('delivered');
  expect(await answer.count()).toBe(1);
  await answer.locator('footer button').click();
  await page.getByRole('dialog').getByText('Delivered').waitFor();
});

test('a reload keeps what was begun, and colleagues see it', async () => {
  const ben = await somebody('hi');
  const page = await look(ben.conversationId);
  await field(page).fill('I am about to s');
  await until(
    async () =>
      (await list<{ text: string }>(product, `/v1/conversations/${ben.conversationId}/drafts`)).some(
        ({ text }) => text === 'I am about to s',
      ),
    30_000,
    () => 'the server has no draft',
  );
  await page.reload();
  await expect.poll(() => field(page).inputValue(), soon).toBe('I am about to s');
  await field(page).press('Control+End');
  await field(page).pressSequentially('ay it');
  await field(page).press('Enter');
  await bubble(page, 'I am about to say it').waitFor();
  await until(
    async () => (await list(product, `/v1/conversations/${ben.conversationId}/drafts`)).length === 0,
    30_000,
    () => 'the draft outlived its message',
  );
});

test('offline in the middle of a send: it waits through a reload and is sent once', async () => {
  const cy = await somebody('are you there');
  const page = await look(cy.conversationId);
  await page.route('**/v1/messages', (route) =>
    route.request().method() === 'POST' ? route.abort('internetdisconnected') : route.continue(),
  );
  await send(page, 'first');
  await send(page, 'second');
  await page.locator('article[data-status="waiting"]', { hasText: 'second' }).waitFor();
  // That the line is away is said while it is, and not after.
  await page.context().setOffline(true);
  const away = page.getByText('The connection is lost.');
  await away.waitFor(soon);
  await page.context().setOffline(false);
  await away.waitFor({ ...soon, state: 'detached' });
  await page.unroute('**/v1/messages');
  await page.reload();
  await bubble(page, 'second').waitFor(soon);
  await expect.poll(() => page.locator('article[data-status="waiting"]').count(), soon).toBe(0);
  const said = (
    await list<{ direction: string; content: { text?: { body: string } } }>(
      product,
      `/v1/messages?conversationId=${cy.conversationId}`,
    )
  )
    .filter(({ direction }) => direction === 'out')
    .map(({ content }) => content.text?.body);
  expect(said.reverse()).toEqual(['first', 'second']);
});

test('pictures come and go, each with its preview and its size beforehand', async () => {
  const dora = await somebody('look');
  const page = await look(dora.conversationId);
  const key = new URL(product.ready.phoneUrl ?? '').searchParams.get('key') ?? '';
  const media = (await (
    await fetch(`${product.ready.simulatorUrl}/_phone/api/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'image/png', 'x-filename': 'square.png' },
      body: new Uint8Array(png()),
    })
  ).json()) as { id: string };
  await dora.says({ type: 'image', mediaId: media.id, caption: 'what I got' });
  const shown = bubble(page, 'what I got').locator('img');
  await expect
    .poll(() => shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth), soon)
    .toBe(64);
  await bubble(page, 'what I got')
    .getByRole('button', { name: /enlarge/ })
    .click();
  await page.getByRole('dialog').getByRole('link', { name: 'Download' }).waitFor();
  await page.keyboard.press('Escape');

  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles([
    { name: 'small.png', mimeType: 'image/png', buffer: png(32) },
    { name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(6 * 1024 * 1024, png(32)) },
  ]);
  const tray = page.getByRole('list', { name: 'Files to send' });
  await tray.getByText(/Goes as a document: WhatsApp shows up to 5/).waitFor();
  await page.getByRole('button', { name: 'Remove large.png' }).click();
  await tray.locator('[data-state="ready"]').waitFor();
  await send(page, 'and this is ours');
  const ours = page.locator('article[data-status]', { hasText: 'and this is ours' });
  await expect
    .poll(() => ours.locator('img').evaluate((image: { naturalWidth: number }) => image.naturalWidth), {
      timeout: 20_000,
    })
    .toBe(32);
  await expect.poll(() => ours.getAttribute('data-status'), soon).toBe('delivered');
});

test('a question with buttons shows what was picked; a quote goes to what it quotes; a reaction stands on it', async () => {
  const eva = await somebody(...Array.from({ length: 25 }, (_, n) => `line ${n}`));
  const page = await look(eva.conversationId);
  await page.getByRole('button', { name: 'Template, buttons or list' }).click();
  await page.getByRole('menuitem', { name: 'Question with buttons or a list' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Question' }).fill('Which colour?');
  await dialog.getByLabel('Option 1', { exact: true }).fill('Red');
  await dialog.getByLabel('Option 2', { exact: true }).fill('Blue');
  await dialog.getByRole('button', { name: 'Send' }).click();
  const question = page.locator('article[data-status]', { hasText: 'Which colour?' }).first();
  await expect.poll(() => question.getAttribute('data-status'), soon).toBe('delivered');
  const [asked] = await list<{ id: string; providerMessageId: string }>(
    product,
    `/v1/messages?conversationId=${eva.conversationId}&direction=out`,
  );
  await eva.says({ type: 'button_reply', id: 'option-1', title: 'Blue', context: asked?.providerMessageId });
  await eva.says({ type: 'reaction', messageId: asked?.providerMessageId, emoji: '👍' });
  await question.locator('[data-chosen]', { hasText: 'Blue' }).waitFor();
  await question.getByText('👍').waitFor();
  // All at once: whoever stands at the end stays there, and nothing is new to them.
  const toTheEnd = () =>
    page
      .getByRole('log')
      .evaluate(
        (log: { scrollHeight: number; clientHeight: number; scrollTop: number }) =>
          log.scrollHeight - log.clientHeight - log.scrollTop,
      );
  await page.getByRole('log').press('End');
  await expect.poll(toTheEnd, soon).toBeLessThan(2);
  await Promise.all(
    Array.from({ length: 15 }, (_, n) =>
      eva.says({ type: 'text', text: `later ${n} ${'and more '.repeat(n * 4)}` }),
    ),
  );
  let newest = '';
  await until(
    async () => {
      const rows = await list<{ id: string; content: { text?: { body: string } } }>(
        product,
        `/v1/messages?conversationId=${eva.conversationId}&direction=in`,
      );
      newest = rows[0]?.id ?? '';
      return rows.filter(({ content }) => content.text?.body.startsWith('later')).length === 15;
    },
    30_000,
    () => 'not all of the burst arrived',
  );
  await page.locator(`[data-message="${newest}"]`).waitFor(soon);
  await expect.poll(toTheEnd, soon).toBeLessThan(2);
  expect(await page.getByRole('button', { name: /new message/ }).count()).toBe(0);
  await eva.says({ type: 'text', text: 'about this', context: asked?.providerMessageId });
  await bubble(page, 'about this').getByRole('button', { name: 'Go to the quoted message' }).click();
  await inView(page, `[data-message="${asked?.id}"]`);
  // Above the end, what arrives is told in a pill.
  await eva.says({ type: 'text', text: 'one more' });
  await page.getByRole('button', { name: /new message/ }).click();
  await bubble(page, 'one more').waitFor();
  // Of very many lines the bubble shows the beginning; the whole is a press away.
  await eva.says({ type: 'text', text: Array.from({ length: 60 }, (_, n) => `item ${n + 1}.`).join('\n') });
  const long = bubble(page, 'item 24.');
  await long.waitFor();
  expect(await long.getByText('item 25.').count()).toBe(0);
  await long.getByRole('button', { name: 'Read more' }).press('Enter');
  await page.getByRole('dialog', { name: 'The whole message' }).getByText('item 60.').waitFor();
  await page.keyboard.press('Escape');
  await long.locator('button:focus', { hasText: 'Read more' }).waitFor();
});

test('older pages come in above without a jump; only what is near is in the page', async () => {
  const joy = await somebody(
    ...Array.from({ length: 160 }, (_, n) => `row ${n} ${n === 5 ? 'zebra' : 'word '.repeat(n % 40)}`),
  );
  const page = await look(joy.conversationId);
  const log = page.getByRole('log');
  // To the end first, which is found as rows are measured on the way.
  await until(
    async () => {
      await page.evaluate("document.querySelector('[role=log]').scrollTop = 1e9");
      return bubble(page, 'row 159').isVisible();
    },
    30_000,
    () => 'the end is not reached',
  );
  // Letters of another width would move the rows too.
  await page.evaluate('document.fonts.ready');
  // Where the topmost seen row stands, measured in the same frame as what comes in above it.
  const jumps = await page.evaluate<number[]>(`(async () => {
    const log = document.querySelector('[role=log]');
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
    const jumps = [];
    for (let step = 0; step < 120 && log.hasAttribute('data-older'); step++) {
      log.scrollTop -= 180;
      await frame();
      const seen = [...log.querySelectorAll('[data-message]')].find((row) => row.getBoundingClientRect().top > log.getBoundingClientRect().top + 40);
      if (!seen) continue;
      const id = seen.dataset.message, top = seen.getBoundingClientRect().top;
      for (let n = 0; n < 3; n++) await frame();
      const again = log.querySelector('[data-message="' + id + '"]');
      if (again) jumps.push(Math.abs(again.getBoundingClientRect().top - top));
    }
    return jumps;
  })()`);
  expect(jumps.length).toBeGreaterThan(10);
  expect(Math.max(...jumps)).toBeLessThanOrEqual(1);
  expect(await log.locator('article').count()).toBeLessThan(60);
  // An address that names a message, as search and the shared files do, opens there, pages above the end.
  let early = '';
  await until(
    async () => {
      const { body } = await product.api('/v1/search?q=zebra');
      early = (body as { messages: { id: string }[] }).messages[0]?.id ?? '';
      return early !== '';
    },
    30_000,
    () => 'what was said is not found',
  );
  await page.goto(`${product.ready.url}/app/inbox/${joy.conversationId}?view=all&message=${early}`);
  await inView(page, `[data-message="${early}"]`);
  // The same hit once more, from elsewhere in the thread: the address stays as it is, and one gets there all the same.
  // As often as it takes: the jump may still be correcting itself by what it measures.
  await until(
    async () => {
      await page.evaluate("document.querySelector('[role=log]').scrollTop = 1e9");
      return (await page.locator(`[data-message="${early}"]`).count()) === 0;
    },
    20_000,
    () => 'one does not get away from the hit',
  );
  await page.keyboard.press('Control+KeyK');
  await page
    .getByRole('combobox', { name: 'Find people, messages, notes, campaigns, templates, pages' })
    .fill('zebra');
  await page.getByRole('option', { name: /zebra/ }).first().click();
  await inView(page, `[data-message="${early}"]`);
});

test('an old note is gone to over all pages of notes; what is not there is said', async () => {
  const noa = await somebody('hello');
  const wrote = (n: number) =>
    product.api(`/v1/conversations/${noa.conversationId}/notes`, { body: { text: `note ${n}` } });
  const oldest = ((await wrote(0)).body as { id: string }).id;
  await Promise.all(Array.from({ length: 55 }, (_, n) => wrote(n + 1)));
  const page = await look(noa.conversationId);
  const address = `${product.ready.url}/app/inbox/${noa.conversationId}?view=all&message=`;
  await page.goto(address + oldest);
  await inView(page, `[data-note="${oldest}"]`);
  await page.goto(`${address}019aa000-0000-7000-8000-000000000000`);
  await page.getByText('That message or note is not here any more.').waitFor(soon);
});

test('notes stay with the team, deeds stand in the thread, keys do them', async () => {
  const finn = await somebody('hello');
  const page = await look(finn.conversationId);
  await page.locator('h1').click();
  await page.keyboard.press('KeyP');
  const note = page.getByRole('textbox', { name: 'Your note' });
  await expect
    .poll(() => page.evaluate<string | null>("document.activeElement?.getAttribute('aria-label')"), soon)
    .toBe('Your note');
  await note.pressSequentially('Ask @Op');
  await page.getByRole('option', { name: 'Operator' }).waitFor();
  await note.press('Enter');
  await note.pressSequentially('first');
  await note.press('Enter');
  await page.locator('[data-note][data-for-me]', { hasText: 'Ask @Operator first' }).waitFor();
  await page.locator('h1').click();
  await page.getByRole('button', { name: 'Take it' }).click();
  await page.locator('[data-event="conversation.assigned"]').waitFor();
  await page.locator('h1').click();
  await page.keyboard.press('KeyE');
  await page.locator('[data-event="conversation.closed"]').waitFor();
  await page.getByRole('button', { name: 'Reopen' }).click();
  await page.locator('[data-event="conversation.opened"]').last().waitFor();
});

test('whoever may not be written to says why; a shut window offers templates', async () => {
  const gus = await somebody('stop that');
  const page = await look(gus.conversationId);
  const [row] = await list<{ contactId: string }>(
    product,
    `/v1/messages?conversationId=${gus.conversationId}`,
  );
  await product.api(`/v1/contacts/${row?.contactId}/block`, { body: {} });
  await page.reload();
  await page.getByText('The contact is blocked; unblock it to write.').waitFor();
  await product.api(`/v1/contacts/${row?.contactId}/unblock`, { body: {} });

  // The demo's number has no window: the server's own row, a day later.
  await page.route(`**/v1/conversations/${gus.conversationId}`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as Record<string, unknown>;
    await route.fulfill({ json: { ...body, window: { exists: true, open: false, opensUntil: null } } });
  });
  await page.reload();
  await page.getByText(/The 24-hour window is shut/).waitFor();
  expect(await field(page).count()).toBe(0);
  await page.getByRole('button', { name: 'Choose a template' }).click();
  await page.getByRole('dialog').getByLabel('Find a template').waitFor();
});

test('a quick reply is filled in; a newer answer of a colleague is told before one sends', async () => {
  const hana = await somebody('who answers?');
  await product.api('/v1/quick-replies', {
    body: { shortcut: 'greet', text: 'Hello {{contact.name|there}}!' },
  });
  const page = await look(hana.conversationId);
  await field(page).fill('/gre');
  await page.getByRole('option', { name: '/greet' }).waitFor();
  await field(page).press('Enter');
  await expect.poll(() => field(page).inputValue(), soon).toBe(`Hello ${hana.name}!`);
  await product.api('/v1/messages', {
    body: { conversationId: hana.conversationId, type: 'text', text: { body: 'I am on it' } },
  });
  await bubble(page, 'I am on it').waitFor();
  await field(page).press('Enter');
  await page.getByText(/A program \(.*\)\W+has answered since you began to write/).waitFor();
  await page.getByRole('button', { name: 'Send anyway' }).click();
  await bubble(page, `Hello ${hana.name}!`).waitFor();
});

test.each(
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['en', 'ar'] as const).map((language) => [colorScheme, language] as const),
  ),
)('axe finds nothing in the thread: %s, %s', async (colorScheme, language) => {
  const ida = await somebody('hello *there* https://a.example', 'مرحبا');
  await ida.says({ type: 'location', latitude: -13.5, longitude: -71.9, name: 'Plaza', address: 'Cusco' });
  await ida.says({ type: 'contacts', contacts: [{ name: 'Luz', phones: ['+51984000111'] }] });
  await ida.says({ type: 'unsupported' });
  await product.api(`/v1/conversations/${ida.conversationId}/notes`, { body: { text: 'psst' } });
  await product.api('/v1/messages', {
    body: { conversationId: ida.conversationId, type: 'text', text: { body: 'from us' } },
  });
  const page = await look(ida.conversationId, { colorScheme, language });
  await bubble(page, 'from us').waitFor();
  await page.locator('[data-note]').waitFor();
  expect(await flaws(page, { within: 'section:has([role=log])' })).toEqual([]);
});
