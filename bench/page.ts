/** What an agent feels: how much is loaded, how soon one can work, how soon a key is painted and a message is there. */
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { conversations, makeBig, messages, walkThrough } from '../acceptance/big-page.ts';
import { openBrowser } from '../acceptance/browser.ts';
import { signInOwner, somebody } from '../acceptance/desk.ts';
import { dataFolder, list, startProduct } from '../acceptance/product.ts';
import { absoluteRow, type Family, quantile, round } from './measure.ts';

export const page: Family = async ({ repeats, quick, weakness, progress }) => {
  const weak = await weakness();
  const folder = await dataFolder();
  const [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  try {
    await product.api('/v1/workspace', { method: 'PATCH', body: { settings: { autoReply: false } } });
    const storageState = await signInOwner(browser, product);
    const phone = await somebody(product, 'Ana', '15550409999', 'hello');
    const [row] = await list<{ id: string; contactId: string }>(product, '/v1/conversations');
    const path = `${product.ready.url}/app/inbox/${row?.id}?view=all`;
    const fresh = async (): Promise<Page> => {
      const context = await browser.newContext({ storageState, viewport: { width: 1400, height: 800 } });
      await context.addInitScript("localStorage.setItem('chaski-language', 'en')");
      return context.newPage();
    };

    progress('page: loading');
    const usable: number[] = [];
    let bytes = 0;
    let atRest = 0;
    // Each in a browser's window of its own: nothing is cached. The first also warms the server, and is not counted.
    for (let turn = -1; turn < Math.max(5, repeats); turn++) {
      const one = await fresh();
      const scripts = new Map<string, Promise<number>>();
      one.on('response', (answer) => {
        if (new URL(answer.url()).pathname.endsWith('.js'))
          scripts.set(
            answer.url(),
            answer.body().then((body) => gzipSync(body).length),
          );
      });
      const sum = async (wanted: (address: string) => boolean): Promise<number> => {
        const sizes = await Promise.all([...scripts].map(([address, size]) => (wanted(address) ? size : 0)));
        return sizes.reduce((all, size) => all + size, 0);
      };
      await one.addInitScript(noteUsable);
      await one.goto(path, { waitUntil: 'commit' });
      await one.getByRole('textbox', { name: 'Your message' }).waitFor();
      await one.waitForLoadState('networkidle');
      const there = await one.evaluate<number | undefined>('window.usable');
      if (there === undefined) throw new Error('the page never noted that it can be used');
      if (turn >= 0) usable.push(there);
      const asked = await one.evaluate<string[]>(
        `performance.getEntriesByType('resource').filter(({ startTime }) => startTime < ${there}).map(({ name }) => name)`,
      );
      bytes = await sum((address) => asked.includes(address));
      atRest = await sum(() => true);
      await one.context().close();
    }

    progress('page: messages from a phone');
    const seen: number[] = [];
    const open = await fresh();
    await open.goto(path);
    await open.locator('[data-message]').first().waitFor();
    for (let n = 0; n < (quick ? 10 : 40); n++) {
      const shown = open.evaluate<number>(`new Promise((resolve) => {
        const look = () => [...document.querySelectorAll('[data-message]')].some((one) => one.textContent.includes('word ${n}.'))
          ? resolve(Date.now()) : requestAnimationFrame(look);
        look();
      })`);
      const said = Date.now();
      await phone.says(`word ${n}.`);
      seen.push((await shown) - said);
    }
    await open.context().close();

    progress('page: keys beside 10,000 conversations and 5,000 messages');
    const painted: number[] = [];
    const big = await fresh();
    await makeBig(big, product, { conversationId: row?.id ?? '', contactId: row?.contactId ?? '' });
    await big.goto(path);
    await big.locator('[data-message]').first().waitFor();
    const shift = await prependShift(big);
    if (shift.length === 0) throw new Error('no older page came in above');
    // All of both is in the page's memory before the first key.
    await walkThrough(big);
    await big.evaluate(`window.painted = []; addEventListener('keydown', ({ timeStamp }) =>
      requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - timeStamp))), true)`);
    const field = big.getByRole('textbox', { name: 'Your message' });
    for (let n = 0; n < (quick ? 40 : 200); n++) await field.press(n % 6 === 5 ? 'Space' : 'a');
    painted.push(...(await big.evaluate<number[]>('window.painted')));
    return [
      absoluteRow(
        'script of the inbox, gzipped',
        [bytes / 1024],
        { max: 250 },
        'kB',
        '',
        `with what comes once it can be used: ${round(atRest / 1024)} kB`,
      ),
      absoluteRow('inbox usable after navigation', usable, { max: 1_000 }, 'ms', weak),
      absoluteRow('phone to page, p50', [quantile(seen, 0.5)], { max: 100 }, 'ms', weak),
      absoluteRow(
        'key to paint, p95',
        [quantile(painted, 0.95)],
        { max: 50 },
        'ms',
        weak,
        `beside ${conversations} conversations and ${messages} messages`,
      ),
      absoluteRow('shift when older messages come, largest', [Math.max(...shift)], { max: 1 }, 'px', ''),
    ];
  } finally {
    await browser.close();
    await product.stop();
    await folder.remove();
  }
};

/**
 * When the field was drawn, put down by the page itself. Asked from here it was 100 to 400 ms later (Playwright looks now
 * and then, and its answer waits behind the page's work), in which the page, idle again, already asks for what may come
 * later: 33 kB of "before" that nobody waited for.
 */
const noteUsable = `{
  const look = () => {
    const field = document.querySelector('textarea[aria-label="Your message"]');
    if (field?.checkVisibility() && !field.disabled) window.usable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

/**
 * Upwards through the thread: by how much the topmost line that was seen moved where an older page came in above it.
 * Looked at once the rows that a step shows are measured, so that this is the page's doing and not the step's.
 */
const prependShift = (page: Page): Promise<number[]> =>
  page.evaluate<number[]>(`(async () => {
    const log = document.querySelector('[role=log]');
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
    const ids = new Set();
    const shifts = [];
    for (let step = 0; step < 600 && ids.size < 2_500; step++) {
      log.scrollTop -= 900;
      for (let n = 0; n < 4; n++) await frame();
      const rows = [...log.querySelectorAll('[data-message]')];
      for (const row of rows) ids.add(row.dataset.message);
      const seen = rows.find((row) => row.getBoundingClientRect().top > log.getBoundingClientRect().top + 40);
      if (!seen) continue;
      const id = seen.dataset.message, top = seen.getBoundingClientRect().top, height = log.scrollHeight;
      for (let n = 0; n < 6; n++) await frame();
      const again = log.querySelector('[data-message="' + id + '"]');
      if (again && log.scrollHeight > height + 500) shifts.push(Math.abs(again.getBoundingClientRect().top - top));
    }
    return shifts;
  })()`);
