/** One operation: what it does, who may, what it takes and what it answers. */
import { codeBlock, el, prose } from './element.js';
import { field, fields, typeOf } from './schema.js';

/** `contacts.listNotes` is list notes, `contacts.list` list contacts. */
export function titleOf(operation) {
  if (operation.summary) return operation.summary;
  const [group, ...rest] = operation.operationId.split('.');
  const words = rest.join(' ').replaceAll(/([A-Z])/g, ' $1');
  return (/^[a-z]+$/.test(words) ? `${words} ${group.replaceAll(/([A-Z])/g, ' $1')}` : words).toLowerCase();
}

export function drawOperation(spec, roles, { method, path, operation }) {
  const parameters = operation.parameters ?? [];
  const body = Object.entries(operation.requestBody?.content ?? {});
  return el(
    'article',
    {},
    el('p', { class: 'area' }, (operation.tags ?? []).join(', ')),
    el('h1', { id: operation.operationId, tabindex: '-1' }, titleOf(operation)),
    el(
      'p',
      { class: 'address', dir: 'ltr' },
      el('span', { class: `method ${method}` }, method.toUpperCase()),
      ' ',
      el('code', {}, path),
    ),
    operation.description && el('p', {}, prose(operation.description)),
    el('h2', {}, 'Who may'),
    el('p', {}, prose(whoMay(operation, roles))),
    parameters.length > 0 && [
      el('h2', {}, 'Parameters'),
      el(
        'ul',
        { class: 'fields' },
        parameters.map((one) => field(spec, { ...one, schema: one.schema ?? {}, where: one.in })),
      ),
    ],
    body.map(([type, { schema, example }]) => [
      el('h2', {}, 'Body'),
      el('p', { class: 'type' }, type, operation.requestBody.required ? '' : ' (may be left out)'),
      fields(spec, schema ?? {}),
      example !== undefined &&
        type === 'application/json' &&
        codeBlock('Example body', JSON.stringify(example, null, 2)),
    ]),
    el('h2', {}, 'Call it'),
    codeBlock('curl', curlOf({ method, path, operation })),
    el('h2', {}, 'Answers'),
    Object.entries(operation.responses ?? {}).map(([status, response]) => drawAnswer(spec, status, response)),
  );
}

function whoMay(operation, roles) {
  const allowed = operation['x-allowed'];
  if (allowed === undefined) return 'Anybody: it asks for no credentials.';
  if (!allowed.includes(':')) return `${allowed.slice(0, 1).toUpperCase()}${allowed.slice(1)}; no API keys.`;
  const actions = allowed.split(' and ');
  const able = Object.entries(roles)
    .filter(([, held]) => actions.every((action) => held.includes(action)))
    .map(([role]) => role);
  const keys = actions.map((action) => `\`${action}\``).join(' and ');
  return `${able.length > 0 ? `Members with the role ${able.join(', ')}; ` : ''}API keys with ${keys}.`;
}

function drawAnswer(spec, status, response) {
  const [[type, { schema, example } = {}] = []] = Object.entries(response.content ?? {});
  const good = status.startsWith('2');
  return el(
    'details',
    { class: 'answer', open: good },
    el(
      'summary',
      {},
      el('span', { class: good ? 'status good' : 'status' }, status),
      ' ',
      good ? (schema ? typeOf(spec, schema) : (type ?? '')) : (response.description ?? ''),
    ),
    schema ? fields(spec, schema) : el('p', { class: 'type' }, type ?? 'No body.'),
    good && example !== undefined && codeBlock('Example answer', JSON.stringify(example, null, 2)),
  );
}

/** For this very host, to be pasted into a shell: the key comes from its environment. */
export function curlOf({ method, path, operation }) {
  const [[type, { example } = {}] = []] = Object.entries(operation.requestBody?.content ?? {});
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const query = (operation.parameters ?? [])
    .filter((one) => one.in === 'query' && one.required)
    .map((one) => `${one.name}=`)
    .join('&');
  const parts = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quote(`${location.origin}${path}${query ? `?${query}` : ''}`)}`,
    (operation.security ?? []).length > 0 && '-H "Authorization: Bearer $CHASKI_KEY"',
    type === 'application/json' && `-H 'Content-Type: application/json'`,
    type === 'application/json' && `-d ${quote(JSON.stringify(example ?? {}))}`,
    type?.startsWith('multipart/') && "-F 'file=@picture.jpg'",
    type &&
      type !== 'application/json' &&
      !type.startsWith('multipart/') &&
      `-H 'Content-Type: ${type}' --data-binary @file`,
  ];
  return parts.filter(Boolean).join(' \\\n  ');
}
