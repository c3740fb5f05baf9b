/** Requests as nobody should send them, to every route: refused with the field named and what to send, never a 500. */
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../src/platform/ids.ts';
import { testApi } from './api.ts';
import { until } from './harness.ts';
import { routesOf } from './routes.ts';
import { allSamples } from './samples/index.ts';

/** Of the server in this test: how long a body may take. */
const bodyTimeoutMs = 400;
const api = await testApi({ bodyTimeoutMs });
const samples = await allSamples();

type Path = readonly (string | number)[];

/** The places of all scalars, and of all objects. */
function placesOf(value: unknown, path: Path = []): { scalars: Path[]; objects: Path[] } {
  if (typeof value !== 'object' || value === null) return { scalars: [path], objects: [] };
  const inside = Object.entries(value).map(([key, part]) =>
    placesOf(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return {
    scalars: inside.flatMap(({ scalars }) => scalars),
    objects: [...(Array.isArray(value) ? [] : [path]), ...inside.flatMap(({ objects }) => objects)],
  };
}

function put(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  const part = put((value as Record<string | number, unknown>)[key], rest, to);
  if (Array.isArray(value)) return value.with(Number(key), part);
  return { ...(value as object), [key]: part };
}

const wrong: readonly (readonly [string, unknown])[] = [
  ['a number', 123_456_789.25],
  ['null', null],
  ['an object', { a: 1 }],
  ['an array', [1]],
  ['true', true],
  ['a very long text', 'x'.repeat(200_000)],
];

/** JSON.stringify leaves `__proto__` of a literal out: a mark is swapped for the member afterwards. */
const mark = '"¤":0';
const poisons = [
  '"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"constructor":1',
  '"prototype":{"polluted":true}',
  '"\\u005f_proto__":{"polluted":true}',
];

async function send(
  key: string,
  params: Record<string, string> = {},
  text: string,
  headers: object,
  query = {},
) {
  const [method = '', url = ''] = key.split(' ');
  const reply = await api.http.app.inject({
    method: method as 'POST',
    url: url.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? name)),
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    headers: { 'content-type': 'application/json', ...headers },
    payload: text,
  });
  return { status: reply.statusCode, text: reply.body };
}

/** 501 and 503 are answers of their own: not there yet, away just now. */
const isFailure = (status: number) => status >= 500 && status !== 501 && status !== 503;

const files = new Set(
  api.http.routes.filter(({ consumes }) => consumes.length > 0).map(({ method, url }) => `${method} ${url}`),
);
const takesJson = routesOf(api.http).filter(
  ({ key, method }) => key in samples && method !== 'GET' && !files.has(key),
);
const withBody: string[] = [];
for (const { key } of takesJson) {
  const { body } = await samples[key]!(await api.stage());
  if (typeof body === 'object' && body !== null && !Buffer.isBuffer(body)) withBody.push(key);
}

const oneOf = (values: readonly unknown[], round: number) => values[round % values.length];

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}
interface Operation {
  parameters?: { in: string; name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema } | undefined> };
}
const spec = api.http.openapi() as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
/** Enough for every wrong value of a field, and every shape of a union, to come by. */
const rounds = 5;

/** Values that a schema does not take: of an object all its fields at once, each with another one in each round. */
function wrongs(schema: Schema, round = 0, depth = 0): unknown[] {
  if (schema.$ref !== undefined) {
    return wrongs(spec.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, round, depth);
  }
  const shapes = schema.anyOf ?? schema.oneOf;
  if (shapes) return [{}, 7, ...wrongs(shapes[round % shapes.length] ?? {}, round, depth)];
  if (schema.const !== undefined || schema.enum) return ['\u00a4', 7, null];
  const pick = (one: Schema) => oneOf(wrongs(one, round, depth + 1), round + depth);
  switch (schema.type) {
    case 'object': {
      if (depth > 6) return ['\u00a4'];
      const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, pick(one)]);
      const more =
        typeof schema.additionalProperties === 'object'
          ? { '\u00a4 x': pick(schema.additionalProperties) }
          : {};
      const all = { ...Object.fromEntries(fields), ...more };
      return [all, {}, all, 'x', depth === 0 ? { ...all, unheardOf: 1 } : null];
    }
    case 'array': {
      const item = pick(schema.items ?? {});
      return [[item], 'x', [], Array(Math.min((schema.maxItems ?? 0) + 1, 2_000)).fill(item)];
    }
    case 'integer':
    case 'number':
      return ['x', (schema.minimum ?? 0) - 1, (schema.maximum ?? 0) + 1, 0.123, 1e300, null];
    case 'boolean':
      return ['x', 7];
    default:
      return ['\u00a4', '', 'x'.repeat(Math.min((schema.maxLength ?? 0) + 1, 40_000)), 7, null];
  }
}

