/** A Postman collection (v2.1) of an OpenAPI document: folders by area, variables for address and key, example bodies. */

type Json = Record<string, unknown>;

interface Operation {
  operationId: string;
  description?: string;
  security?: Json[];
  parameters?: { in: string; name: string; required?: boolean; description?: string }[];
  requestBody?: { content?: Record<string, { example?: unknown }> };
}

export function postmanOf(spec: Json): Json {
  const folders = new Map<string, Json[]>();
  for (const [path, methods] of Object.entries(spec.paths as Record<string, Record<string, Operation>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation.operationId) continue;
      const [area = ''] = operation.operationId.split('.');
      folders.set(area, [...(folders.get(area) ?? []), request(path, method, operation)]);
    }
  }
  return {
    info: {
      name: 'Chaski',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
      description:
        'Set `url` and `key`; both are printed by `npm start`. What people do and keys may not (sign-in, the operator) goes with `token`, which `auth.login` sets.',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{key}}', type: 'string' }] },
    variable: [
      { key: 'url', value: 'http://localhost:3000' },
      { key: 'key', value: 'ck_…' },
      { key: 'token', value: '' },
    ],
    item: [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => ({ name, item })),
  };
}

/** Postman's own script: what a sign-in answers is the token of all that people do. */
const keepToken = {
  listen: 'test',
  script: {
    type: 'text/javascript',
    exec: ['const { token } = pm.response.json();', "if (token) pm.collectionVariables.set('token', token);"],
  },
};

/** Left out where the collection's key does. */
function authOf(security: readonly Json[]): Json {
  if (security.length === 0) return { auth: { type: 'noauth' } };
  if (security.some((one) => 'key' in one)) return {};
  return { auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] } };
}

/** It keeps no cookie of another site: who signs in there wants the token. */
const forPostman = (example: unknown) =>
  typeof example === 'object' && example !== null && 'session' in example
    ? { ...example, session: 'token' }
    : example;

function request(path: string, method: string, operation: Operation): Json {
  const place = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const parameters = operation.parameters ?? [];
  const query = parameters
    .filter((one) => one.in === 'query')
    .map((one) => ({
      key: one.name,
      value: '',
      disabled: one.required !== true,
      description: one.description,
    }));
  const [[type, content] = [undefined, undefined]] = Object.entries(operation.requestBody?.content ?? {});
  return {
    name: operation.operationId,
    ...(operation.operationId === 'auth.login' ? { event: [keepToken] } : {}),
    request: {
      method: method.toUpperCase(),
      description: operation.description,
      ...authOf(operation.security ?? []),
      header: type === 'application/json' ? [{ key: 'Content-Type', value: type }] : [],
      url: {
        raw: `{{url}}${place}`,
        host: ['{{url}}'],
        path: place.slice(1).split('/'),
        query,
        variable: parameters.filter((one) => one.in === 'path').map((one) => ({ key: one.name, value: '' })),
      },
      ...(content === undefined
        ? {}
        : type === 'application/json'
          ? { body: { mode: 'raw', raw: JSON.stringify(forPostman(content.example), null, 2) } }
          : { body: { mode: 'formdata', formdata: [{ key: 'file', type: 'file' }] } }),
    },
  };
}
