/**
 * The pictures of README and docs, made from the product itself: `npm run screenshots`. Starts a demo of its own in a
 * folder that it removes again; what it writes lies in docs/images.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from '../acceptance/browser.ts';
import { signInOwner } from '../acceptance/desk.ts';
import { dataFolder, startProduct, until } from '../acceptance/product.ts';
import { makeScene } from './screenshot-scene.ts';

const images = join(import.meta.dirname, '..', 'docs', 'images');
const wide = { width: 1500, height: 860 };
const shots = [
  { name: 'inbox-light', language: 'en', colorScheme: 'light', viewport: wide },
  { name: 'inbox-dark', language: 'en', colorScheme: 'dark', viewport: wide },
  { name: 'inbox-arabic', language: 'ar', colorScheme: 'light', viewport: wide },
  { name: 'inbox-phone', language: 'en', colorScheme: 'light', viewport: { width: 390, height: 780 } },
] as const;

await mkdir(images, { recursive: true });
const folder = await dataFolder();
const [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
try {
  const storageState = await signInOwner(browser, product);
  const desk = await browser.newContext({ storageState });
  const { latin, arabic } = await makeScene(product, async (path, data, method = 'POST') => {
    const origin = product.ready.url;
    const sent = await desk.request.fetch(origin + path, { method, data, headers: { origin } });
    if (!sent.ok()) throw new Error(`${path}: ${sent.status()} ${await sent.text()}`);
    return (await sent.json()) as { id: string };
  });
  for (const { name, language, ...look } of shots) {
    const context = await browser.newContext({
      ...look,
      storageState,
      locale: 'en-GB',
      timezoneId: 'America/Lima',
      reducedMotion: 'reduce',
    });
    await context.addInitScript(`localStorage.setItem('chaski-language', '${language}')`);
    const page = await context.newPage();
    await page.goto(`${product.ready.url}/app/inbox/${language === 'ar' ? arabic : latin}`);
    await page.locator('[data-message]').last().waitFor();
    await page.evaluate('document.fonts.ready');
    await until(
      () => page.evaluate<boolean>('[...document.images].every((image) => image.complete)'),
      20_000,
      () => 'a picture does not load',
    );
    await page.waitForLoadState('networkidle');
    // Whom one speaks with is asked for after the thread.
    await until(
      async () => (await page.locator('[data-visible].mantine-Skeleton-root').count()) === 0,
      20_000,
      () => 'a part of the page does not come',
    );
    await page.screenshot({ path: join(images, `${name}.png`) });
    console.log(`docs/images/${name}.png`);
    await context.close();
  }
} finally {
  await browser.close();
  await product.stop();
  await folder.remove();
}
