/**
 * The phone as its user has it: the simulator started by its command, a business that speaks the Cloud API by fetch,
 * and a person with a browser.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { flaws, openBrowser } from './browser.ts';

const root = new URL('..', import.meta.url).pathname;
const NUMBER = '106540352242922';
const KEY = 'phone-key';
const ANA = '15550100001';

let browser: Browser;
let business: Server;
let simulator: ChildProcess;
let url = '';
/** Answer of the business's callback to the next webhooks. */
let holdWebhooks = false;
const inbound: Record<string, unknown>[] = [];

beforeAll(async () => {
  browser = await openBrowser();
  business = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const asked = new URL(request.url ?? '/', 'http://business').searchParams;
      if (request.method === 'GET') {
        response.end(asked.get('hub.challenge'));
        return;
      }
      if (holdWebhooks) {
        response.writeHead(503).end();
        return;
      }
      for (const entry of JSON.parse(body).entry)
        for (const change of entry.changes) inbound.push(...(change.value.messages ?? []));
      response.end();
    });
  });
  await new Promise<void>((resolve) => business.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(business.address() as AddressInfo).port}/webhook`;
  simulator = spawn(
    process.execPath,
    [
      'packages/simulator/bin/simulator.js',
      ...['--port', '0', '--webhook', webhook, '--admin-key', KEY, '--token', 'EAAphone'],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  url = await new Promise<string>((resolve, reject) => {
    simulator.once('exit', (code) => reject(new Error(`the simulator ended (${code}):\n${printed}`)));
    simulator.stdout?.on('data', (chunk) => {
      printed += chunk;
      const found = /phone\s+(http:\/\/\S+)\/phone\?key=/.exec(printed)?.[1];
      if (found) resolve(found);
    });
  });
});

afterAll(async () => {
  simulator?.kill('SIGTERM');
  business?.closeAllConnections();
  business?.close();
  await browser?.close();
});

afterEach(async () => {
  holdWebhooks = false;
  await admin('POST', 'reset', {});
});

async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${url}/_sim/${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
  return answer.json();
}

/** The business sends; answers with the wamid. */
async function say(content: Record<string, unknown>): Promise<string> {
  const answer = await fetch(`${url}/v24.0/${NUMBER}/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer EAAphone' },
    body: JSON.stringify({ messaging_product: 'whatsapp', to: ANA, ...content }),
  });
  const body = (await answer.json()) as { messages?: { id: string }[] };
  expect(answer.status, JSON.stringify(body)).toBe(200);
  return body.messages?.[0]?.id ?? '';
}

const text = (body: string) => ({ type: 'text', text: { body } });

const buttons = {
  type: 'interactive',
  interactive: {
    type: 'button',
    body: { text: 'Which colour?' },
    footer: { text: 'One tap is enough' },
    action: {
      buttons: [
        { type: 'reply', reply: { id: 'r', title: 'Red' } },
        { type: 'reply', reply: { id: 'b', title: 'Blue' } },
      ],
    },
  },
};

const list = {
  type: 'interactive',
  interactive: {
    type: 'list',
    header: { type: 'text', text: 'Opening hours' },
    body: { text: 'When shall we come?' },
    action: {
      button: 'See times',
      sections: [
        {
          title: 'Monday',
          rows: [
            { id: 'm9', title: '9:00', description: 'before work' },
            { id: 'm17', title: '17:00' },
          ],
        },
      ],
    },
  },
};

interface Visit {
  page: Page;
  /** Console errors, CSP violations, requests to elsewhere; checked by `leave`. */
  troubles: string[];
  leave(): Promise<void>;
}

async function visit(query = '', options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    ...options,
  });
  // shorter than the test's own limit, so that a failure names what did not come
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'error' || /Content Security Policy/i.test(line.text())) troubles.push(line.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url())) troubles.push(request.url());
  });
  await page.goto(`${url}/phone?key=${KEY}`);
  if (query) await page.goto(`${url}/phone${query}`);
  return {
    page,
    troubles,
    async leave() {
      await context.close();
      expect(troubles).toEqual([]);
    },
  };
}

/** Ana's chat, open; `hi` was said, so that the business may write. */
async function chatting(query = '', options: BrowserContextOptions = {}): Promise<Visit> {
  const { person } = (await admin('POST', 'people', { name: 'Ana Souza', phone: ANA })) as {
    person: { id: string };
  };
  await admin('POST', `people/${person.id}/messages`, { numberId: NUMBER, type: 'text', text: 'hi' });
  const on = await visit(query, options);
  // Until somebody is chosen, what to do stands in the middle.
  await on.page.locator('main.blank').waitFor({ state: 'attached' });
  await on.page.locator('button.person', { hasText: 'Ana Souza' }).click();
  await on.page.locator('.messages .row').first().waitFor();
  return on;
}

