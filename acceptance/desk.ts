/**
 * People at their desks, each in a browser of their own; and people with phones who write to them. They come in as a
 * program does: web-settings.test.ts proves the forms of the sign-in and of an invitation, and a page costs seconds.
 */
import type { APIRequestContext, Browser, BrowserContext, Page } from 'playwright-core';
import { list, type Product, until } from './product.ts';

export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

/** The demo's owner, as the terminal says. */
export async function signInOwner(browser: Browser, product: Product): Promise<SignedIn> {
  const [, email, password] = /Operator +(\S+) +password (\S+)/.exec(product.output()) ?? [];
  const context = await browser.newContext();
  await post(product, context.request, '/v1/auth/login', { email, password });
  const state = await context.storageState();
  await context.close();
  return state;
}

/** A colleague who was invited by the owner and made an account. */
export async function inviteColleague(
  browser: Browser,
  product: Product,
  owner: SignedIn,
  colleague: { name: string; email: string; password: string; role?: string },
): Promise<SignedIn> {
  const { role = 'agent', ...person } = colleague;
  const asking = await browser.newContext({ storageState: owner });
  await post(product, asking.request, '/v1/invitations', { email: person.email, role });
  await asking.close();
  let invitation: string | undefined;
  await until(
    async () => {
      const mails = await (await fetch(`${product.ready.url}/outbox`)).text();
      for (const [, id] of mails.matchAll(/href="\/outbox\/([^"]+)"/g)) {
        const answer = await fetch(`${product.ready.url}/outbox/${id}`, {
          headers: { accept: 'application/json' },
        });
        const mail = (await answer.json()) as { to: string; text: string };
        if (mail.to === person.email) invitation ??= /\/app\/invitation#(\S+)/.exec(mail.text)?.[1];
      }
      return invitation !== undefined;
    },
    30_000,
    () => 'no invitation was mailed',
  );
  const context = await browser.newContext();
  await post(product, context.request, '/v1/auth/register', { ...person, invitation });
  const state = await context.storageState();
  await context.close();
  return state;
}

/** What a page of ours would ask; the cookies of the answer stay in the context. */
async function post(
  product: Product,
  request: APIRequestContext,
  path: string,
  data: unknown,
): Promise<void> {
  const answer = await request.post(product.ready.url + path, {
    data,
    headers: { origin: product.ready.url },
  });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
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
  // Where the answer to a save is still on its way, the browser asks whether to leave the page; a walk that nobody answers
  // for stays and waits.
  page.on('dialog', (dialog) => void (dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss()));
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