describe('every field', () => {
  test.each(withBody)('%s: of a wrong type', async (key) => {
    const stage = await api.stage();
    const sample = await samples[key]!(stage);
    const headers = { ...api.callerOf(key, stage), ...sample.headers };
    const problems: string[] = [];
    for (const path of placesOf(sample.body).scalars) {
      for (const [what, value] of wrong) {
        const text = JSON.stringify(put(sample.body, path, value));
        const answer = await send(key, sample.params, text, headers, sample.query);
        const said = `${path.join('.')} is ${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
        if (isFailure(answer.status)) problems.push(said);
        if (answer.status !== 400) continue;
        const { error } = JSON.parse(answer.text) as {
          error: { code: string; details: { problems?: { path: string }[] } };
        };
        if (error.code !== 'invalid_request') continue;
        const field = path.join('.');
        const isNamed = (error.details.problems ?? []).some(
          ({ path: named }) => named !== '' && (field.startsWith(named) || named.startsWith(field)),
        );
        if (!isNamed) problems.push(said);
      }
    }
    expect(problems).toEqual([]);
  });

  test.each(withBody)('%s: __proto__ and constructor at any depth', async (key) => {
    const stage = await api.stage();
    const sample = await samples[key]!(stage);
    const headers = { ...api.callerOf(key, stage), ...sample.headers };
    for (const path of placesOf(sample.body).objects) {
      const marked = put(sample.body, [...path, '¤'], 0);
      for (const poison of poisons) {
        const text = JSON.stringify(marked).replace(mark, poison);
        expect(text).toContain(poison);
        const answer = await send(key, sample.params, text, headers, sample.query);
        expect(isFailure(answer.status), `${path.join('.')} ${poison}: ${answer.text}`).toBe(false);
        if (poison.includes('proto__')) expect(answer.status).toBe(400);
      }
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

/** What zod says by itself, and what we say where we know nothing: neither tells a caller what to send. */
const nobodysWords = /^(Invalid|Too (big|small)|Unrecognized|Expected|Required|not valid)|NaN|undefined/;

test('every refusal names its field and says what to send', async () => {
  const stage = await api.stage();
  const said = new Set<string>();
  let refused = 0;
  const ask = async (key: string, params: Record<string, unknown>, body: unknown, query: object = {}) => {
    const texts = Object.entries(params).map(([name, value]) => [name, String(value)]);
    const answer = await send(
      key,
      Object.fromEntries(texts),
      JSON.stringify(body),
      api.callerOf(key, stage),
      query,
    );
    if (answer.status !== 400) return;
    const { error } = JSON.parse(answer.text) as {
      error: { code: string; details: { problems?: { path: string; message: string }[] } };
    };
    refused += 1;
    for (const { path, message } of error.details.problems ?? [])
      if (path === '' || nobodysWords.test(message)) said.add(`${key} ${path}: ${message}`);
  };
  for (const { key, method, url } of routesOf(api.http)) {
    const operation = spec.paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (!operation) continue;
    const fields = (place: string) => operation.parameters?.filter((one) => one.in === place) ?? [];
    const params = Object.fromEntries(
      fields('path').map(({ name, schema }) => [
        name,
        schema.format === 'uuid' ? newId() : schema.type === 'integer' ? 1 : 'abc',
      ]),
    );
    const body = operation.requestBody?.content['application/json']?.schema;
    const wrong = (place: string, round: number) =>
      Object.fromEntries(
        fields(place).map(({ name, schema }) => [name, String(oneOf(wrongs(schema), round))]),
      );
    // Of a request that is wrong in several places only the first is told of: path, then body, then query.
    if (fields('path').length > 0) await ask(key, wrong('path', 0), {});
    for (let round = 0; round < rounds; round += 1) {
      if (body) await ask(key, params, oneOf(wrongs(body, round), round));
      else if (fields('query').length > 0) await ask(key, params, undefined, wrong('query', round));
    }
  }
  expect([...said]).toEqual([]);
  expect(refused).toBeGreaterThan(700);
});

test('a request that names JSON and brings none is one without a body', async () => {
  const stage = await api.stage();
  for (const [key, status] of [
    ['DELETE /v1/labels/:id', 204],
    ['POST /v1/contacts/:id/block', 200],
    ['POST /v1/labels', 400],
  ] as const) {
    const { params } = await samples[key]!(stage);
    const answer = await send(key, params, '', api.callerOf(key, stage));
    expect(answer.status, answer.text).toBe(status);
    if (status !== 400) continue;
    const problems = [{ path: 'body', message: 'Send an object.' }];
    expect(JSON.parse(answer.text)).toMatchObject({ error: { details: { problems } } });
  }
});

describe('every route that takes JSON', () => {
  let port = 0;
  beforeAll(async () => {
    port = Number(new URL(await api.http.listen({ host: '127.0.0.1', port: 0 })).port);
  });
  const huge = JSON.stringify({ text: 'x'.repeat(5 * 1024 * 1024) });

  test.each(withBody)('%s: 413 for a body that is too large', async (key) => {
    const stage = await api.stage();
    const { params, headers, query } = await samples[key]!(stage);
    const answer = await send(key, params, huge, { ...api.callerOf(key, stage), ...headers }, query);
    expect(answer.status, answer.text.slice(0, 300)).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'too_large' } });
  });

  // Several at once: each of them is but waited for.
  test.concurrent.each(withBody)('%s: who trickles is cut', async (key) => {
    const stage = await api.stage();
    const sample = await samples[key]!(stage);
    const [method = '', url = ''] = key.split(' ');
    const path = url.replaceAll(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(sample.params?.[name] ?? name),
    );
    const query = new URLSearchParams(
      Object.entries(sample.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const headers = {
      host: 'localhost',
      'content-type': 'application/json',
      'content-length': '1000',
      ...api.callerOf(key, stage),
      ...sample.headers,
    };
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let closed = false;
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
    });
    socket.write(
      `${method} ${path}${query.size > 0 ? `?${query}` : ''} HTTP/1.1\r\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n{`,
    );
    await until('it is cut', () => {
      if (!closed) socket.write(' ');
      return closed;
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });
});