const bubble = (page: Page, content: string) => page.locator('.messages .row', { hasText: content }).last();

async function write(page: Page, content: string): Promise<void> {
  await page.locator('.composer .input').fill(content);
  await page.keyboard.press('Enter');
  await bubble(page, content).waitFor();
}

const lastInbound = () => inbound.at(-1) as Record<string, never> | undefined;

/** A red square, made here. */
function png(size = 64): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    let crc = 0xffffffff;
    for (const byte of body) {
      crc ^= byte;
      for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.from([0, ...Array.from({ length: size }, () => [200, 60, 50]).flat()]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: size }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

async function upload(bytes: Buffer, type: string, name: string): Promise<string> {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('file', new Blob([new Uint8Array(bytes)], { type }), name);
  const answer = await fetch(`${url}/v24.0/${NUMBER}/media`, {
    method: 'POST',
    headers: { authorization: 'Bearer EAAphone' },
    body: form,
  });
  return ((await answer.json()) as { id: string }).id;
}

/** A silent second, as a WAV would be refused: an MP3 frame header is enough for a bubble. */
const mp3 = () => Buffer.concat([Buffer.from('ID3\x03\x00\x00\x00\x00\x00\x00', 'latin1'), Buffer.alloc(64)]);

/** One of every kind of bubble, from both sides, with a quote, a reaction and each tick. */
async function everyKind(page: Page): Promise<void> {
  const picture = await upload(png(), 'image/png', 'square.png');
  const paper = await upload(Buffer.from('%PDF-1.4\n'), 'application/pdf', 'invoice.pdf');
  const sound = await upload(mp3(), 'audio/mpeg', 'hello.mp3');
  const first = await say(text('*Bold* and _thin_ and https://example.com/a?b=1'));
  await say({ type: 'image', image: { id: picture, caption: 'A square' } });
  await say({ type: 'image', image: { link: 'https://example.com/linked.png' } });
  await say({ type: 'document', document: { id: paper, filename: 'invoice.pdf', caption: 'Your invoice' } });
  await say({ type: 'audio', audio: { id: sound } });
  await say({
    type: 'location',
    location: { latitude: -13.5, longitude: -71.9, name: 'Plaza de Armas', address: 'Cusco' },
  });
  await say({
    type: 'contacts',
    contacts: [
      { name: { formatted_name: 'Luz Quispe', first_name: 'Luz' }, phones: [{ phone: '+51984000111' }] },
    ],
  });
  await say(buttons);
  await say(list);
  await say({
    type: 'interactive',
    interactive: {
      type: 'cta_url',
      body: { text: 'Our shop' },
      action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://shop.example/' } },
    },
  });
  await say({
    type: 'template',
    template: {
      name: 'order_update',
      language: { code: 'en_US' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ana' },
            { type: 'text', text: 'A-1042' },
          ],
        },
      ],
    },
  });
  await say({ ...text('An answer'), context: { message_id: first } });
  await bubble(page, 'An answer').waitFor();
  await say({ type: 'reaction', reaction: { message_id: String(inbound[0]?.id ?? ''), emoji: '🙏' } });
  await write(page, 'A line of my own');
  await bubble(page, 'Which colour?').getByRole('button', { name: 'Red' }).click();
  await page.locator('.row.own', { hasText: 'Red' }).waitFor();
  await page.locator('.row[data-tick="delivered"]', { hasText: 'A line of my own' }).waitFor();
}

