/**
 * A load generator that costs little, since it shares the two cores with what it measures: raw sockets, prebuilt
 * requests, answers found by their header end and content-length. Closed loop (as fast as the answers come) or open
 * loop (`rate`): then latency counts from when a request was due, so that a slow answer does not hide the wait behind it.
 */
import { createHmac, randomUUID } from 'node:crypto';
import net from 'node:net';

export interface LoadResult {
  requests: number;
  seconds: number;
  perSecond: number;
  errors: number;
  /** Answers by status. */
  statuses: Record<string, number>;
  latencies: number[];
  /** By request: when it was due (open loop) or sent, in milliseconds of the wall clock; undefined = never sent. */
  startedAt: (number | undefined)[];
}

export interface LoadOptions {
  url: string;
  requests: readonly Buffer[];
  connections: number;
  seconds: number;
  /** Requests per second over all connections; absent = as fast as the answers come. */
  rate?: number;
}

export function signed(secret: string): (body: Buffer) => Record<string, string> {
  return (body) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  });
}

export interface Said {
  id: string;
  from: string;
  body: string;
}

/** A person's id, as all that WhatsApp says about them has it. */
export const userIdOf = (from: string): string => `US.${from}0000000`;

export const newWamid = (): string => `wamid.${Buffer.from(randomUUID()).toString('base64')}`;

/** The i-th of `people` phones. */
export const phoneOf = (i: number, people: number): string => `1555${String(1_000_000 + (i % people))}`;

export function messageOf(from: string, id: string, text: string): Record<string, unknown> {
  return {
    from,
    from_user_id: userIdOf(from),
    id,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: 'text',
    text: { body: text },
  };
}

const filler = ` ${'x'.repeat(260)}`;

/** A text message webhook of about 860 bytes, as WhatsApp sends it; unique by its wamid. */
export function textWebhook(phoneNumberId: string, from: string, id = newWamid()): Said {
  const body = webhook(phoneNumberId, [from], [messageOf(from, id, `hello from the bench${filler}`)]);
  return { id, from, body };
}

export function webhook(
  phoneNumberId: string,
  people: readonly string[],
  messages: readonly unknown[],
): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '102290129340398',
        changes: [
          {
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
              contacts: people.map((from) => ({
                profile: { name: 'Bench Person' },
                wa_id: from,
                user_id: userIdOf(from),
              })),
              messages,
            },
            field: 'messages',
          },
        ],
      },
    ],
  });
}

/** The request as bytes; made ahead of time, outside the measured loop. */
export function post(
  path: string,
  body: string | Buffer,
  headers?: (body: Buffer) => Record<string, string>,
): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const all = {
    host: 'bench',
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...headers?.(bytes),
  };
  const head = Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), bytes]);
}

/** What to add to performance.now() for the wall clock, to a fraction of a millisecond. */
export function wallOffset(): number {
  const before = Date.now();
  let tick = before;
  while (tick === before) tick = Date.now();
  return tick - performance.now();
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const { requests, connections, rate } = options;
  const { hostname, port } = new URL(options.url);
  const latencies: number[] = [];
  const startedAt: (number | undefined)[] = new Array(requests.length);
  const statuses: Record<string, number> = {};
  let next = 0;
  let errors = 0;
  const offset = wallOffset();
  const begun = performance.now();
  const end = begun + options.seconds * 1000;
  const gap = rate === undefined ? 0 : (1000 * connections) / rate;

  const connection = (index: number) =>
    new Promise<void>((resolve) => {
      const socket = net.connect(Number(port), hostname);
      socket.setNoDelay(true);
      let open = false;
      let sentAt = 0;
      let due = begun + (gap * index) / connections;
      let buffered: Buffer = Buffer.alloc(0);
      const send = () => {
        if (performance.now() >= end || next >= requests.length) {
          open = false;
          socket.end();
          resolve();
          return;
        }
        open = true;
        const index = next++;
        sentAt = gap > 0 ? due : performance.now();
        startedAt[index] = sentAt + offset;
        socket.write(requests[index]!);
      };
      const later = () => {
        const wait = due - performance.now();
        if (wait <= 0) send();
        else setTimeout(send, wait);
      };
      socket.on('connect', () => (gap > 0 ? later() : send()));
      socket.on('data', (chunk: Buffer) => {
        buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
        const headEnd = buffered.indexOf('\r\n\r\n');
        if (headEnd < 0) return;
        const head = buffered.toString('latin1', 0, headEnd);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (buffered.length < headEnd + 4 + length) return;
        const status = head.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        latencies.push(performance.now() - sentAt);
        buffered = buffered.subarray(headEnd + 4 + length);
        due += gap;
        if (gap > 0) later();
        else send();
      });
      socket.on('error', () => {
        errors += 1;
        open = false;
        resolve();
      });
      socket.on('close', () => {
        if (open) errors += 1;
        resolve();
      });
    });

  await Promise.all(Array.from({ length: connections }, (_, index) => connection(index)));
  const seconds = (performance.now() - begun) / 1000;
  return {
    requests: latencies.length,
    seconds,
    perSecond: latencies.length / seconds,
    errors,
    statuses,
    latencies,
    startedAt,
  };
}

/** Answers other than these make a comparison worthless. */
export function expectOnly(result: LoadResult, status: string): void {
  const others = Object.entries(result.statuses).filter(([code]) => code !== status);
  if (others.length > 0 || result.errors > 0) {
    throw new Error(
      `answers other than ${status}: ${JSON.stringify(result.statuses)}, ${result.errors} broken connections`,
    );
  }
}
