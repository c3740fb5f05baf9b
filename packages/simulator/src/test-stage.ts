/** A stage for tests: a simulator on a virtual clock, one app, one number, and a callback that remembers. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import {
  createSimulator,
  type JsonObject,
  type Simulator,
  type SimulatorOptions,
  VirtualClock,
} from './index.ts';
import { asArray, asObject, parseJson } from './json.ts';

export const NUMBER = '106540352242922';
export const ACCOUNT = '102290129340398';
export const TOKEN = 'EAAtoken';
export const SECRET = 'app-secret';
export const KEY = 'admin-key';

export interface Received {
  body: string;
  json: JsonObject;
  headers: IncomingHttpHeaders;
}

export interface Answer {
  /** 0 = the connection broke */
  status: number;
  text: string;
  json: JsonObject;
  headers: Headers | null;
}

export interface Stage {
  sim: Simulator;
  clock: VirtualClock;
  received: Received[];
  /** Statuses to answer webhooks with, first to last; then 200. 0 = never an answer. */
  answers: number[];
  callback: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** POST /messages; returns the answer. */
  send(body: JsonObject): Promise<Answer>;
  /** All `statuses` elements received, in order. */
  statuses(): JsonObject[];
  /** All `messages` elements received, in order. */
  inbound(): JsonObject[];
  values(field: string): JsonObject[];
}

export async function stage(options: Partial<SimulatorOptions> = {}): Promise<Stage> {
  const received: Received[] = [];
  const answers: number[] = [];
  const receiver = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const query = new URL(req.url ?? '/', 'http://x').searchParams;
      if (req.method === 'GET') {
        const fine = query.get('hub.verify_token') === 'verify me';
        res.writeHead(fine ? 200 : 403).end(fine ? query.get('hub.challenge') : 'no');
        return;
      }
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ body, json: asObject(parseJson(body)), headers: req.headers });
      const answer = answers.shift() ?? 200;
      if (answer !== 0) res.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  const callback = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`;
  const clock = new VirtualClock();
  const sim = await createSimulator({
    adminKey: KEY,
    clock,
    apps: [{ id: '1', secret: SECRET, webhookUrl: callback, verifyToken: 'verify me' }],
    ...options,
  });
  sim.addAccount({ id: ACCOUNT, appId: '1', token: TOKEN, portfolioId: '9' });
  sim.addNumber({ phoneNumberId: NUMBER, displayPhoneNumber: '+1 555 078 3881', accountId: ACCOUNT });
  onTestFinished(async () => {
    await sim.close();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  const call: Stage['call'] = async (method, path, body, headers = {}) => {
    const raw = body instanceof FormData || body instanceof Uint8Array || typeof body === 'string';
    try {
      const answer = await fetch(path.startsWith('http') ? path : sim.url + path, {
        method,
        redirect: 'manual',
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body === undefined
          ? {}
          : { body: raw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, text, json: asObject(parseJson(text)), headers: answer.headers };
    } catch {
      return { status: 0, text: '', json: {}, headers: null };
    }
  };
  const values = (field: string) =>
    received.flatMap(({ json }) =>
      asArray(json.entry).flatMap((entry) =>
        asArray(asObject(entry).changes)
          .map(asObject)
          .filter((change) => change.field === field)
          .map((change) => asObject(change.value)),
      ),
    );
  return {
    sim,
    clock,
    received,
    answers,
    callback,
    call,
    send: (body) => call('POST', `/v24.0/${NUMBER}/messages`, { messaging_product: 'whatsapp', ...body }),
    statuses: () => values('messages').flatMap((value) => asArray(value.statuses).map(asObject)),
    inbound: () => values('messages').flatMap((value) => asArray(value.messages).map(asObject)),
    values,
  };
}

/** Somebody with an open window. */
export function ana(on: Stage, phone = '+15550100001') {
  const person = on.sim.person(on.sim.addPerson({ name: 'Ana', phone }).id);
  person.send('hi');
  return person;
}

export const text = (to: string, body = 'hello'): JsonObject => ({ to, type: 'text', text: { body } });

export const codeOf = (answer: Answer): unknown => asObject(answer.json.error).code;

export const idOf = (answer: Answer): string => String(asObject(asArray(answer.json.messages)[0]).id);
