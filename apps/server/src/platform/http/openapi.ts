/**
 * openapi — what /openapi.json says beyond the schemas that validate: names of operations, who may call them, the one
 * envelope of errors, Idempotency-Key, an example of every body. Derived from the routes, so that it cannot drift.
 */
import type { Access } from './gates.ts';

type Json = Record<string, unknown>;

const verbs: Record<string, [item: string, list: string]> = {
  GET: ['get', 'list'],
  POST: ['create', 'create'],
  PUT: ['put', 'put'],
  PATCH: ['update', 'update'],
  DELETE: ['delete', 'delete'],
};

const camel = (text: string) =>
  text.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => next?.toUpperCase() ?? '');
/** A collection, by its name; the audit is one that has no plural. */
const isPlural = (word: string) => /[^s]s$/.test(word) || word === 'audit';
const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
const singular = (word: string) =>
  word
    .replace(/ies$/, 'y')
    .replace(/(ch|sh|x|ss)es$/, '$1')
    .replace(/([^s])s$/, '$1');

/**
 * `GET /v1/contacts/:id` → `contacts.get`, `POST /v1/contacts/:id/block` → `contacts.block`,
 * `GET /v1/contacts/:id/notes` → `contacts.listNotes`, `DELETE /v1/conversations/:id/labels/:labelId` →
 * `conversations.deleteLabel`. The first part groups, as the SDK does.
 */
export function operationIdOf(method: string, url: string): string {
  const parts = url
    .replace(/^\/v1\//, '/')
    .split('/')
    .filter(Boolean);
  const isParam = (part: string | undefined) => part?.startsWith(':') ?? false;
  const [group = 'root', ...rest] = parts;
  const area = camel(group);
  const names = rest.filter((part) => !isParam(part));
  const last = rest.at(-1);
  const [item, list] = verbs[method] ?? [method.toLowerCase(), method.toLowerCase()];
  if (names.length === 0)
    return `${area}.${method === 'GET' && !isParam(last) && isPlural(group) ? list : item}`;
  const path = names.map((name, at) => (at < names.length - 1 ? singular(name) : name));
  const noun = capital(camel(path.join('-')));
  if (isParam(last)) return `${area}.${item}${capital(camel(path.map(singular).join('-')))}`;
  // `/block`, `/claim`, `/read`: the address is the verb already. Plurals are collections.
  const isCollection = isPlural(names.at(-1) ?? '');
  if (method === 'POST') return `${area}.${isCollection ? `create${singular(noun)}` : camel(path.join('-'))}`;
  return `${area}.${method === 'GET' && isCollection ? list : item}${noun}`;
}

const refusals: Record<string, string> = {
  400: 'Something in the request is not valid; details.problems names each field.',
  401: 'No credentials, or none that count.',
  403: 'Not allowed; the message says what is missing.',
  404: 'There is no such thing, at least not in this workspace.',
  409: 'It clashes with what is there.',
  422: 'Understood, but not possible.',
  429: 'Too many requests; Retry-After says when to come again.',
  503: 'Not now; Retry-After says when to come again.',
};

/** Of the error envelope: every refusal has it. */
export const errorSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details', 'requestId'],
      properties: {
        code: { type: 'string', description: 'Stable; what a program branches on.' },
        message: { type: 'string', description: 'For people: what is wrong and what to do.' },
        details: { type: 'object', additionalProperties: true },
        requestId: { type: 'string', description: 'Finds the request in the log.' },
      },
    },
  },
};

interface Operation extends Json {
  operationId?: string;
  tags?: string[];
  parameters?: Json[];
  requestBody?: { required?: boolean; content?: Record<string, Json> };
  responses?: Record<string, Json>;
}

/** Completes what the schemas say. `routes` are those of the server, addresses as registered. */
export function completeSpec(
  spec: Json,
  routes: readonly { method: string; url: string; access: Access | null; consumes: readonly string[] }[],
): Json {
  const paths = (spec.paths ?? {}) as Record<string, Record<string, Operation>>;
  const components = (spec.components ?? {}) as { schemas?: Record<string, Json> };
  const schemas: Record<string, Json> = { ...components.schemas, Error: errorSchema };
  anyJson(paths);
  for (const { method, url, access, consumes } of routes) {
    const operation = paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (!operation) continue;
    operation.operationId ??= operationIdOf(method, url);
    operation.security =
      access === null
        ? []
        : access.kind === 'workspace'
          ? [{ key: [] }, { session: [] }, { token: [] }]
          : [{ session: [] }, { token: [] }];
    const allowed = allowedBy(access);
    if (allowed) operation['x-allowed'] = allowed;
    if (method === 'POST' && access?.kind === 'workspace') {
      operation.parameters = [
        ...(operation.parameters ?? []),
        {
          in: 'header',
          name: 'Idempotency-Key',
          schema: { type: 'string', maxLength: 255 },
          description: 'Repeated within 24 hours, the request has one effect and one answer.',
        },
      ];
    }
    if (consumes.length > 0) {
      const bytes = { type: 'string', format: 'binary' };
      const part = { type: 'object', required: ['file'], properties: { file: bytes } };
      operation.requestBody = {
        required: true,
        content: Object.fromEntries(
          consumes.map((type) => [type, { schema: type.startsWith('multipart/') ? part : bytes }]),
        ),
      };
    }
    const json = operation.requestBody?.content?.['application/json']?.schema as Json | undefined;
    if (operation.requestBody && json && takesNull(json)) operation.requestBody.required = false;
    for (const content of Object.values(operation.requestBody?.content ?? {})) {
      const schema = content.schema as Json | undefined;
      if (schema && content.example === undefined) content.example = exampleOf(schema, schemas);
    }
    const responses = { ...operation.responses };
    operation.responses = responses;
    for (const status of refusalsOf(method, access, operation)) {
      responses[status] ??= {
        description: refusals[status]!,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      };
    }
  }
  const used = usedSchemas(paths, schemas);
  spec.components = {
    ...components,
    schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name))),
  };
  return spec;
}

