/** What an agent feels: how much is loaded, how soon one can work, how soon a key is painted and a message is there. */
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { makeBig } from '../acceptance/big-page.ts';
import { openBrowser } from '../acceptance/browser.ts';
import { signInOwner, somebody } from '../acceptance/desk.ts';
import { dataFolder, list, startProduct } from '../acceptance/product.ts';
import { absoluteRow, type Family, quantile } from './measure.ts';

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
    for (let turn = 0; turn < repeats; turn++) {
      const one = await fresh();
      const scripts: Promise<number>[] = [];
      one.on('response', (answer) => {
        if (new URL(answer.url()).pathname.endsWith('.js'))
          scripts.push(answer.body().then((body) => gzipSync(body).length));
      });
      await one.goto(path, { waitUntil: 'commit' });
      await one.getByRole('textbox', { name: 'Your message' }).waitFor();
      usable.push(await one.evaluate<number>('performance.now()'));
      bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
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
    await big.evaluate(`window.painted = []; addEventListener('keydown', ({ timeStamp }) =>
      requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - timeStamp))), true)`);
    const field = big.getByRole('textbox', { name: 'Your message' });
    for (let n = 0; n < (quick ? 40 : 200); n++) await field.press(n % 6 === 5 ? 'Space' : 'a');
    painted.push(...(await big.evaluate<number[]>('window.painted')));
    return [
      absoluteRow('script of the inbox, gzipped', [bytes / 1024], { max: 250 }, 'kB', ''),
      absoluteRow('inbox usable after navigation', usable, { max: 1_000 }, 'ms', weak),
      absoluteRow('phone to page, p50', [quantile(seen, 0.5)], { max: 100 }, 'ms', weak),
      absoluteRow('key to paint, p95', [quantile(painted, 0.95)], { max: 50 }, 'ms', weak),
    ];
  } finally {
    await browser.close();
    await product.stop();
    await folder.remove();
  }
};
