/**
 * Calls, seen from outside: a person rings on the simulated phone and nobody answers. WhatsApp's webhooks are answered
 * with 200, kept, listed with what WhatsApp says about the number, and shown in the person's thread; nothing is parked.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { flaws, openBrowser } from './browser.ts';
import { deskOf, signInOwner } from './desk.ts';
import { type Folder, list, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
let browser: Browser;
let phone: Page;
let ana = '';
const numberId = () => product.ready.numbers[0]?.id ?? '';
const phoneNumberId = () => product.ready.numbers[0]?.phoneNumberId ?? '';

beforeAll(async () => {
  folder = await begunFolder();
  [product, browser] = await Promise.all([startProduct({ dataDir: folder.path }), openBrowser()]);
  const { people } = (await product.simulator('/_sim/people')) as { people: { id: string; name: string }[] };
  ana = people.find(({ name }) => name === 'Ana Quispe')?.id ?? '';
  phone = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  phone.setDefaultTimeout(30_000);
  await phone.goto(product.ready.phoneUrl ?? '');
  await phone.goto(`${product.ready.simulatorUrl}/phone#/${ana}/${phoneNumberId()}`);
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

const notices = () =>
  list<{ field: string; about: string; value: { calls?: { event: string }[] } }>(
    product,
    `/v1/numbers/${numberId()}/notices`,
  );

test('a call that nobody answers: 200, kept, listed, in the thread, and nothing is parked', async () => {
  await phone.getByRole('button', { name: 'Call the business' }).click();
  await phone.getByRole('status').getByText('Calling…').waitFor();
  expect(await flaws(phone)).toEqual([]);
  await phone.getByRole('button', { name: 'Hang up' }).click();
  await phone.getByRole('list').getByText('Voice call · Not answered').waitFor();

  const told = async () =>
    (await notices()).flatMap(({ value }) => value.calls?.map(({ event }) => event) ?? []).sort();
  await until(
    async () => (await told()).length === 2,
    30_000,
    () => `the notices are not there:\n${product.output()}`,
  );
  expect(await told()).toEqual(['connect', 'terminate']);
  // Kept before it is answered: the simulator may hear later than the list has it.
  await expect
    .poll(async () => {
      const { deliveries } = (await product.simulator('/_sim/deliveries')) as {
        deliveries: { body: string; status: number }[];
      };
      return deliveries.filter(({ body }) => body.includes('"field":"calls"')).map(({ status }) => status);
    })
    .toEqual([200, 200]);
  expect(await list(product, '/v1/parked')).toEqual([]);

  const owner = await signInOwner(browser, product);
  const complaints: string[] = [];
  const desk = await deskOf(browser, product, owner, complaints);
  await desk.goto(`${product.ready.url}/app/inbox`);
  await desk.getByRole('link', { name: /^Ana Quispe/ }).click();
  await desk.getByRole('log').getByText('Missed voice call').waitFor();
  await desk.goto(`${product.ready.url}/app/settings/numbers`);
  await desk
    .getByRole('button', { name: /\+1 555 078 3881/ })
    .first()
    .click();
  await desk.getByRole('menuitem', { name: 'Notices of WhatsApp' }).click();
  await desk.getByText('"event": "terminate"').first().waitFor();
  expect(complaints).toEqual([]);
});

test('the business rings, the person declines, and that is kept too', async () => {
  const { body } = await product.api('/v1/workspace');
  const answer = await fetch(`${product.ready.simulatorUrl}/v24.0/${phoneNumberId()}/calls`, {
    method: 'POST',
    headers: { authorization: `Bearer mock_${(body as { id: string }).id}` },
    body: JSON.stringify({
      messaging_product: 'whatsapp',
      action: 'connect',
      to: '15550001001',
      session: { sdp_type: 'offer', sdp: 'v=0' },
    }),
  });
  expect(await answer.json()).toMatchObject({ success: true });
  await phone.getByRole('status').getByText('The business is calling').waitFor();
  await phone.getByRole('button', { name: 'Decline' }).click();
  await phone.getByRole('list').getByText('Voice call · Declined').waitFor();
  await until(
    async () => JSON.stringify(await notices()).includes('"REJECTED"'),
    30_000,
    () => `the answer is not kept:\n${product.output()}`,
  );
});
