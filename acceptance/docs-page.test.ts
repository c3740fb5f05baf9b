/** The API reference as a developer has it: a browser without the internet, a keyboard, dark and light, both directions. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { type Folder, type Product, startProduct } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let url: string;
let logs: string;

beforeAll(async () => {
  browser = await openBrowser();
  folder = await begunFolder();
  logs = join(folder.path, '../logs');
  product = await startProduct({ dataDir: folder.path, env: { LOG_DIR: logs, LOG_LEVEL: 'debug' } });
  url = product.ready.url;
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

/** A visit that must neither break the policy, nor say an error, nor ask anybody else. */
async function visit(
  address: string,
  look: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'error' || /Content Security Policy/i.test(line.text())) troubles.push(line.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (asked) => {
    if (!asked.url().startsWith(url)) troubles.push(asked.url());
  });
  await page.goto(`${url}${address}`);
  await page.locator('main h1').waitFor();
  await look(page);
  await context.close();
  expect(troubles).toEqual([]);
}

test('a developer finds an operation by words, reads who may, what it takes and answers, and how to call it', async () => {
  await visit('/docs', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('post block contact');
    await expect.poll(() => page.locator('#found').textContent()).toMatch(/^[1-9]\d? of \d{3}$/);
    await page.keyboard.press('ArrowDown');
    const links = page.locator('nav li:not([hidden]) a');
    const hrefs = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(hrefs).toContain('#contacts.block');
    for (let n = hrefs.indexOf('#contacts.block'); n > 0; n -= 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('h1[id="contacts.block"]').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('contacts.block');
    expect(new URL(page.url()).hash).toBe('#contacts.block');
    const text = await page.locator('main').textContent();
    expect(text).toMatch(/POST\s+\/v1\/contacts\/\{id\}\/block/);
    expect(text).toMatch(/roles? owner, admin.*API keys with contacts:write/);
    expect(text).toContain('Idempotency-Key');
    expect(text).toContain(`curl -X POST '${url}/v1/contacts/{id}/block'`);
    expect(text).toMatch(/404\s*There is no such thing/);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Chaski API' }).waitFor();
  });
});

test('an address leads to its operation; fields open as deep as one wants', async () => {
  await visit('/docs#messages.create', async (page) => {
    await expect.poll(() => page.title()).toMatch(/^POST \/v1\/messages/);
    await expect.poll(() => page.locator('nav a[aria-current="page"]').count()).toBe(1);
    const opened = page.locator('main .fields details').first();
    await opened.locator('summary').first().click();
    await opened.locator('li').first().waitFor();
    // A body of several forms calls each by what tells it from the others.
    await page
      .locator('main summary')
      .filter({ hasText: /^(type "text"|with )/ })
      .first()
      .waitFor();
  });
});

test('the curl line works as it stands, with a key', async () => {
  await visit('/docs#contacts.list', async (page) => {
    const line = await page.getByRole('region', { name: 'curl' }).textContent();
    expect(line).toBe(`curl '${url}/v1/contacts' \\\n  -H "Authorization: Bearer $CHASKI_KEY"`);
    expect((await product.api('/v1/contacts')).status).toBe(200);
  });
});

test.each([
  ['light', ''],
  ['dark', ''],
  ['light', '?dir=rtl'],
  ['dark', '?dir=rtl'],
] as const)('%s %s: axe finds nothing, nothing overflows, on a telephone too', async (colorScheme, query) => {
  for (const hash of ['', '#messages.create']) {
    await visit(
      `/docs${query}${hash}`,
      async (page) => {
        await page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true");
        await expect
          .poll(() => page.locator('main details[open]:not(:has(> :nth-child(2)))').count())
          .toBe(0);
        // What the page is made of is the same in the dark: its colours are looked at again.
        const found = await flaws(page, colorScheme === 'dark' ? { only: 'color-contrast' } : {});
        expect(found, hash).toEqual([]);
        for (const width of [1280, 375]) {
          await page.setViewportSize({ width, height: 800 });
          const beyond = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect(beyond, `${hash} ${width}`).toBeLessThanOrEqual(0);
        }
      },
      { colorScheme },
    );
  }
});

