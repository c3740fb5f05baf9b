/**
 * Runs what the reference systems' documents print, in their own words: a curl command or a request as HTTP, with
 * nothing filled in but host, ids, secrets and, where a document has none, an Authorization header.
 */
import type { Product } from '../product.ts';

export interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

/** What stands in a document → what is put there. */
export type Fill = Readonly<Record<string, string>>;

interface Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | FormData;
}

/** `curl …` as printed. Knows -X, -H and -d. */
export function curl(product: Product, printed: string, fill: Fill = {}): Promise<Answered> {
  const [program, ...rest] = words(filled(printed, fill));
  if (program !== 'curl') throw new Error(`not a curl command: ${printed}`);
  const asked: Asked = { method: '', url: '', headers: {} };
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    if (word === '-X') asked.method = rest[++at]!;
    else if (word === '-H') addHeader(asked, rest[++at]!);
    else if (word === '-d') asked.body = rest[++at]!;
    else asked.url = word;
  }
  asked.method ||= asked.body === undefined ? 'GET' : 'POST';
  return ask(product, asked);
}

/** A request as a document prints it: `POST /path`, headers, an empty line, a body. */
export function http(product: Product, printed: string, fill: Fill = {}): Promise<Answered> {
  const [head = '', ...bodies] = filled(printed.trim(), fill).split(/\n\s*\n/);
  const [first = '', ...headers] = head.split('\n');
  const [method = '', url = ''] = first.trim().split(' ');
  const asked: Asked = { method, url, headers: {} };
  for (const header of headers) addHeader(asked, header);
  if (bodies.length > 0) asked.body = bodies.join('\n\n');
  return ask(product, asked);
}

/** A file as `curl -F file=@name` sends it. */
export function uploads(
  product: Product,
  path: string,
  file: { name: string; type: string; bytes: Uint8Array },
  headers: Record<string, string>,
): Promise<Answered> {
  const form = new FormData();
  form.append('file', new Blob([Buffer.from(file.bytes)], { type: file.type }), file.name);
  return ask(product, { method: 'POST', url: path, headers, body: form });
}

function filled(printed: string, fill: Fill): string {
  let text = printed;
  for (const [what, by] of Object.entries(fill)) {
    if (!text.includes(what)) throw new Error(`${what} does not stand in: ${printed}`);
    text = text.replaceAll(what, by);
  }
  return text;
}

function addHeader(asked: Asked, header: string): void {
  const colon = header.indexOf(':');
  asked.headers[header.slice(0, colon).trim().toLowerCase()] = header.slice(colon + 1).trim();
}

async function ask(product: Product, { method, url, headers, body }: Asked): Promise<Answered> {
  const response = await fetch(
    new URL(new URL(url, 'http://localhost').pathname + search(url), product.ready.url),
    {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    },
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: /^[{[]/.test(text) ? JSON.parse(text) : text,
  };
}

function search(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark);
}

/** A shell's words: quotes of both kinds, lines that go on. */
function words(command: string): string[] {
  const found: string[] = [];
  const word = /'([^']*)'|"((?:\\.|[^"\\])*)"|([^\s'"]+)/g;
  for (const [, single, double, bare] of command.replaceAll('\\\n', ' ').matchAll(word)) {
    found.push(single ?? double?.replaceAll(/\\(.)/g, '$1') ?? bare!);
  }
  return found;
}

/** A bearer token of the demo's operator, by S3's address. */
export async function operatorToken(product: Product): Promise<string> {
  const { operatorEmail, operatorPassword } = product.ready;
  const { status, body } = await ask(product, {
    method: 'POST',
    url: '/api/auth/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: operatorEmail, password: operatorPassword }),
  });
  if (status !== 200) throw new Error(`the operator cannot sign in: ${status} ${JSON.stringify(body)}`);
  return (body as { token: string }).token;
}
