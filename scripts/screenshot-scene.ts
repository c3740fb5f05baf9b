/** A morning in a shop's inbox, for the pictures in README and docs: people write, colleagues have answered. */
import { crc32, deflateSync } from 'node:zlib';
import { list, type Product, until } from '../acceptance/product.ts';

interface Person {
  name: string;
  phone: string;
  says: string[];
}

/** The last is the newest in the list. */
const people: Person[] = [
  { name: 'Ravi Sharma', phone: '919812345601', says: ['क्या यह नीले रंग में भी मिलेगा?'] },
  { name: 'Sofía Ríos', phone: '5215512345602', says: ['Hola, ¿hacen envíos a Oaxaca?'] },
  { name: 'Tomás Oliveira', phone: '5511912345603', says: ['Recebi o pedido, obrigado!'] },
  { name: 'Grace Njeri', phone: '254712345604', says: ['Can I change the delivery address?'] },
  { name: 'Lukas Weber', phone: '4915112345605', says: ['Invoice for A-1038, please'] },
  { name: 'ليلى حسن', phone: '201012345606', says: ['مرحبا، متى يصل طلبي رقم A-1041؟'] },
  { name: 'Amara Okafor', phone: '2348012345607', says: ['Is the large size back in stock?'] },
  {
    name: 'Ana Quispe',
    phone: '51984012345',
    says: [
      'Good morning! My parcel *A-1042* should have come yesterday.',
      'The tracking page has not moved since Monday.',
    ],
  },
];

/** Makes it, and gives back whose conversations are shown. `send` asks the API as the person who signed in. */
export async function makeScene(
  product: Product,
  send: (path: string, body: object, method?: string) => Promise<{ id: string }>,
): Promise<{ latin: string; arabic: string }> {
  await send('/v1/workspace', { name: 'Andes Outfitters', settings: { autoReply: false } }, 'PATCH');
  const labels = await Promise.all(
    [
      ['Delivery', '#2563eb'],
      ['Invoice', '#7c3aed'],
      ['VIP', '#b45309'],
    ].map(([name, colour]) => send('/v1/labels', { name, colour })),
  );

  const phones = new Map<string, (message: object) => Promise<void>>();
  const conversations = new Map<string, string>();
  for (const { name, phone, says } of people) {
    const made = (await product.simulator('/_sim/people', { name, phone })) as {
      id?: string;
      person?: { id: string };
    };
    const say = async (message: object) => {
      await product.simulator(`/_sim/people/${made.person?.id ?? made.id}/messages`, {
        numberId: product.ready.numbers[0]?.phoneNumberId,
        ...message,
      });
    };
    phones.set(name, say);
    for (const text of says) await say({ type: 'text', text });
    await until(
      async () => {
        const rows = await list<{ id: string; contact: { displayName: string } | null }>(
          product,
          '/v1/conversations',
        );
        const id = rows.find(({ contact }) => contact?.displayName === name)?.id;
        if (id) conversations.set(name, id);
        return id !== undefined;
      },
      20_000,
      () => `${name} does not come in:\n${product.output()}`,
    );
  }
  const of = (name: string) => conversations.get(name) ?? '';
  const reply = (name: string, body: string) =>
    send('/v1/messages', { conversationId: of(name), type: 'text', text: { body } });
  const label = (name: string, at: number) =>
    send(`/v1/conversations/${of(name)}/labels`, { labelIds: [labels[at]?.id] });
  await label('Lukas Weber', 1);
  await label('Grace Njeri', 0);
  await send(`/v1/conversations/${of('Ana Quispe')}/labels`, { labelIds: [labels[0]?.id, labels[2]?.id] });
  await label('ليلى حسن', 0);
  await reply('Tomás Oliveira', 'We are glad to hear that!');
  await reply('Lukas Weber', 'It is on its way to your mailbox.');
  await reply('ليلى حسن', 'صباح الخير ليلى! طلبك في الطريق ويصل غدًا.');
  const ana = phones.get('Ana Quispe');
  await nextSecond();
  await send(`/v1/conversations/${of('Ana Quispe')}/notes`, {
    text: 'The courier lost one of the two parcels: refund the shipping.',
  });
  await send('/v1/messages', {
    conversationId: of('Ana Quispe'),
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: 'I am sorry, Ana. Shall we send it again, or give the money back?' },
      action: {
        buttons: [
          { type: 'reply', reply: { id: 'again', title: 'Send it again' } },
          { type: 'reply', reply: { id: 'refund', title: 'Money back' } },
        ],
      },
    },
  });
  await delivered(product, of('Ana Quispe'));
  await nextSecond();
  const [asked] = await list<{ providerMessageId: string }>(
    product,
    `/v1/messages?conversationId=${of('Ana Quispe')}&direction=out`,
  );
  await ana?.({
    type: 'button_reply',
    id: 'again',
    title: 'Send it again',
    context: asked?.providerMessageId,
  });
  await ana?.({ type: 'image', mediaId: await picture(product), caption: 'This is the box that came' });
  await ana?.({ type: 'text', text: 'The other one is missing.' });
  await phones.get('ليلى حسن')?.({ type: 'text', text: 'شكرًا جزيلًا!' });
  await until(
    async () => (await list(product, `/v1/messages?conversationId=${of('Ana Quispe')}`)).length >= 6,
    20_000,
    () => 'the picture does not come in',
  );
  return { latin: of('Ana Quispe'), arabic: of('ليلى حسن') };
}

/** WhatsApp's times have no parts of a second: who answers within the same one may stand above the question. */
function nextSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  return until(
    () => Math.floor(Date.now() / 1_000) > now,
    5_000,
    () => 'the clock stands',
  );
}

function delivered(product: Product, conversationId: string): Promise<void> {
  return until(
    async () =>
      (
        await list<{ status: string }>(product, `/v1/messages?conversationId=${conversationId}&direction=out`)
      ).every(({ status }) => ['delivered', 'read'].includes(status)),
    20_000,
    () => 'an answer is not delivered',
  );
}

/** A parcel on a table, drawn here: the repository holds nobody's photo. */
async function picture(product: Product): Promise<string> {
  const [width, height] = [480, 320];
  const inside = (x: number, y: number, [left, top, right, bottom]: readonly number[]) =>
    x >= left! && x < right! && y >= top! && y < bottom!;
  const parts: [readonly number[], readonly number[]][] = [
    [
      [228, 84, 252, 268],
      [226, 205, 160],
    ],
    [
      [120, 108, 360, 116],
      [150, 104, 62],
    ],
    [
      [276, 190, 340, 236],
      [244, 240, 230],
    ],
    [
      [120, 84, 360, 268],
      [186, 138, 88],
    ],
    [
      [0, 236, 480, 320],
      [120, 86, 58],
    ],
    [
      [0, 0, 480, 320],
      [205, 214, 222],
    ],
  ];
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = parts.find(([box]) => inside(x, y, box))?.[1] ?? [0, 0, 0];
      rows.set(colour, y * (1 + width * 3) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  const key = new URL(product.ready.phoneUrl ?? '').searchParams.get('key') ?? '';
  const uploaded = await fetch(`${product.ready.simulatorUrl}/_phone/api/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'image/png', 'x-filename': 'parcel.png' },
    body: new Uint8Array(png),
  });
  return ((await uploaded.json()) as { id: string }).id;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
