/** From a list to what people read: its columns fill each person's text, and a tap on a short link counts for them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { type Folder, type Product, startProduct, until } from './product.ts';

let folder: Folder;
let product: Product;
beforeAll(async () => {
  folder = await begunFolder();
  product = await startProduct({ dataDir: folder.path });
});

afterAll(() => folder?.remove());

const ask = async <Body>(path: string, init?: Parameters<Product['api']>[1]): Promise<Body> => {
  const { status, body } = await product.api(path, init);
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body as Body;
};

interface Campaign {
  id: string;
  state: string;
  plan: { state: string; error: string | null };
}
interface Recipient {
  name: string | null;
  address: string;
  state: string;
  messageId: string | null;
  clicks: number;
  clickedAt: string | null;
}

/** Parameters of the body that was sent, by the person's number. */
async function textsOf(id: string): Promise<Map<string, string[]>> {
  const { data } = await ask<{ data: Recipient[] }>(
    `/v1/campaigns/${id}/recipients?state=sent,delivered,read`,
  );
  const texts = new Map<string, string[]>();
  for (const { address, messageId } of data) {
    const { content } = await ask<{
      content: { template: { components: { type: string; parameters: { text: string }[] }[] } };
    }>(`/v1/messages/${messageId}`);
    const body = content.template.components.find(({ type }) => type === 'body')!;
    texts.set(
      address,
      body.parameters.map(({ text }) => text),
    );
  }
  return texts;
}

test('columns become variables, and what was sent says them', async () => {
  await ask('/v1/workspace', {
    method: 'PATCH',
    body: { settings: { autoReply: false, shortLinks: true } },
  });
  const { id } = await ask<Campaign>('/v1/campaigns', {
    body: {
      name: 'From a list',
      message: {
        template: { name: 'order_update', language: 'en_US' },
        variables: [
          { place: 'body', name: '1', source: { from: 'column', column: 'first name', fallback: 'you' } },
          { place: 'body', name: '2', source: { from: 'column', column: 'page' } },
        ],
      },
    },
  });
  const list =
    'phone,first name,page\n' +
    '+442079460011,Maya,https://shop.example/maya?basket=1\n' +
    '+442079460012,,https://shop.example/omar\n' +
    '+442079460013,Zoe,\n';
  const uploaded = await fetch(`${product.ready.url}/v1/campaigns/${id}/list`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.ready.apiKey}`, 'content-type': 'text/csv' },
    body: list,
  });
  expect(uploaded.status, await uploaded.text()).toBeLessThan(300);
  await ask(`/v1/campaigns/${id}/plan`, { body: {} });
  await until(
    async () => (await ask<Campaign>(`/v1/campaigns/${id}`)).plan.state === 'ready',
    30_000,
    () => 'the plan is not ready',
  );
  const found = await ask<{ willGet: number; reasons: { reason: string }[] }>(
    `/v1/campaigns/${id}/preflight`,
  );
  expect(found.willGet).toBe(2);
  expect(found.reasons.map(({ reason }) => reason)).toEqual(['variable_missing:body:2']);
  await ask(`/v1/campaigns/${id}/launch`, { body: {} });
  await until(
    async () => (await textsOf(id)).size === 2,
    60_000,
    () => 'not everybody got it',
  );

  const texts = await textsOf(id);
  expect([texts.get('442079460011')![0], texts.get('442079460012')![0]]).toEqual(['Maya', 'you']);
  const [maya, omar] = ['442079460011', '442079460012'].map((phone) => texts.get(phone)![1]!);
  const link = new RegExp(`^${product.ready.url}/l/[\\w-]{16}$`);
  expect(maya).toMatch(link);
  expect(omar).toMatch(link);

  // The page never answers there; a person is led on and counted, a preview is led on.
  const person = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605' };
  for (const [address, headers, target] of [
    [maya!, person, 'https://shop.example/maya?basket=1'],
    [omar!, { 'user-agent': 'WhatsApp/2.25.30 A' }, 'https://shop.example/omar'],
  ] as const) {
    const answer = await fetch(address, { redirect: 'manual', headers });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, target]);
  }
  const nobody = await fetch(`${product.ready.url}/l/AAAAAAAAAAAAAAAA`, {
    redirect: 'manual',
    headers: person,
  });
  expect([nobody.status, nobody.headers.get('content-type')]).toEqual([
    404,
    expect.stringContaining('application/json'),
  ]);
  // Taps are written in groups.
  await until(
    async () => (await ask<{ clicks: number }>(`/v1/campaigns/${id}/report`)).clicks > 0,
    30_000,
    () => 'the tap is not counted',
  );
  expect(await ask(`/v1/campaigns/${id}/report`)).toMatchObject({ clicked: 1, clicks: 1 });
  const { data } = await ask<{ data: Recipient[] }>(`/v1/campaigns/${id}/recipients?did=clicked`);
  expect(data.map(({ address, clicks }) => [address, clicks])).toEqual([['442079460011', 1]]);
});