test('what it is drawn from can be taken away; the policy lets in its own files alone', async () => {
  const page = await fetch(`${url}/docs`);
  expect(page.headers.get('content-security-policy')).toMatch(
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe/);
  const spec = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string };
  expect(spec.openapi).toBe('3.1.0');
  const postman = await fetch(`${url}/docs/postman.json`);
  expect(postman.headers.get('content-disposition')).toContain('chaski.postman.json');
  const collection = (await postman.json()) as {
    item: { name: string; item: { name: string }[] }[];
    variable: { key: string }[];
  };
  expect(collection.item.length).toBeGreaterThan(5);
  // Whatever it names can be set; each operation is there once, in the folder of its area.
  const known = new Set(collection.variable.map(({ key }) => key));
  const named = [...JSON.stringify(collection).matchAll(/\{\{([a-z]\w*)\}\}/g)].map(([, name = '']) => name);
  expect([...new Set(named)].sort()).toEqual([...known].sort());
  const operations = collection.item.flatMap(({ name, item }) =>
    item.map((one) => [name, one.name] as const),
  );
  expect(operations.filter(([area, name]) => !name.startsWith(`${area}.`))).toEqual([]);
  expect(new Set(operations.map(([, name]) => name)).size).toBe(operations.length);
});

test('the reference comes compressed, a health check says what S3’s and S4’s clients read, metrics are for this machine', async () => {
  const encoding = await new Promise((resolve, reject) => {
    const asked = request(`${url}/openapi.json`, { headers: { 'accept-encoding': 'br' } }, (answer) => {
      answer.resume();
      resolve(answer.headers['content-encoding']);
    });
    asked.on('error', reject).end();
  });
  expect(encoding).toBe('br');
  expect(await (await fetch(`${url}/health`)).json()).toEqual({
    ok: true,
    status: 'ok',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    environment: 'development',
  });
  expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  // As Prometheus reads it: each family is announced once, with its kind, and no series comes twice.
  const families = new Map<string, string>();
  const series = new Set<string>();
  for (const line of metrics.split('\n').filter((one) => one !== '')) {
    const [, word, family = '', kind = ''] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? [];
    if (word === 'TYPE') {
      expect(families.has(family), line).toBe(false);
      expect(kind).toMatch(/^(counter|gauge|histogram|summary)$/);
      families.set(family, kind);
    }
    if (word !== undefined) continue;
    const sample = /^(\w+)(\{(?:\w+="[^"\\\n]*",?)*\})? (?:NaN|[+-]Inf|-?[\d.]+(?:e[+-]?\d+)?)$/.exec(line);
    expect(sample, line).not.toBeNull();
    const [, name = '', labels = ''] = sample ?? [];
    expect(families.has(name) || families.has(name.replace(/_(bucket|sum|count)$/, '')), line).toBe(true);
    expect(series.has(name + labels), line).toBe(false);
    series.add(name + labels);
    // Ids would make series without end; usage by workspace is the one that has them.
    if (name !== 'chaski_workspace_usage') expect(labels).not.toMatch(/[0-9a-f]{8}-|\d{6}/);
    if (families.get(name) === 'counter' && name.startsWith('chaski_')) expect(name).toMatch(/_total$/);
  }
  const page = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
  const [, table = ''] = /\| figure \| says \|\n([\s\S]*?)\n\n/.exec(page) ?? [];
  const told = [...table.matchAll(/`(chaski_\w+)/g)].map(([, name]) => name);
  expect([...families.keys()].filter((name) => name.startsWith('chaski_')).sort()).toEqual(told.sort());
  expect(metrics).toMatch(/^chaski_webhooks_total\{outcome="accepted"\} \d+$/m);
  expect(families.get('nodejs_eventloop_lag_seconds')).toBe('gauge');
  for (const state of ['waiting', 'active', 'failed']) {
    expect(metrics, state).toMatch(new RegExp(`^chaski_jobs\\{job="[^"]+",state="${state}"\\} \\d+$`, 'm'));
  }
  for (const state of ['due', 'claimed', 'unconfirmed', 'dead']) {
    expect(metrics, state).toMatch(new RegExp(`^chaski_sends\\{state="${state}"\\} \\d+$`, 'm'));
  }
  expect((await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(403);
});

test('LOG_DIR: all.log and error.log, every line names its component', async () => {
  const lines = readFileSync(join(logs, 'all.log'), 'utf8').trim().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(JSON.parse(line).component, line).toMatch(/^[a-z]+$/);
  expect(readFileSync(join(logs, 'error.log'), 'utf8')).toBe('');
});