const reference = /^#\/components\/schemas\/(.+)$/;

/** `z.json()` refers to itself under a name that nothing defines (`schema0`): what it means is any JSON. */
function anyJson(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  for (const value of Object.values(part)) anyJson(value);
  const named = part as Json;
  if (/^#\/components\/schemas\/schema\d+$/.test(String(named.$ref ?? ''))) delete named.$ref;
}

/** Those that something refers to: each is registered twice, as it comes in and as it goes out. */
function usedSchemas(from: unknown, schemas: Record<string, Json>, found = new Set<string>()): Set<string> {
  if (typeof from !== 'object' || from === null) return found;
  for (const [key, value] of Object.entries(from)) {
    const name = key === '$ref' ? reference.exec(String(value))?.[1] : undefined;
    if (name !== undefined && !found.has(name)) {
      found.add(name);
      usedSchemas(schemas[name], schemas, found);
    }
    usedSchemas(value, schemas, found);
  }
  return found;
}

function allowedBy(access: Access | null): string | null {
  if (access === null) return null;
  if (access.kind === 'workspace') return access.actions.join(' and ');
  return access.kind === 'person' ? 'any signed-in person' : 'superadmins';
}

function refusalsOf(method: string, access: Access | null, operation: Operation): string[] {
  const takes = (operation.parameters?.length ?? 0) > 0 || operation.requestBody !== undefined;
  return [
    ...(takes ? ['400'] : []),
    ...(access ? ['401', '403'] : []),
    ...(operation.parameters?.some((one) => one.in === 'path') ? ['404'] : []),
    ...(method === 'GET' ? [] : ['409', '422']),
    '429',
    '503',
  ];
}

/** A body that may be null may be left out: Fastify reads both alike. */
function takesNull(schema: Json): boolean {
  const choices = (schema.anyOf ?? schema.oneOf ?? []) as Json[];
  return [schema.type].flat().includes('null') || choices.some(takesNull);
}

/** One value that a schema allows: what it gives as an example, else its default, else the plainest. */
export function exampleOf(schema: Json, schemas: Record<string, Json>, depth = 0): unknown {
  if (depth > 6) return null;
  const ref = reference.exec(String(schema.$ref ?? ''))?.[1];
  if (ref) return exampleOf(schemas[ref] ?? {}, schemas, depth + 1);
  const [given] = (schema.examples ?? []) as unknown[];
  if (given !== undefined) return given;
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  const [first] = (schema.enum ?? []) as unknown[];
  if (first !== undefined) return first;
  const choices = (schema.oneOf ?? schema.anyOf ?? schema.allOf) as Json[] | undefined;
  if (choices?.[0]) return exampleOf(choices[0], schemas, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object': {
      const required = new Set((schema.required ?? []) as string[]);
      const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>);
      // Optional ones too at the top: an example shows what can be said.
      const shown = properties.filter(([name]) => depth === 0 || required.has(name));
      return Object.fromEntries(shown.map(([name, part]) => [name, exampleOf(part, schemas, depth + 1)]));
    }
    case 'array':
      return schema.items ? [exampleOf(schema.items as Json, schemas, depth + 1)] : [];
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 1), 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      if (schema.format === 'binary') return undefined;
      return textExample(String(schema.format ?? ''));
  }
}

function textExample(format: string): string {
  switch (format) {
    case 'uuid':
      return '0192f0c1-6b1e-7c3a-9d55-1f2e3d4c5b6a';
    case 'date-time':
      return '2026-11-21T09:30:00.000Z';
    case 'date':
      return '2026-11-21';
    case 'email':
      return 'ana@example.com';
    case 'uri':
      return 'https://example.com';
    default:
      return 'text';
  }
}
