/**
 * Two agents at one inbox: who looks and types, who wrote what, who may answer; and what one does less often: a voice
 * note, a template with a picture, a word to a number that never wrote. Nothing is lost or doubled on a bad line.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { makeBig, walkThrough } from './big-page.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, inviteColleague, type Phone, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
let colleague: SignedIn;
const complaints: string[] = [];
const soon = { timeout: 20_000 };
const open = new Set<Page>();

interface Row {
  id: string;
  contactId: string;
  contact: { displayName: string };
}
interface Sent {
  id: string;
  status: string;
  source: string;
  sender: { kind: string; name?: string } | null;
  content: {
    text?: { body: string };
    audio?: { mediaId: string; voice: boolean };
    template?: { components: { type: string }[] };
  };
}

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([
    startProduct({ dataDir: folder.path, env: { RATE_LIMIT_AUTH: 'off' } }),
    openBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']),
  ]);
  await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
  owner = await signInOwner(browser, product);
  colleague = await inviteColleague(browser, product, owner, {
    name: 'Bea',
    email: 'bea@example.com',
    password: 'correct horse battery 9',
  });
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});
afterEach(async () => {
  await Promise.all([...open].map((page) => page.context().close()));
  open.clear();
  expect(complaints.splice(0)).toEqual([]);
});

let people = 0;

/** Somebody new who wrote `text`. */
async function person(text: string): Promise<Row & { phone: Phone; name: string }> {
  people += 1;
  const name = `Person ${people}`;
  const phone = await somebody(product, name, `155503000${String(people).padStart(2, '0')}`, text);
  const rows = await list<Row>(product, '/v1/conversations');
  const row = rows.find(({ contact }) => contact.displayName === name);
  if (!row) throw new Error(`${name} is gone`);
  return { ...row, phone, name };
}

async function desk(who: SignedIn, path: string, options: Parameters<typeof deskOf>[4] = {}): Promise<Page> {
  const page = await deskOf(browser, product, who, complaints, options);
  open.add(page);
  await page.goto(`${product.ready.url}/app/inbox${path}`);
  return page;
}

const bubble = (page: Page, text: string) => page.locator('article', { hasText: text });
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const sent = (conversationId: string) =>
  list<Sent>(product, `/v1/messages?conversationId=${conversationId}&direction=out`);
const bodies = async (conversationId: string) =>
  (await sent(conversationId)).map(({ content }) => content.text?.body).reverse();

test('who looks and who types is seen by the other; a message says whose it is', async () => {
  const { id, name } = await person('Is anybody there?');
  const ann = await desk(owner, `/${id}`);
  const bea = await desk(colleague, `/${id}`);
  await ann.getByText('Bea is looking too').waitFor(soon);
  await until(
    async () => {
      // Said again at most every few seconds, forgotten a little later: typed until it is seen.
      await field(bea).press('a');
      return ann.getByText('Bea is writing').isVisible();
    },
    30_000,
    () => 'that Bea types is not seen',
  );
  await field(bea).fill('Here I am');
  await field(bea).press('Enter');
  await bubble(ann, 'Here I am').getByText('Bea', { exact: true }).waitFor(soon);
  await bubble(bea, 'Here I am').getByText('You', { exact: true }).waitFor(soon);
  const rowOf = (page: Page) =>
    page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').filter({ hasText: name });
  await rowOf(ann)
    .filter({ hasText: 'Here I am' })
    .getByText(/^\u2068Bea\u2069:$/)
    .waitFor(soon);
  await rowOf(bea)
    .filter({ hasText: 'Here I am' })
    .getByText(/^\u2068You\u2069:$/)
    .waitFor(soon);
  const [message] = await sent(id);
  expect(message).toMatchObject({ source: 'inbox', sender: { kind: 'member', name: 'Bea' } });
});