test('its headers: own sources only, no frames, nothing kept', async () => {
  const files = ['', '/phone.js', '/phone.css', '/words.js', '/icon.svg'];
  const types = ['text/html', 'text/javascript', 'text/css', 'text/javascript', 'image/svg+xml'];
  for (const [i, file] of files.entries()) {
    const answer = await fetch(`${url}/phone${file}`, { headers: { cookie: `sim_key=${KEY}` } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain(types[i]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
  }
  expect((await fetch(`${url}/phone`)).status).toBe(401);
});

test('text both ways, live, with ticks', async () => {
  const { page, troubles, leave } = await chatting();
  holdWebhooks = true;
  await write(page, 'Are you open?');
  const own = bubble(page, 'Are you open?');
  await expect.poll(() => own.getAttribute('data-tick')).toBe('sent');
  holdWebhooks = false;
  await expect.poll(() => own.getAttribute('data-tick'), { timeout: 20_000 }).toBe('delivered');
  await expect.poll(() => lastInbound()?.text).toEqual({ body: 'Are you open?' });

  await say(text('We are, until six.'));
  await bubble(page, 'We are, until six.').waitFor();
  const answer = await fetch(`${url}/v24.0/${NUMBER}/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer EAAphone' },
    body: JSON.stringify({
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: lastInbound()?.id,
      typing_indicator: { type: 'text' },
    }),
  });
  expect(answer.status).toBe(200);
  await expect.poll(() => own.getAttribute('data-tick')).toBe('read');
  await expect.poll(() => page.locator('.chat header p').textContent()).toBe('typing…');
  await say(
    text('*Today* we have\n- _tea_\n- coffee\n\n3. soup\n> or `water`\n```- 1\n- 2```\nAnything else?'),
  );
  const menu = bubble(page, 'Anything else?');
  await menu.waitFor();
  expect(await menu.locator('ul li').allTextContents()).toEqual(['tea', 'coffee']);
  expect(await menu.locator('ul em').allTextContents()).toEqual(['tea']);
  expect(await menu.locator('ol[start="3"] li').allTextContents()).toEqual(['soup']);
  expect(await menu.locator('blockquote code').allTextContents()).toEqual(['water']);
  expect(await menu.locator('p code').allTextContents()).toEqual(['- 1\n- 2']);
  await expect.poll(() => page.locator('.chat header p').textContent()).toBe('business account');

  // Away for once: what was typed stays, and the next success takes the sentence back.
  const doors = '**/_phone/api/chats/**/messages';
  await page.route(doors, (route) => route.abort());
  const box = page.locator('.composer .input');
  await box.fill('Two teas, please');
  await box.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'your text is still here' }).waitFor();
  await expect.poll(() => box.inputValue()).toBe('Two teas, please');
  await page.unroute(doors);
  await box.press('Enter');
  await bubble(page, 'Two teas, please').waitFor();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  expect(await box.inputValue()).toBe('');
  // The browser's own line about the refused request.
  expect(troubles.splice(0)).toHaveLength(1);
  await leave();
});

test('reply with a quote that jumps, and a reaction put on and taken away', async () => {
  const { page, leave } = await chatting();
  const asked = await say(text('Red or blue?'));
  await bubble(page, 'Red or blue?').waitFor();
  for (let i = 0; i < 25; i++) await say(text(`line ${i}`));
  await bubble(page, 'line 24').waitFor();
  const question = page.locator('.row', { hasText: 'Red or blue?' }).first();
  await question.hover();
  await question.getByRole('button', { name: 'Reply' }).click();
  await page.locator('.replying').waitFor();
  await write(page, 'Blue, please');
  await expect.poll(() => lastInbound()?.context).toMatchObject({ id: asked });
  await expect.poll(async () => ((await question.boundingBox())?.y ?? -1) < 60).toBe(true);
  await bubble(page, 'Blue, please').locator('.quote').click();
  await expect.poll(async () => ((await question.boundingBox())?.y ?? -1) > 60).toBe(true);

  await question.hover();
  await question.getByRole('button', { name: 'React' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '👍' }).click();
  await expect.poll(() => question.locator('.reactions').textContent()).toBe('👍');
  await expect.poll(() => lastInbound()?.reaction).toEqual({ message_id: asked, emoji: '👍' });
  await question.hover();
  await question.getByRole('button', { name: 'React' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove reaction' }).click();
  await expect.poll(() => question.locator('.reactions').count()).toBe(0);
  await leave();
});

test('a button can be tapped once; a list row is picked', async () => {
  const { page, leave } = await chatting();
  await say(buttons);
  await bubble(page, 'Which colour?').getByRole('button', { name: 'Blue' }).click();
  await page.locator('.row.own', { hasText: 'Blue' }).waitFor();
  await expect
    .poll(() => lastInbound()?.interactive)
    .toEqual({ type: 'button_reply', button_reply: { id: 'b', title: 'Blue' } });
  const asked = page.locator('.row.theirs', { hasText: 'Which colour?' });
  for (const name of ['Red', 'Blue'])
    await expect.poll(() => asked.getByRole('button', { name }).isDisabled()).toBe(true);

  await say(list);
  await bubble(page, 'When shall we come?').getByRole('button', { name: 'See times' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '9:00' }).click();
  await page.locator('.row.own', { hasText: '9:00' }).waitFor();
  await expect
    .poll(() => lastInbound()?.interactive)
    .toEqual({ type: 'list_reply', list_reply: { id: 'm9', title: '9:00', description: 'before work' } });
  await leave();
});

test('a picture goes up and is shown, on both sides', async () => {
  const { page, leave } = await chatting();
  await page.getByRole('button', { name: 'Attach' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('dialog').getByRole('button', { name: 'Photo or video' }).click();
  await (await chooser).setFiles({ name: 'square.png', mimeType: 'image/png', buffer: png() });
  const shown = page.locator('.row.own img.media');
  await expect.poll(() => shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(64);
  await expect.poll(() => lastInbound()?.image).toMatchObject({ mime_type: 'image/png' });
  await say({ type: 'image', image: { id: await upload(png(32), 'image/png', 'small.png') } });
  const theirs = page.locator('.row.theirs img.media');
  await expect.poll(() => theirs.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(32);
  await leave();
});

test('a picture that comes after its chat was opened leaves the newest in sight, until one scrolls', async () => {
  const { page, leave } = await chatting();
  for (let n = 0; n < 20; n += 1) await say(text(`line ${n}`));
  await say({ type: 'image', image: { id: await upload(png(300), 'image/png', 'late.png') } });
  await say(text('the newest'));
  await bubble(page, 'the newest').waitFor();
  let go = () => {};
  const hold = async () => {
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.unroute('**/_phone/api/media/**');
    await page.route('**/_phone/api/media/**', async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await bubble(page, 'the newest').waitFor();
  };
  const messages = page.locator('.messages');
  const below = () =>
    messages.evaluate(
      (at: { scrollHeight: number; scrollTop: number; clientHeight: number }) =>
        at.scrollHeight - at.scrollTop - at.clientHeight,
    );
  const picture = page.locator('.row.theirs img.media');
  const come = async () => {
    go();
    await expect
      .poll(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBe(300);
  };
  await hold();
  await come();
  await expect.poll(below).toBeLessThan(2);
  await hold();
  await messages.evaluate((at: { scrollTop: number; scrollHeight: number }) => {
    at.scrollTop = 0;
  });
  await come();
  expect(await below()).toBeGreaterThan(100);
  await leave();
});

test('Arabic: right to left, mirrored', async () => {
  const { page, leave } = await chatting('?lang=ar');
  expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
  expect(await page.locator('html').getAttribute('lang')).toBe('ar');
  const people = await page.locator('.people').boundingBox();
  const chat = await page.locator('.chat').boundingBox();
  expect(people!.x).toBeGreaterThan(chat!.x);
  await write(page, 'مرحبا');
  await say(text('أهلا'));
  await bubble(page, 'أهلا').waitFor();
  const own = await bubble(page, 'مرحبا').locator('.bubble').boundingBox();
  const theirs = await bubble(page, 'أهلا').locator('.bubble').boundingBox();
  expect(own!.x).toBeLessThan(theirs!.x);
  // shipped, for a machine that has none of its own
  const loaded = () =>
    page.evaluate<string[]>(
      "[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)",
    );
  await expect.poll(loaded, { timeout: 20_000 }).toContain('Noto Sans Arabic');
  await leave();
});

test('dark when the system is, and by the button', async () => {
  const { page, leave } = await chatting('', { colorScheme: 'dark' });
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const dark = await ground();
  await page.getByRole('button', { name: 'Light or dark' }).click();
  await expect.poll(ground).not.toBe(dark);
  await page.reload();
  expect(await ground()).not.toBe(dark);
  await leave();
});

test('390 px: list, chat, back; nothing wider than the screen', async () => {
  const { page, leave } = await chatting('', { viewport: { width: 390, height: 780 } });
  await everyKind(page);
  expect(await page.locator('.people').isVisible()).toBe(false);
  const wide = () => page.evaluate<number>('document.documentElement.scrollWidth');
  expect(await wide()).toBe(390);
  await page.getByRole('button', { name: 'Back' }).click();
  await page.locator('.people').waitFor();
  await say(text('One thing more'));
  await page.getByRole('img', { name: 'Unread: 1' }).waitFor();
  expect(await page.locator('.chat').isVisible()).toBe(false);
  expect(await wide()).toBe(390);
  await leave();
});

test('a fault is armed, strikes once, and another is disarmed', async () => {
  const { page, leave } = await chatting();
  await page.getByRole('button', { name: 'Faults' }).click();
  const lose = page.locator('[data-fault="drop_webhook"]');
  await lose.getByRole('button').click();
  await expect.poll(() => lose.getAttribute('data-armed')).toBe('true');
  await write(page, 'nobody will hear this');
  await expect.poll(() => lose.getAttribute('data-armed')).toBe('false');
  await expect.poll(() => bubble(page, 'nobody will hear this').getAttribute('data-tick')).toBe('sent');
  const twice = page.locator('[data-fault="duplicate_webhook"]');
  await twice.getByRole('button').click();
  await expect.poll(() => twice.getAttribute('data-armed')).toBe('true');
  await twice.getByRole('button').click();
  await expect.poll(() => twice.getAttribute('data-armed')).toBe('false');
  const { faults } = (await admin('GET', 'faults')) as { faults: { id: string; remaining: number }[] };
  expect(faults.filter((fault) => fault.remaining !== 0)).toEqual([]);
  await leave();
});

test('what happens meanwhile takes no focus away and stops no voice note', async () => {
  const { page, leave } = await chatting();
  // Not yet told to the business: its ticks come while it plays.
  holdWebhooks = true;
  await page.getByRole('button', { name: 'Attach' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('dialog').getByRole('button', { name: 'Voice note' }).click();
  await (await chooser).setFiles({ name: 'hello.mp3', mimeType: 'audio/mpeg', buffer: mp3() });
  await page.locator('.row.own[data-tick="sent"] audio').waitFor();
  const sound = await page.locator('audio').elementHandle();
  holdWebhooks = false;
  await page.locator('.row.own[data-tick="delivered"] audio').waitFor();
  await page
    .locator('.row.own', { has: page.locator('audio') })
    .locator('.ticks.delivered')
    .waitFor();
  await say(buttons);
  await bubble(page, 'Which colour?').waitFor();
  await bubble(page, 'Which colour?').getByRole('button', { name: 'Blue' }).focus();
  await say(text('meanwhile'));
  await bubble(page, 'meanwhile').waitFor();
  const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
  expect(await focused()).toBe('Blue');
  expect(await sound?.evaluate((element: { isConnected: boolean }) => element.isConnected)).toBe(true);
  await page.getByRole('button', { name: 'Faults' }).click();
  await page.locator('[data-fault="slow"] button').press('Enter');
  await page.locator('[data-fault="slow"][data-armed="true"]').waitFor();
  expect(await focused()).toBe('Disarm');
  await leave();
});

test('by keyboard alone', async () => {
  await admin('POST', 'people', { name: 'Ana Souza', phone: ANA });
  const { page, leave } = await visit();
  await page.locator('button.person').first().waitFor();
  const focused = () => page.evaluate<string>("document.activeElement?.className ?? ''");
  for (let i = 0; i < 12 && (await focused()) !== 'person'; i++) await page.keyboard.press('Tab');
  expect(await focused()).toBe('person');
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('input');
  await page.keyboard.type('typed only');
  await page.keyboard.press('Enter');
  await bubble(page, 'typed only').waitFor();
  await expect.poll(focused).toBe('input');
  await expect.poll(() => lastInbound()?.text).toEqual({ body: 'typed only' });
  // a sheet holds the focus and gives it back
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await expect
    .poll(() => page.evaluate<string | null>("document.activeElement?.getAttribute('aria-label')"))
    .toBe('Attach');
  await leave();
});

test.each(
  (['light', 'dark'] as const).flatMap((theme) =>
    (['en', 'ar'] as const).map((lang) => [theme, lang] as const),
  ),
)('axe finds nothing: %s, %s', async (theme, lang) => {
  const { page, leave } = await chatting(`?lang=${lang}`, { colorScheme: theme, reducedMotion: 'reduce' });
  await everyKind(page);
  expect(await flaws(page), 'chat').toEqual([]);
  await page.locator('.chat header.bar button.iconic').last().click();
  await page.locator('.fault').first().waitFor();
  await page.locator('[data-fault="slow"] button').click();
  await page.locator('[data-fault="slow"][data-armed="true"]').waitFor();
  expect(await flaws(page), 'faults').toEqual([]);
  await page.locator('.composer button.iconic').first().click();
  await page.getByRole('dialog').waitFor();
  expect(await flaws(page), 'sheet').toEqual([]);
  await page.keyboard.press('Escape');
  await page.goto(`${url}/phone`);
  await page.locator('button.person').first().waitFor();
  expect(await flaws(page), 'list').toEqual([]);
  await leave();
});
