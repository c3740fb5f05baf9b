/**
 * The SDK's operations: `chaski.contacts.block({ id })`. One object of plain functions by area, typed by the generated
 * types of each operation; what they do is in the hand-written client.
 */

type Json = Record<string, unknown>;

interface Operation {
  operationId: string;
  description?: string;
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { required?: boolean; content?: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

/** As the type generator names an operation's types: `contacts.optOut` → `ContactsOptOut`. */
const typeName = (operationId: string) =>
  operationId
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

export function operationsOf(spec: Json): string {
  const areas = new Map<string, string[]>();
  const used = new Set<string>();
  const seen = new Map<string, string>();
  for (const [path, methods] of Object.entries(spec.paths as Record<string, Record<string, Operation>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      const { operationId } = operation;
      // Webhooks and health are for others than clients.
      if (!operationId || !path.startsWith('/v1/')) continue;
      const here = `${method} ${path}`;
      const other = seen.get(operationId);
      if (other)
        throw new Error(`${operationId} is both ${other} and ${here}: name one by its route's operationId.`);
      seen.set(operationId, here);
      const [area = '', name = ''] = operationId.split('.');
      areas.set(area, [...(areas.get(area) ?? []), entry(name, path, method, operation, used)]);
    }
  }
  const body = [...areas]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([area, lines]) => `    ${area}: {\n${lines.join('\n')}\n    },`)
    .join('\n');
  return `import type { Bytes, Call } from '../call.ts';
import type * as t from './types.ts';

/** Every operation of the API, by area. */
export function operations(call: Call) {
  return {
${body}
  };
}

/** Addresses of the operations, as the API describes them. */
export const addresses = ${JSON.stringify(Object.fromEntries([...seen].sort()), null, 2)} as const;
`;
}

function entry(name: string, path: string, method: string, operation: Operation, used: Set<string>): string {
  const type = typeName(operation.operationId);
  used.add(type);
  const at = (place: string) => (operation.parameters ?? []).filter((one) => one.in === place);
  const parts: string[] = [];
  if (at('path').length > 0) parts.push(`t.${type}Data['path']`);
  const query = at('query');
  if (query.length > 0)
    parts.push(`{ query${query.some((one) => one.required) ? '' : '?'}: t.${type}Data['query'] }`);
  const contents = Object.keys(operation.requestBody?.content ?? {});
  const binary = contents.length > 0 && !contents.includes('application/json');
  if (contents.length > 0 || binary) {
    const bodyType = binary ? 'Bytes' : `t.${type}Data['body']`;
    parts.push(`{ body${operation.requestBody?.required || binary ? '' : '?'}: ${bodyType} }`);
  }
  const required =
    at('path').length > 0 || query.some((one) => one.required) || operation.requestBody?.required || binary;
  const input = parts.length === 0 ? '{ options?: never }' : parts.join(' & ');
  const [, success] = Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? [];
  const json = success?.content !== undefined && 'application/json' in success.content;
  // Files say nothing of their content; whoever asks for one wants its bytes and headers.
  const file = !json && method === 'get';
  const answer = json ? `t.${type}Responses[keyof t.${type}Responses]` : file ? 'Response' : 'void';
  const how = json ? 'json' : file ? 'response' : 'none';
  const doc = operation.description ? `      /** ${operation.description.replaceAll('*/', '* /')} */\n` : '';
  return `${doc}      ${name}: (input${required ? '' : '?'}: ${input}, more?: Parameters<Call>[2]) => call<${answer}>({ method: '${method.toUpperCase()}', path: '${path}', answer: '${how}' }, input ?? {}, more),`;
}
