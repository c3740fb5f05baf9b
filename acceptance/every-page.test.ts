/**
 * Every page that the router knows, by light and in the dark, left to right and right to left, with words half as long
 * again on a desk and on a phone: axe finds nothing, nothing is cut off, no policy is broken, nobody else is asked.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, type SignedIn, signInOwner, somebody } from './desk.ts';
import { pages } from './pages.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

const soon = 30_000;
const nobody: SignedIn = { cookies: [], origins: [] };

let folder: Folder;
let product: Product;
let browser: Browser;
let owner: SignedIn;
/** What stands for `$…` in an address. */
const made: Record<string, string> = {};

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([
    // Three walk at once, faster than people do.
    startProduct({ dataDir: folder.path, env: { RATE_LIMIT_AUTH: 'off', RATE_LIMIT_ANONYMOUS: 'off' } }),
    openBrowser(),
  ]);
  owner = await signInOwner(browser, product);
  await somebody(product, 'Ana Lima', '15550403333', 'hello');
  made.$conversationId = (await list<{ id: string }>(product, '/v1/conversations'))[0]?.id ?? '';
  const templates = await list<{ id: string; name: string }>(product, '/v1/templates');
  made.$templateId = templates.find(({ name }) => name === 'order_update')?.id ?? '';
  const campaign = await product.api('/v1/campaigns', { body: { name: 'Spring' } });
  made.$campaignId = (campaign.body as { id: string }).id;
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

/** Goes to every page and looks. The signed-out ones first; within the app as a press on a link does. */
async function walk(
  options: Parameters<typeof deskOf>[4],
  look: (page: Page, path: string) => Promise<void>,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<void> {
  const complaints: string[] = [];
  for (const [state, some] of [
    [nobody, pages.filter(({ open }) => open)],
    [owner, pages.filter(({ open }) => !open)],
  ] as const) {
    const page = await deskOf(browser, product, state, complaints, options);
    await prepare(page);
    let asked = 0;
    page.on('request', () => asked++);
    page.on('requestfinished', () => asked--);
    page.on('requestfailed', () => asked--);
    await page.goto(product.ready.url + (state === nobody ? '/login' : '/app/inbox'));
    await page.locator('h1').first().waitFor({ state: 'attached' });
    // Colours on their way from one to the other are neither.
    await page.evaluate(`const still = new CSSStyleSheet();
      still.replaceSync('*, ::before, ::after { transition: none !important; animation: none !important; }');
      document.adoptedStyleSheets.push(still);`);
    for (const { path } of some) {
      const address = path.replaceAll(/\$\w+/g, (name) => made[name] ?? name);
      await page.evaluate(`if (location.pathname !== '${address}') {
        for (const one of document.querySelectorAll('h1')) one.dataset.old = '';
        history.pushState({}, '', '${address}');
      }`);
      await page.locator('h1:not([data-old])').first().waitFor({ state: 'attached' });
      await until(
        async () => asked <= 0 && (await page.locator('[data-visible].mantine-Skeleton-root').count()) === 0,
        soon,
        () => `${path} does not come to rest: ${asked} requests are open`,
      );
      await look(page, path);
    }
    await page.context().close();
  }
  expect(complaints).toEqual([]);
}

test.concurrent.each(['en', 'ar'])(
  'axe finds nothing on any page, by light and in the dark: %s',
  { timeout: 600_000 },
  async (language) => {
    const found: string[] = [];
    await walk({ language }, async (page, path) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await until(
          async () =>
            (await page.evaluate('document.documentElement.dataset.mantineColorScheme')) === colorScheme,
          soon,
          () => `${path} is not ${colorScheme}`,
        );
        // What the page is made of is the same in the dark: its colours are looked at again.
        const some = await flaws(page, colorScheme === 'dark' ? { only: 'color-contrast' } : {});
        found.push(...some.map((flaw) => `${path}, ${colorScheme}: ${flaw}`));
      }
      if (language === 'ar' && !found.length)
        expect(await page.evaluate<string>('document.documentElement.dir')).toBe('rtl');
    });
    expect(found).toEqual([]);
  },
);

test.concurrent('words half as long again fit on every page, on a desk and on a phone, and none is missing', {
  timeout: 600_000,
}, async () => {
  const found: string[] = [];
  await walk(
    { language: 'es' },
    async (page, path) => {
      for (const width of [1400, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const cut = await page.evaluate<string[]>(overflows);
        found.push(...cut.map((one) => `${path}, ${width} px: ${one}`));
      }
      // A text that is not there is shown as its key. So are jobs, on pages about them.
      const text = (await page.locator('#root').textContent()) ?? '';
      const areas = await page.evaluate<string[]>('window.areas');
      if (!/operator\/(health|dead-letters)/.test(path))
        for (const [key] of text.matchAll(/\b[a-z][a-zA-Z]+(\.[a-zA-Z]+){1,4}\b/g))
          if (areas.includes(key.split('.')[0] ?? '')) found.push(`${path}: ${key}`);
      expect(text).toContain('[');
    },
    lengthen,
  );
  expect(found).toEqual([]);
});

/** Every word of the page's language, in brackets and half as long again. */
const lengthen = async (page: Page): Promise<void> => {
  await page.route(/\/assets\/es-[^?]*\.js$/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `import words from '${new URL(route.request().url()).pathname}?plain';
        const grown = (part) => part.startsWith('{{') ? part : part.replace(/\\p{L}/gu, (letter, at) => at % 2 ? letter + letter : letter);
        const longer = (value) => typeof value === 'string'
          ? '[' + value.split(/([{]{2}.*?[}]{2})/).map(grown).join('') + ']'
          : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, longer(one)]));
        (window.areas ??= []).push(...Object.keys(words));
        export default longer(words);`,
    }),
  );
};

/** What is wider than its place without an ellipsis or a scrollbar of its own, and whether the page scrolls sideways. */
const overflows = `(() => {
  const found = document.documentElement.scrollWidth > innerWidth + 1 ? ['the page scrolls sideways'] : [];
  if (document.querySelector('#main') && document.documentElement.scrollHeight > innerHeight + 1) found.push('rail and bar scroll away');
  for (const one of document.querySelectorAll('main *')) {
    if (!one.childNodes.length || [...one.childNodes].every((node) => node.nodeType !== 3 || !node.data.trim())) continue;
    const box = one.getBoundingClientRect();
    if (box.width <= 2 || getComputedStyle(one).clipPath !== 'none') continue;
    let cut = false;
    for (let up = one; up && up.tagName !== 'MAIN'; up = up.parentElement) {
      const { textOverflow, overflowX } = getComputedStyle(up);
      cut ||= textOverflow === 'ellipsis' || overflowX === 'auto' || overflowX === 'scroll' || up.tagName === 'TEXTAREA';
      if (cut) break;
      if (overflowX !== 'visible' && up.scrollWidth > up.clientWidth + 1) {
        found.push(one.tagName + ': ' + one.textContent.slice(0, 60));
        break;
      }
    }
    if (!cut && (box.right > innerWidth + 1 || box.left < -1)) found.push(one.tagName + ' leaves the page: ' + one.textContent.slice(0, 60));
  }
  return found;
})()`;