test('where only the assignee answers, others are told and may take it over', async () => {
  const { id } = await person('Whose am I?');
  const settings = (answering: string) =>
    product.api('/v1/workspace', { method: 'PATCH', body: { settings: { answering } } });
  await settings('assignee');
  try {
    const bea = await desk(colleague, `/${id}`);
    await bea.getByText('Here only the assignee answers').first().waitFor(soon);
    expect(await field(bea).count()).toBe(0);
    await bea.getByRole('status').getByRole('button', { name: 'Take it' }).click();
    await field(bea).fill('I am on it');
    await field(bea).press('Enter');
    await bubble(bea, 'I am on it').waitFor(soon);
    const ann = await desk(owner, `/${id}`);
    await ann.getByText(/Here only the assignee answers, and that is Bea/).waitFor(soon);
  } finally {
    await settings('anyone');
  }
});

test('a voice note is recorded, heard in the page, and leaves as WhatsApp wants it', async () => {
  const { id } = await person('call me');
  const page = await desk(owner, `/${id}`);
  await page.getByRole('button', { name: 'Record a voice message' }).click();
  // A busy machine may not draw the first second.
  await page.getByText(/^[1-9]\d* s$/).waitFor(soon);
  await page.getByRole('button', { name: 'Use the recording' }).click();
  await page.getByRole('list', { name: 'Files to send' }).locator('[data-state="ready"]').waitFor(soon);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect.poll(async () => (await sent(id))[0]?.status, soon).toBe('delivered');
  const audio = (await sent(id))[0]?.content.audio;
  expect(audio?.voice).toBe(true);
  // The server looked at the bytes, not at what they were called.
  const info = (await product.api(`/v1/media/${audio?.mediaId}/info`)).body as { type: string };
  expect(info.type).toBe('audio/ogg');
  const seconds = await page.evaluate<number>(`(async () => {
    const bytes = await (await fetch('/v1/media/${audio?.mediaId}')).arrayBuffer();
    return (await new AudioContext().decodeAudioData(bytes)).duration;
  })()`);
  expect(seconds).toBeGreaterThan(0.8);
  expect(seconds).toBeLessThan(60);
});

test('a template with a picture and a link is filled in, seen beforehand, and sent', async () => {
  const { id } = await person('what is new?');
  const page = await desk(owner, `/${id}`);
  await page.getByRole('button', { name: 'Template, buttons or list' }).click();
  await page.getByRole('menuitem', { name: 'Choose a template' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /seasonal_offer/ }).click();
  const send = dialog.getByRole('button', { name: 'Send' });
  // What was pressed is gone: the keyboard goes on in the first field, which is the picture's.
  const picture = dialog.getByRole('button', { name: 'Picture of the heading' });
  await expect.poll(() => picture.evaluate((at) => at.ownerDocument.activeElement === at), soon).toBe(true);
  await dialog.getByLabel('Text: 1').fill('Ana');
  await dialog.getByLabel('Text: 2').fill('20 %');
  await dialog.getByLabel('End of the link of “Shop now”').fill('spring');
  const preview = dialog.locator('[data-preview]');
  await preview.getByText('Hi Ana, everything in the shop is 20 % off this week.').waitFor();
  expect(await send.isDisabled()).toBe(true);
  const chooser = page.waitForEvent('filechooser');
  await picture.click();
  await (await chooser).setFiles({ name: 'spring.png', mimeType: 'image/png', buffer: dot });
  await preview.getByRole('img').waitFor(soon);
  await send.click();
  await expect.poll(async () => (await sent(id))[0]?.status, soon).toBe('delivered');
  expect((await sent(id))[0]?.content.template?.components.map(({ type }) => type)).toEqual([
    'header',
    'body',
    'button',
  ]);
  await bubble(page, 'Hi Ana, everything in the shop is 20 % off').waitFor(soon);
});

