/** People at their desks: signed in by the form, each in a browser of their own; and people with phones who write to them. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { list, type Product, until } from './product.ts';

export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

/** The demo's owner, as the terminal says. */
export async function signInOwner(browser: Browser, product: Product): Promise<SignedIn> {
  const [, email, password] = /Operator +(\S+) +password (\S+)/.exec(product.output()) ?? [];
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(product.ready.url);
  await page.getByLabel('E-mail').fill(email ?? '');
  await page.locator('input[type=password]').fill(password ?? '');
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/app\/inbox/);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** A colleague who was invited by the owner and made an account. */
export async function inviteColleague(
  browser: Browser,
  product: Product,
  owner: SignedIn,
  colleague: { name: string; email: string; password: string },
): Promise<SignedIn> {
  const asking = await browser.newContext({ storageState: owner });
  const invited = await asking.request.post(`${product.ready.url}/v1/invitations`, {
    data: { email: colleague.email, role: 'agent' },
    headers: { origin: product.ready.url },
  });
  if (!invited.ok()) throw new Error(`${invited.status()} ${await invited.text()}`);
  await asking.close();
  let link: string | undefined;
  await until(
    async () => {
      const mails = await (await fetch(`${product.ready.url}/outbox`)).text();
      for (const [, id] of mails.matchAll(/href="\/outbox\/([^"]+)"/g)) {
        const answer = await fetch(`${product.ready.url}/outbox/${id}`, {
          headers: { accept: 'application/json' },
        });
        const mail = (await answer.json()) as { to: string; text: string };
        if (mail.to === colleague.email) link ??= /\/app\/invitation#\S+/.exec(mail.text)?.[0];
      }
      return link !== undefined;
    },
    30_000,
    () => 'no invitation was mailed',
  );
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(product.ready.url + link);
  await page.getByLabel('Your name').fill(colleague.name);
  await page.getByLabel('E-mail').fill(colleague.email);
  await page.getByLabel('Password', { exact: true }).fill(colleague.password);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.waitForURL('**/app/inbox');
  const state = await context.storageState();
  await context.close();
  return state;
}

export interface Phone {
  name: string;
  says(text: string): Promise<void>;
}

/** Somebody new with a phone, who writes; resolves when the inbox has it. */
export async function somebody(product: Product, name: string, phone: string, text: string): Promise<Phone> {
  const made = (await product.simulator('/_sim/people', { name, phone })) as {
    id?: string;
    person?: { id: string };
  };
  const says = async (body: string) => {
    await product.simulator(`/_sim/people/${made.person?.id ?? made.id}/messages`, {
      numberId: product.ready.numbers[0]?.phoneNumberId,
      type: 'text',
      text: body,
    });
  };
  await says(text);
  await until(
    async () =>
      (await list<{ contact: { displayName: string } }>(product, '/v1/conversations')).some(
        ({ contact }) => contact.displayName === name,
      ),
    30_000,
    () => `${name} is not in the inbox:\n${product.output()}`,
  );
  return { name, says };
}

/** A page of somebody signed in; whatever it complains about, or asks of others, is put down. */
export async function deskOf(
  browser: Browser,
  product: Product,
  state: SignedIn,
  complaints: string[],
  options: { language?: string; colorScheme?: 'light' | 'dark'; width?: number } = {},
): Promise<Page> {
  const context = await browser.newContext({
    storageState: state,
    locale: 'en-GB',
    colorScheme: options.colorScheme ?? 'light',
    viewport: { width: options.width ?? 1400, height: 800 },
    reducedMotion: 'reduce',
  });
  await context.addInitScript(`localStorage.setItem('chaski-language', '${options.language ?? 'en'}')`);
  const page = await context.newPage();
  // Shorter than a test's: then it says which step it was.
  page.setDefaultTimeout(30_000);
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
  return page;
}

/** What axe finds on the page, in words. */
export async function flaws(page: Page, axe: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`);
}
