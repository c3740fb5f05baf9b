/** An inbox of 10,000 conversations and a thread of 5,000 messages, without a database of that size: the server's own rows, many times over. */
import type { Page } from 'playwright-core';
import type { Product } from './product.ts';

export const conversations = 10_000;
export const messages = 5_000;
const rowsAPage = 2_500;
const messagesAPage = 1_000;

/** From now on the page hears of that many; only `conversationId`, whose contact is `contactId`, is really there. */
export async function makeBig(
  page: Page,
  product: Product,
  { conversationId, contactId }: { conversationId: string; contactId: string },
): Promise<void> {
  const { url } = product.ready;
  await page.route(/\/v1\/conversations\?/, async (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    const real = await route.fetch({ url: `${url}/v1/conversations?contactId=${contactId}` });
    const [row] = ((await real.json()) as { data: Record<string, unknown>[] }).data;
    const data = Array.from({ length: rowsAPage }, (_, n) => ({
      ...row,
      id: from + n === 0 ? conversationId : `row-${from + n}`,
      lastMessage: { ...(row?.lastMessage as object), at: new Date(Date.now() - (from + n) * 60_000) },
    }));
    const next = from + rowsAPage;
    await route.fulfill({ json: { data, nextCursor: next < conversations ? String(next) : null } });
  });
  await page.route(/\/v1\/messages\?/, async (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    const real = await route.fetch({ url: `${url}/v1/messages?conversationId=${conversationId}` });
    const [row] = ((await real.json()) as { data: Record<string, unknown>[] }).data;
    const data = Array.from({ length: messagesAPage }, (_, n) => ({
      ...row,
      id: `message-${from + n}`,
      providerMessageId: `wamid-${from + n}`,
      content: { type: 'text', text: { body: `line ${from + n} ${'word '.repeat((from + n) % 30)}` } },
      shownAt: new Date(Date.now() - (from + n) * 60_000),
    }));
    const next = from + messagesAPage;
    await route.fulfill({ json: { data, nextCursor: next < messages ? String(next) : null } });
  });
}

/** Scrolls the thread up to its first message, or the list to its last row; the most rows that were in the page at once. */
export async function walkThrough(page: Page): Promise<{ lines: number; rows: number }> {
  const most = (box: string, row: string, by: number, end: string) =>
    page.evaluate<number>(`(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
      const box = ${box};
      let most = 0;
      for (const last = performance.now() + 60_000; performance.now() < last && !(${end}); ) {
        box.scrollTop += ${by};
        await frame();
        most = Math.max(most, box.querySelectorAll('${row}').length);
      }
      return ${end} ? most : Infinity;
    })()`);
  // Rows are as high as each other: 10,000 of them are this far down.
  const list = `(() => {
    let box = document.querySelector('section ul');
    while (getComputedStyle(box).overflowY !== 'auto') box = box.parentElement;
    return box;
  })()`;
  return {
    rows: await most(list, 'li', 60_000, 'box.scrollTop > 700_000'),
    lines: await most(
      "document.querySelector('[role=log]')",
      '[data-message]',
      -20_000,
      `!!box.querySelector('[data-message="message-${messages - 1}"]')`,
    ),
  };
}
