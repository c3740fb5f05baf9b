/**
 * Sign-in, account, settings and operator pages in a real browser: password and second step, invitation by mail,
 * numbers, keys, what a role does not see, and that everybody can read it.
 */
import { createHmac } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { openBrowser } from './browser.ts';
import { type Folder, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let base: string;
let owner: BrowserContext;
let page: Page;
const complaints: string[] = [];

const person = () => {
  const ready = product.ready as Product['ready'] & { operatorEmail: string; operatorPassword: string };
  return { email: ready.operatorEmail, password: ready.operatorPassword };
};
const agent = { email: 'aisha@example.com', password: 'correct horse battery 7' };

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([
    // One browser signs in more often here than a person does in a quarter of an hour.
    startProduct({ dataDir: folder.path, env: { RATE_LIMIT_AUTH: 'off', RATE_LIMIT_ANONYMOUS: 'off' } }),
    openBrowser(),
  ]);
  // A name, not a number: passkeys belong to names.
  base = product.ready.url.replace('127.0.0.1', 'localhost');
  owner = await open();
  page = await owner.newPage();
  watch(page);
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

test('a wrong password says so, the right one leads to where one wanted', async () => {
  await page.goto(`${base}/app/settings/numbers`);
  await page.getByLabel('E-mail').fill(person().email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('do not belong together').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(person().password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Numbers' }).waitFor();
});

test('a number is added by its token, its checks are shown, and it can rest', async () => {
  await page.goto(`${base}/app/settings/numbers`);
  await page.getByRole('button', { name: 'Add a number' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Phone number id').fill('has spaces in it');
  await dialog.getByLabel('Access token', { exact: true }).fill('mock_settings');
  await dialog.getByLabel('Number as people see it').fill('+1 555 010 2030');
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  // The refusal stands at its field, and in the list of checks.
  await dialog.getByText("WhatsApp's id of the number (digits)").waitFor();
  await dialog.getByRole('listitem').first().getByLabel('Failed').waitFor();
  await dialog.locator('input:focus').and(dialog.getByLabel('Phone number id')).waitFor();
  await dialog.getByLabel('Phone number id').fill('209876543210001');
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  await dialog.getByText('The number is active: write from it.').waitFor();
  await expect.poll(() => dialog.getByLabel('Passed').count()).toBe(4);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('listitem').filter({ hasText: '+1 555 010 2030' });
  await row.getByText('active', { exact: true }).waitFor();

  await row.getByRole('button', { name: /^More about \S?\+1 555 010 2030/ }).click();
  await page.getByRole('menuitem', { name: 'Let it rest' }).click();
  await page.getByRole('dialog').getByText('Nothing is sent from it').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Let it rest' }).click();
  await row.getByText('resting').waitFor();
});

test('the operator suspends a number and says why; its workspace reads it, and only the operator ends it', async () => {
  await page.goto(`${base}/app/operator/numbers`);
  await page.getByText('All', { exact: true }).click();
  const row = page.getByRole('listitem').filter({ hasText: '+1 555 078 3881' });
  await row.getByRole('button', { name: 'Suspend' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('The papers are missing.');
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await row.getByText('suspended').waitFor();

  await page.goto(`${base}/app/settings/numbers`);
  await row.getByText('The papers are missing.').waitFor();
  await row.getByRole('button', { name: /^More about \S?\+1 555 078 3881/ }).click();
  await page.getByRole('menuitem').first().waitFor();
  expect(await page.getByRole('menuitem', { name: 'Wake it' }).count()).toBe(0);

  await page.goto(`${base}/app/operator/numbers`);
  await page.getByText('All', { exact: true }).click();
  await row.getByRole('button', { name: 'Approve +1 555 078 3881' }).click();
  await row.getByText('active', { exact: true }).waitFor();
});

describe('an agent', () => {
  let theirs: BrowserContext;
  let desk: Page;

  test('is invited by mail and accepts in a browser of their own', async () => {
    await page.goto(`${base}/app/settings/members`);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('dialog').getByLabel('E-mail').fill(agent.email);
    // No mail server here: where the mail will be is said before and after.
    await page.getByRole('dialog').getByRole('link', { name: 'Open the outbox' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByRole('list', { name: 'Invitations' }).getByText(agent.email).waitFor();
    const outbox = page.locator('#main').getByRole('link', { name: 'Open the outbox' });
    expect(await outbox.getAttribute('href')).toBe('/outbox');
    // A page of the settings lights the settings.
    const here = page.getByRole('navigation', { name: 'Chaski' }).locator('[aria-current="page"]');
    expect(await here.getAttribute('aria-label')).toBe('Settings');

    theirs = await open();
    desk = await theirs.newPage();
    watch(desk);
    await desk.goto(`${base}${await linkFor(agent.email, '/app/invitation')}`);
    // Who asks, and as what.
    await desk.getByText(/Operator.? invites you to /).waitFor();
    await desk.getByText('Your role there: Agent.').waitFor();
    await desk.getByLabel('Your name').fill('Aisha');
    // The link knows for whom it is.
    expect(await desk.getByLabel('E-mail').inputValue()).toBe(agent.email);
    await desk.getByLabel('Password', { exact: true }).fill('short');
    await desk.getByRole('button', { name: 'Make the account' }).click();
    await desk.getByText('A password has 10 to 1,024 characters.').waitFor();
    // Said where it was refused, it is not hinted at above once more.
    await desk.getByText('At least 10 characters').waitFor({ state: 'detached' });
    await desk.getByLabel('Password', { exact: true }).fill(agent.password);
    await desk.getByRole('button', { name: 'Make the account' }).click();
    await desk.waitForURL('**/app/inbox');
    await page.getByRole('list', { name: 'Members' }).getByText('Aisha', { exact: true }).waitFor();
  });

  test('sees no settings that they may not change', async () => {
    await desk.goto(`${base}/app/settings`);
    await desk.getByRole('heading', { name: 'Profile' }).waitFor();
    const links = desk.getByRole('navigation', { name: 'Settings' }).getByRole('link');
    expect(await links.allInnerTexts()).toEqual(['Profile', 'Security', 'Quick replies']);
    expect(await desk.getByRole('link', { name: 'Operator' }).count()).toBe(0);
    await desk.goto(`${base}/app/settings/members`);
    await desk.getByText('This page is not part of your role').waitFor();
    await desk.goto(`${base}/app/operator/workspaces`);
    await desk.getByText('There is no such page').waitFor();
    // Their own replies are theirs; the preview fills the names in.
    await desk.goto(`${base}/app/settings/quick-replies`);
    await desk.getByRole('button', { name: 'Add a quick reply' }).click();
    await desk.getByLabel('Shortcut').fill('hello');
    // A chip puts its blank at the caret, and one types on behind it.
    const words = desk.getByRole('textbox', { name: 'Text' });
    await words.fill('Hello , {{agent.name}} here');
    await words.press('Home');
    for (const _ of 'Hello ') await words.press('ArrowRight');
    await desk.getByRole('button', { name: 'Name of the person' }).click();
    await desk.keyboard.type(' dear');
    await desk.getByText('Hello Ana dear, Aisha here').waitFor();
    await desk.getByRole('button', { name: 'Save' }).click();
    await desk.getByRole('listitem').filter({ hasText: '/hello' }).getByText('For me alone').waitFor();
  });

  test('sets up an authenticator app and signs in with it', async () => {
    await desk.goto(`${base}/app/settings/security`);
    await desk.getByRole('button', { name: 'Set up' }).click();
    await desk.getByRole('dialog').getByLabel('Your password').fill(agent.password);
    await desk.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
    await desk.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    const secret = await desk.getByLabel('Secret').inputValue();
    await desk.getByLabel('The code that the app shows').fill('000000');
    await desk.getByRole('button', { name: 'Switch on' }).click();
    await desk.getByRole('dialog').getByRole('alert').waitFor();
    await desk.getByLabel('The code that the app shows').fill(codeOf(secret));
    await desk.getByRole('button', { name: 'Switch on' }).click();
    const codes = desk.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await codes.first().waitFor();
    const recovery = await codes.allInnerTexts();
    expect(new Set(recovery).size).toBe(10);
    await desk.getByRole('button', { name: 'I kept them' }).click();

    await signOut(desk);
    await withPassword(desk, agent);
    // The code of the step after: the one before was used to set it up.
    await desk.getByLabel('Code').fill(codeOf(secret, 1));
    await desk.getByRole('button', { name: 'Sign in' }).click();
    await desk.waitForURL('**/app/inbox');

    await signOut(desk);
    await withPassword(desk, agent);
    await desk.getByLabel('Code').fill(recovery[0]!);
    await desk.getByRole('button', { name: 'Sign in' }).click();
    await desk.waitForURL('**/app/inbox');
  });

  test('chooses a new password by mail, and an old session ends', async () => {
    const elsewhere = await open();
    const visitor = await elsewhere.newPage();
    await visitor.goto(`${base}/login`);
    await visitor.getByLabel('E-mail').fill(agent.email);
    await visitor.getByRole('link', { name: 'Forgot the password?' }).click();
    // Both pages ask for an e-mail: what is typed before the other one stands is typed into the first.
    await visitor.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    // What was typed there stands here.
    expect(await visitor.getByLabel('E-mail').inputValue()).toBe(agent.email);
    await visitor.getByRole('button', { name: 'Mail me a link' }).click();
    await visitor.getByText('a link is on its way').waitFor();
    await visitor.goto(`${base}${await linkFor(agent.email, '/app/reset')}`);
    await visitor.getByLabel('New password').fill('another horse battery 8');
    await visitor.getByRole('button', { name: 'Set the password' }).click();
    await visitor.getByText('Your password is changed').waitFor();
    await elsewhere.close();
    await desk.goto(`${base}/app/inbox`);
    await desk.getByRole('heading', { name: 'Sign in to Chaski' }).waitFor();
    await theirs.close();
  });
});

test('an API key is shown once, works, and does not once it is revoked', async () => {
  await page.goto(`${base}/app/settings/api-keys`);
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Reporting');
  await page.getByRole('radio', { name: 'Only some actions' }).check();
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('Choose at least one action.').waitFor();
  await page.locator('input[type=checkbox]:focus').waitFor();
  await page.getByRole('checkbox', { name: 'contacts:read' }).check();
  await page.getByRole('button', { name: 'Make it' }).click();
  const key = await page.getByLabel('Key', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'I kept it' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Reporting' });
  await row.getByText('contacts:read').waitFor();
  expect(await page.getByText(key).count()).toBe(0);
  const ask = async (path: string) =>
    (await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect([await ask('/v1/contacts'), await ask('/v1/members')]).toEqual([200, 403]);
  await row.getByRole('button', { name: 'Revoke Reporting' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('revoked').waitFor();
  await until(
    async () => (await ask('/v1/contacts')) === 401,
    20_000,
    () => 'the revoked key goes on',
  );
});

test('a passkey signs in without a password', async () => {
  const devices = await owner.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  await page.goto(`${base}/app/settings/security`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill(person().password);
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'I kept them' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Desk');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('listitem').getByText('Desk').waitFor();

  await signOut(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL('**/app/inbox');

  await page.goto(`${base}/app/settings/security`);
  await page.getByRole('button', { name: 'Remove Desk' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill(person().password);
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  await page.getByText('You have no passkey yet.').waitFor();
});

test('what is not saved is asked about, and the audit tells who changed it', async () => {
  await page.goto(`${base}/app/settings/workspace`);
  await page.getByLabel('Name of the workspace').fill('Demo & Sons');
  await page.getByRole('link', { name: 'Labels' }).click();
  await page
    .getByRole('dialog', { name: 'Leave without saving?' })
    .getByRole('button', { name: 'Cancel' })
    .click();
  await expect.poll(() => page.getByLabel('Name of the workspace').inputValue()).toBe('Demo & Sons');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('button', { name: 'Changes: The workspace’s settings changed' }).first().click();
  // The field's name is a word, too.
  await page.getByRole('row', { name: 'Name Demo Demo & Sons', exact: true }).waitFor();
});

test('a second workspace is made and one switches back', async () => {
  await page.goto(`${base}/app/welcome`);
  await page.getByLabel('Name of the workspace').fill('Second shop');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.waitForURL('**/app');
  await page.getByRole('button', { name: 'Operator: account and settings' }).click();
  const second = page.getByRole('menuitem', { name: 'Second shop' });
  await expect.poll(() => second.getAttribute('aria-current')).toBe('true');
  await Promise.all([page.waitForEvent('load'), page.getByRole('menuitem', { name: 'Demo & Sons' }).click()]);
  await page.goto(`${base}/app/settings/workspace`);
  await expect.poll(() => page.getByLabel('Name of the workspace').inputValue()).toBe('Demo & Sons');
});

test('usage is shown by kind, for each month and number, with what is stored', async () => {
  await page.goto(`${base}/app/settings/usage`);
  const months = page.getByRole('group', { name: 'By month' });
  await months.getByRole('row').nth(1).waitFor();
  expect(await months.getByRole('columnheader').allTextContents()).toEqual([
    'Month',
    'Received',
    'Sent',
    'Service',
    'Utility',
    'Marketing',
    'Authentication',
  ]);
  await page.getByRole('img', { name: /Bars of each month/ }).waitFor();
  await page.getByRole('heading', { name: 'By number' }).waitFor();
  await page.getByText('Storage of files').waitFor();
});

test('no page broke a policy, asked another host or threw', () => {
  expect(complaints).toEqual([]);
});

async function open(
  options: { colorScheme?: 'light' | 'dark'; locale?: string } = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    locale: 'en',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  // Shorter than a test's own limit, so that a failure names what was not there.
  context.setDefaultTimeout(30_000);
  return context;
}

function watch(one: Page): void {
  one.on('pageerror', (error) => complaints.push(error.message));
  one.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  one.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== base && !['data:', 'blob:'].includes(url.protocol)) complaints.push(url.href);
  });
}

async function withPassword(on: Page, who: { email: string; password: string }): Promise<void> {
  await on.getByLabel('E-mail').fill(who.email);
  await on.getByLabel('Password', { exact: true }).fill(who.password);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

async function signOut(on: Page): Promise<void> {
  await on.getByRole('button', { name: /: account and settings$/ }).click();
  await on.getByRole('menuitem', { name: 'Sign out' }).click();
  await on.getByRole('heading', { name: 'Sign in to Chaski' }).waitFor();
}

/** The newest mail to somebody that leads to a page: its path with what stands behind #. */
async function linkFor(email: string, path: string): Promise<string> {
  let found = '';
  await until(
    async () => {
      const list = await (await fetch(`${base}/outbox`)).text();
      for (const [, id] of list.matchAll(/href="\/outbox\/([^"]+)"/g)) {
        const answer = await fetch(`${base}/outbox/${id}`, { headers: { accept: 'application/json' } });
        const mail = (await answer.json()) as { to: string; text: string };
        const link = new RegExp(`https?://\\S+?(${path}#\\S+)`).exec(mail.text)?.[1];
        if (mail.to === email && link) {
          found = link;
          return true;
        }
      }
      return false;
    },
    30_000,
    () => `no mail to ${email} leads to ${path}:\n${product.output()}`,
  );
  return found;
}

/** RFC 6238: the code of a secret, `later` steps of 30 s from now. */
function codeOf(secret: string, later = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((one) => alphabet.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19]! & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
