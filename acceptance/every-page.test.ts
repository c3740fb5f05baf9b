/**
 * Every page that the router knows, by light and in the dark, left to right and right to left, with words half as long
 * again on a desk and on a phone: axe finds nothing, nothing is cut off, no policy is broken, nobody else is asked.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, inviteColleague, type SignedIn, signInOwner, somebody } from './desk.ts';
import { type PageOf, pages } from './pages.ts';
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
  { member, ...options }: Parameters<typeof deskOf>[4] & { member?: SignedIn },
  look: (page: Page, path: string, of: PageOf) => Promise<void>,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<void> {
  const complaints: string[] = [];
  for (const [state, some] of [
    [nobody, member ? [] : pages.filter(({ open }) => open)],
    [member ?? owner, pages.filter(({ open }) => !open)],
  ] as const) {
    if (some.length === 0) continue;
    const page = await deskOf(browser, product, state, complaints, options);
    let here = '';
    // A page asks for nothing that it is refused; who nobody is has to be asked.
    page.on('response', (answer) => {
      if (answer.status() >= 400 && state !== nobody)
        complaints.push(`${here}: ${answer.status()} from ${answer.url()}`);
    });
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
    for (const of of some) {
      const { path } = of;
      here = path;
      const address = path.replaceAll(/\$\w+/g, (name) => made[name] ?? name);
      await page.evaluate(`if (location.pathname !== '${address}') {
        // What is not for a member says so under the same heading, page after page.
        if (${member === undefined}) for (const one of document.querySelectorAll('h1')) one.dataset.old = '';
        history.pushState({}, '', '${address}');
      }`);
      await page.locator('h1:not([data-old])').first().waitFor({ state: 'attached' });
      await until(
        async () => asked <= 0 && (await page.locator('[data-visible].mantine-Skeleton-root').count()) === 0,
        soon,
        () => `${path} does not come to rest: ${asked} requests are open`,
      );
      await look(page, path, of);
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
    await walk({ language }, async (page, path, { adds }) => {
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
        // What opens over it: left to right by light, right to left in the dark.
        if ((colorScheme === 'light') === (language === 'en'))
          some.push(...(await openEach(page, path, adds)));
        found.push(...some.map((flaw) => `${path}, ${colorScheme}: ${flaw}`));
      }
      if (language === 'ar' && !found.length)
        expect(await page.evaluate<string>('document.documentElement.dir')).toBe('rtl');
    });
    expect(found).toEqual([]);
  },
);

/** Opens menus and panels, of a list's rows one, and a dialog; each closes by Escape and gives the focus back. */
async function openEach(page: Page, path: string, adds = false): Promise<string[]> {
  const found: string[] = [];
  const openers = await page.evaluate<number>(openersOf(path, adds));
  const opened = page.locator('#over :is([role=menu], [role=dialog])');
  for (let n = 0; n < openers; n++) {
    const opener = page.locator(`[data-opener="${n}"]`);
    const name = (await opener.getAttribute('aria-label')) ?? (await opener.innerText());
    await opener.click();
    await opened.first().waitFor();
    found.push(...(await flaws(page, { within: '#over' })).map((flaw) => `opened by ${name}: ${flaw}`));
    await page.keyboard.press('Escape');
    await opened.first().waitFor({ state: 'hidden' });
    await until(
      () =>
        page.evaluate<boolean>(`document.activeElement === document.querySelector('[data-opener="${n}"]')`),
      soon,
      () => `${path}: ${name} does not get the focus back`,
    );
  }
  return found;
}

/** Marks what opens something, and answers how many there are. The rail's on one page, and one of those in a list. */
const openersOf = (path: string, adds: boolean): string => `(() => {
  for (const one of document.querySelectorAll('[data-opener]')) delete one.dataset.opener;
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled;
  const lists = new Set();
  const place = '${path === '/app' ? '#root' : 'main'}';
  const all = document.querySelectorAll(place + ' [aria-haspopup=menu], ' + place + ' [aria-haspopup=dialog]');
  const some = [...all].filter(isSeen).filter((one) => {
    const list = one.closest('ul, ol, table, [role=log]');
    return list === null || (!lists.has(list) && lists.add(list));
  });
  if (${adds}) some.push([...document.querySelectorAll('main div:has(> div > h1) button')].at(-1));
  some.forEach((one, n) => { one.dataset.opener = n; });
  return some.length;
})()`;

