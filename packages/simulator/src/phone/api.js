/** The simulator's phone API; its types are in ../phone-api.ts. */

/** No answer came: the server is away, or the way to it. */
export class Unreachable extends Error {}

async function call(method, path, body, headers = {}) {
  const json = body !== undefined && !(body instanceof Blob);
  const response = await fetch(`/_phone/api${path}`, {
    method,
    headers: json ? { 'content-type': 'application/json', ...headers } : headers,
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
  }).catch((error) => {
    throw new Unreachable(error.message);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error?.message ?? `${response.status}`);
  return answer;
}

const chatPath = (personId, numberId) =>
  `/chats/${encodeURIComponent(personId)}/${encodeURIComponent(numberId)}`;

export const api = {
  people: () => call('GET', '/people').then((answer) => answer.people),
  addPerson: (person) => call('POST', '/people', person).then((answer) => answer.person),
  numbers: () => call('GET', '/numbers').then((answer) => answer.numbers),
  chat: (personId, numberId) => call('GET', chatPath(personId, numberId)),
  send: (personId, numberId, message) =>
    call('POST', `${chatPath(personId, numberId)}/messages`, message).then((answer) => answer.message),
  call: (personId, numberId, what) =>
    call('POST', `${chatPath(personId, numberId)}/call`, { do: what }).then((answer) => answer.message),
  read: (personId, numberId) => call('POST', `${chatPath(personId, numberId)}/read`),
  tap: (personId, numberId, messageId, title) =>
    call('POST', `${chatPath(personId, numberId)}/tap`, { messageId, title }),
  upload: (file) =>
    call('POST', '/media', file, {
      'content-type': file.type || 'application/octet-stream',
      'x-filename': encodeURIComponent(file.name ?? 'file'),
    }),
  faults: () => call('GET', '/faults').then((answer) => answer.faults),
  arm: (fault) => call('POST', '/faults', fault).then((answer) => answer.faults),
  mediaUrl: (id) => `/_phone/api/media/${encodeURIComponent(id)}`,
};