test('a quick reply brings its file along', async () => {
  const { id } = await person('the price list, please');
  const made = await fetch(`${product.ready.url}/v1/media?kind=image&filename=prices.png`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.ready.apiKey}`, 'content-type': 'image/png' },
    body: new Uint8Array(dot),
  });
  const { id: mediaId } = (await made.json()) as { id: string };
  await product.api('/v1/quick-replies', { body: { shortcut: 'prices', text: 'Here they are.', mediaId } });
  const page = await desk(owner, `/${id}`);
  await field(page).fill('/pri');
  await page.getByRole('option', { name: '/prices' }).waitFor(soon);
  await field(page).press('Enter');
  await page.getByRole('list', { name: 'Files to send' }).getByText('prices.png').waitFor(soon);
  await field(page).press('Enter');
  await bubble(page, 'Here they are.').locator('img').waitFor(soon);
});

test('a number that never wrote: what may be sent is told, then sent; a refusal says why', async () => {
  const page = await desk(owner, '');
  await page.getByRole('button', { name: 'New conversation' }).click();
  const dialog = page.getByRole('dialog', { name: 'New conversation' });
  await dialog.getByLabel('Phone number').fill('+1 555 030 7777');
  await dialog.getByText('You may write what you like.').waitFor(soon);
  await dialog.getByLabel('Your message').fill('Your order is ready');
  // The server takes it the first time; none of its answers arrives. Pressed again, it is one message.
  let asked = 0;
  await page.route('**/v1/messages', async (route) => {
    if (asked++ === 0) await route.fetch();
    await route.abort();
  });
  await dialog.getByRole('button', { name: 'Send' }).click();
  await page.getByText('The server does not answer').waitFor(soon);
  await page.unroute('**/v1/messages');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await page.waitForURL(/\/app\/inbox\/[0-9a-f-]{36}/);
  await bubble(page, 'Your order is ready').waitFor(soon);
  const [, begun = ''] = /\/app\/inbox\/([0-9a-f-]{36})/.exec(page.url()) ?? [];
  expect(await bodies(begun)).toEqual(['Your order is ready']);

  const blocked = await person('stop');
  await product.api(`/v1/contacts/${blocked.contactId}/block`, { body: {} });
  const [contact] = await list<{ phone: string }>(
    product,
    `/v1/contacts?q=${encodeURIComponent(blocked.name)}`,
  );
  await page.getByRole('button', { name: 'New conversation' }).click();
  // Who is known is found by name while one types.
  await dialog.getByLabel('Phone number').fill(blocked.name);
  await dialog.getByLabel('Phone number').press('Tab');
  await dialog.getByText('Choose somebody from the list').waitFor(soon);
  await dialog.getByLabel('Phone number').click();
  await page.getByRole('option', { name: contact?.phone ?? '' }).click();
  await dialog.getByText('The contact is blocked; unblock it to write.').waitFor(soon);
  expect(await dialog.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
});

test('the line breaks after the server has it, the page is reloaded, the network goes: all once, in order', async () => {
  const { id } = await person('hello');
  const page = await desk(owner, `/${id}`);
  await field(page).waitFor();
  // Taken by the server, the answer lost on the way.
  await page.route('**/v1/messages', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await field(page).fill('first');
  await field(page).press('Enter');
  await until(
    async () => (await bodies(id)).includes('first'),
    30_000,
    () => 'the server does not have it',
  );
  await page.unroute('**/v1/messages');
  await page.reload();
  await page.locator('article[data-message]', { hasText: 'first' }).waitFor(soon);
  await page.context().setOffline(true);
  await field(page).fill('second');
  await field(page).press('Enter');
  await page.locator('article[data-status="waiting"]', { hasText: 'second' }).waitFor(soon);
  await field(page).fill('third');
  await field(page).press('Enter');
  await page.context().setOffline(false);
  await page.locator('article[data-message]', { hasText: 'third' }).waitFor(soon);
  await expect.poll(() => page.locator('article[data-status="waiting"]').count(), soon).toBe(0);
  expect(await bodies(id)).toEqual(['first', 'second', 'third']);
  expect(await bubble(page, 'first').count()).toBe(1);
});

test('what one has begun stays one’s own: through a reload, and when somebody else signs in at the machine', async () => {
  const { id } = await person('hello');
  const page = await desk(owner, `/${id}`);
  const note = page.getByRole('textbox', { name: 'Your note' });
  const mode = (name: string) => page.locator('label', { hasText: new RegExp(`^${name}$`) }).click();
  await field(page).waitFor(soon);
  await mode('Note');
  await note.fill('half a note');
  await mode('Reply');
  await field(page).waitFor(soon);
  await mode('Note');
  await expect.poll(() => note.inputValue(), soon).toBe('half a note');
  await mode('Reply');
  await page.route('**/v1/messages', (route) =>
    route.request().method() === 'POST' ? route.abort('internetdisconnected') : route.continue(),
  );
  await field(page).fill('from the owner');
  await field(page).press('Enter');
  const waits = page.locator('article[data-status="waiting"]', { hasText: 'from the owner' });
  await waits.waitFor(soon);

  const signIn = async (who: SignedIn) => {
    // The page is left before its next try, as by who leaves a machine.
    await page.goto(`${product.ready.url}/livez`);
    await page.unrouteAll({ behavior: 'wait' });
    await page.context().clearCookies();
    await page.context().addCookies(who.cookies);
    await page.goto(`${product.ready.url}/app/inbox/${id}`);
    await bubble(page, 'hello').waitFor(soon);
  };
  await signIn(colleague);
  await mode('Note');
  expect(await note.inputValue()).toBe('');
  expect(await waits.count()).toBe(0);
  expect(await bodies(id)).toEqual([]);
  await signIn(owner);
  await mode('Note');
  await expect.poll(() => note.inputValue(), soon).toBe('half a note');
  await page.locator('article[data-message]', { hasText: 'from the owner' }).waitFor(soon);
  expect((await sent(id))[0]?.sender).toMatchObject({ kind: 'member', name: 'Operator' });
});

test('what waits in one window is not sent as the words of who signed in in another', async () => {
  const { id } = await person('hello');
  const page = await desk(owner, `/${id}`);
  await field(page).waitFor(soon);
  await page.route('**/v1/messages', (route) =>
    route.request().method() === 'POST' ? route.abort('connectionreset') : route.continue(),
  );
  await field(page).fill('not yet gone');
  await field(page).press('Enter');
  await page.locator('article[data-status="waiting"]', { hasText: 'not yet gone' }).waitFor(soon);
  const asked = page.waitForResponse(
    async (answer) =>
      answer.url().endsWith('/v1/auth/me') && (await answer.text()).includes('bea@example.com'),
    soon,
  );
  await page.context().addCookies(colleague.cookies);
  await asked;
  await page.unroute('**/v1/messages');
  await page.context().addCookies(owner.cookies);
  await page.reload();
  await page.locator('article[data-message]', { hasText: 'not yet gone' }).waitFor(soon);
  expect((await sent(id)).map(({ sender }) => sender)).toMatchObject([{ kind: 'member', name: 'Operator' }]);
});

test('what somebody writes stands there before the page has asked for it, and once', async () => {
  const { id, phone } = await person('hello');
  const page = await desk(owner, `/${id}`);
  await bubble(page, 'hello').waitFor(soon);
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  await page.route('**/v1/messages?*', async (route) => {
    await held;
    await route.continue();
  });
  await phone.says('are you there?');
  await bubble(page, 'are you there?').waitFor(soon);
  go();
  await page.unrouteAll({ behavior: 'wait' });
  await phone.says('well?');
  await bubble(page, 'well?').waitFor(soon);
  expect(await bubble(page, 'are you there?').count()).toBe(1);
});

test('a session that ended elsewhere leads to the sign-in, which leads back', async () => {
  const { id } = await person('still there?');
  const page = await desk(await signInOwner(browser, product), `/${id}`);
  await bubble(page, 'still there?').waitFor(soon);
  // What the page asks when it is cut off is refused, and says so in the console.
  await page.context().request.post(`${product.ready.url}/v1/auth/logout`, {
    headers: { origin: product.ready.url },
  });
  await page.waitForURL((url) => url.pathname === '/login' && url.search.includes(id), soon);
});

test('two contacts become one while one looks: the thread goes on in the one that stays', async () => {
  const gone = await person('from my old number');
  const kept = await person('from my new number');
  const page = await desk(owner, `/${gone.id}?view=all`);
  await bubble(page, 'from my old number').waitFor(soon);
  await product.api(`/v1/contacts/${kept.contactId}/merges`, { body: { contactId: gone.contactId } });
  await page.waitForURL(new RegExp(kept.id), soon);
  await bubble(page, 'from my old number').waitFor(soon);
  await bubble(page, 'from my new number').waitFor(soon);
});

test('keys are places: an Arabic keyboard has them where a Latin one has', async () => {
  await person('one more');
  const page = await desk(owner, '', { language: 'ar' });
  await page.locator('li a[href*="/app/inbox/"]').first().waitFor();
  const press = (code: string, key: string) =>
    page.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { code: '${code}', key: '${key}', bubbles: true, cancelable: true }))`,
    );
  await press('KeyJ', 'ت');
  await page.waitForURL(/\/app\/inbox\/[0-9a-f-]{36}/);
  await page.locator('[data-message]').first().waitFor();
  await press('KeyL', 'م');
  await expect.poll(() => page.evaluate('document.activeElement?.tagName'), soon).toBe('TEXTAREA');
});