test.concurrent.each(['admin', 'agent', 'viewer'])(
  'nothing is refused while somebody looks at every page: %s',
  { timeout: 600_000 },
  async (role) => {
    const member = await inviteColleague(browser, product, owner, {
      name: role,
      email: `${role}@example.com`,
      password: 'correct horse battery',
      role,
    });
    const found: string[] = [];
    await walk({ member }, async (page, path) => {
      const said = await page.locator('[role=alert]').allInnerTexts();
      found.push(...said.map((one) => `${path}: ${one}`));
    });
    expect(found).toEqual([]);
  },
);

test.concurrent('by Tab alone one comes to all that can be done on a page, and sees where one is', {
  timeout: 600_000,
}, async () => {
  const found: string[] = [];
  await walk({ language: 'en' }, async (page, path) => {
    const stops = await page.evaluate<number>(tabStops);
    // A date is several stops of one field. What the page had put off may have come meanwhile.
    for (let press = 0; press < stops + 40; press++) {
      await page.keyboard.press('Tab');
      // Each press reaches one at most.
      if (press >= stops && (await page.evaluate('document.activeElement === document.body'))) break;
    }
    const wrong = await page.evaluate<string[]>('window.stopsWrong()');
    found.push(...wrong.map((one) => `${path}: ${one}`));
  });
  expect(found).toEqual([]);
});

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

/**
 * Begins before the first thing that the Tab key can reach, and writes down where it comes; answers how many there are.
 * A stop is seen by the change of its look, or of what it stands in: a field's frame is around it.
 */
const tabStops = `(() => {
  document.activeElement.blur();
  const boxes = (one) => [one, ...(one.labels ?? [])];
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && boxes(one).some((box) => box.getBoundingClientRect().width > 1);
  const chosen = (one) => {
    const group = [...document.getElementsByName(one.name)];
    return one === (group.find(({ checked }) => checked) ?? group[0]);
  };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, audio[controls], [tabindex]')]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && isSeen(one) && (one.type !== 'radio' || chosen(one)));
  const look = (one) => {
    const around = [one, one.nextElementSibling, ...(one.labels ?? [])];
    for (let up = one.parentElement, steps = 0; up && steps < 4; up = up.parentElement, steps++) around.push(up);
    return around.filter(Boolean).map((part) => {
      const { outlineStyle, outlineColor, boxShadow, borderColor } = getComputedStyle(part);
      return [outlineStyle, outlineStyle === 'none' || outlineColor, boxShadow, borderColor].join();
    }).join('|');
  };
  const called = (one) => (one.getAttribute('aria-label') || [...(one.labels ?? [])].map((label) => label.textContent).join() || one.textContent || one.title || one.placeholder || '').trim();
  const before = new Map(all.map((one) => [one, look(one)]));
  const seen = new Set();
  const wrong = [];
  const onFocus = ({ target }) => {
    if (seen.has(target)) return;
    seen.add(target);
    const words = target.tagName + ' ' + called(target).slice(0, 60);
    if (called(target) === '') wrong.push(words + target.outerHTML.slice(0, 120) + ' has no name');
    if (!isSeen(target)) wrong.push(words + ' is not seen');
    if (before.has(target) && before.get(target) === look(target)) wrong.push(words + ' does not show the focus');
  };
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  document.addEventListener('focusin', onFocus);
  window.stopsWrong = () => {
    document.removeEventListener('focusin', onFocus);
    return [...wrong, ...all.filter((one) => one.isConnected && isSeen(one) && !seen.has(one)).map((one) => one.tagName + ' ' + called(one).slice(0, 60) + ' is not reached')];
  };
  return all.length;
})()`;