test('ten thousand conversations and a thread of five thousand: only what is near is in the page', async () => {
  const { id, contactId } = await person('the first of many');
  const page = await deskOf(browser, product, owner, complaints);
  open.add(page);
  await makeBig(page, product, { conversationId: id, contactId });
  await page.goto(`${product.ready.url}/app/inbox/${id}?view=all`);
  await bubble(page, 'line 0 ').waitFor(soon);
  await page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').first().waitFor(soon);
  const { lines, rows } = await walkThrough(page);
  expect(rows).toBeGreaterThan(0);
  expect(rows).toBeLessThanOrEqual(60);
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThanOrEqual(60);
});

test.each([
  ['light', 'en', 1400],
  ['dark', 'ar', 1400],
  ['dark', 'en', 390],
  ['light', 'ar', 390],
] as const)(
  'axe finds nothing in the states of the inbox: %s, %s, %i px',
  async (colorScheme, language, width) => {
    const { id } = await person('hello');
    await product.api('/v1/messages', {
      body: { conversationId: id, type: 'text', text: { body: 'from a program' } },
    });
    const page = await desk(owner, '?view=closed', { colorScheme, language, width });
    const dialog = page.getByRole('dialog');
    const clean = async (what: string) => expect(await flaws(page), what).toEqual([]);
    await page.locator('h2').first().waitFor();
    await clean('an empty list');
    await page.getByRole('button', { name: /^(New conversation|محادثة جديدة)$/ }).click();
    await dialog.locator('input[required]').fill('+1 555 030 8888');
    await dialog.locator('[data-verdict]').waitFor(soon);
    await clean('a new conversation');
    await page.goto(`${product.ready.url}/app/inbox/${id}`);
    await bubble(page, 'from a program').waitFor(soon);
    await clean('a thread');
    await page.getByRole('button', { name: /^(Template, buttons or list|قالب أو أزرار أو قائمة)$/ }).click();
    await page.getByRole('menuitem').first().click();
    await dialog.getByRole('button', { name: /seasonal_offer/ }).click();
    await dialog.locator('[data-preview]').waitFor(soon);
    await clean('a template');
  },
);

/** A picture of one dot. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
