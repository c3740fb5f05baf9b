/** The page: the list of operations, the search in it, and the one that the address names. */
import { codeBlock, el, prose } from './element.js';
import { drawOperation, titleOf } from './operation.js';

const [main, areas, search, found] = ['main', 'areas', 'search', 'found'].map((id) =>
  document.getElementById(id),
);
if (new URLSearchParams(location.search).get('dir') === 'rtl') document.documentElement.dir = 'rtl';

const [spec, roles] = await Promise.all(
  ['/openapi.json', '/docs/roles.json'].map(async (url) => (await fetch(url)).json()),
);
document.getElementById('version').textContent = spec.info.version;

const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method,
    path,
    operation,
    id: operation.operationId ?? `${method} ${path}`,
    area: operation.tags?.[0] ?? 'other',
    // What the search looks through.
    text: [
      operation.operationId,
      method,
      path,
      titleOf(operation),
      operation.description,
      operation.tags,
      operation['x-allowed'],
    ]
      .flat()
      .join(' ')
      .toLowerCase(),
  })),
);
const byId = new Map(operations.map((one) => [one.id, one]));

function drawList() {
  const groups = Map.groupBy(operations, ({ area }) => area);
  const sorted = [...groups].sort(([a], [b]) => a.localeCompare(b));
  areas.replaceChildren(
    ...sorted.map(([area, members]) =>
      el(
        'section',
        {},
        el('h2', {}, area),
        el(
          'ul',
          {},
          members.map((one) => el('li', { 'data-id': one.id }, linkTo(one))),
        ),
      ),
    ),
  );
}

const linkTo = (one) =>
  el(
    'a',
    { href: `#${encodeURIComponent(one.id)}` },
    el('span', { class: `method ${one.method}` }, one.method.toUpperCase()),
    el('span', { dir: 'ltr' }, one.path.replace(/^\/v1/, '')),
  );

/** Every word must occur; areas without a hit go. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const item of areas.querySelectorAll('li')) {
    const { text } = byId.get(item.dataset.id);
    item.hidden = !words.every((word) => text.includes(word));
    if (!item.hidden) count += 1;
  }
  for (const section of areas.children) section.hidden = !section.querySelector('li:not([hidden])');
  found.textContent = words.length === 0 ? '' : `${count} of ${operations.length}`;
}

function drawStart() {
  return el(
    'article',
    {},
    el('h1', { tabindex: '-1' }, 'Chaski API'),
    el(
      'p',
      {},
      prose('JSON over HTTP, version 1, at this address. Choose an operation, or press `/` and type.'),
    ),
    el('h2', {}, 'Sign in'),
    el(
      'p',
      {},
      prose(
        'Send an API key as `Authorization: Bearer ck_…`. A workspace makes them under its settings; `chaski keys api create` makes one on the command line. A key acts in its one workspace, with the scopes it was given.',
      ),
    ),
    codeBlock(
      'curl',
      `export CHASKI_KEY=ck_…\ncurl '${location.origin}/v1/conversations' \\\n  -H "Authorization: Bearer $CHASKI_KEY"`,
    ),
    el('h2', {}, 'Lists'),
    el(
      'p',
      {},
      prose(
        'Lists answer `{data, nextCursor}`. Send `nextCursor` back as `cursor` for the next page; null is the end.',
      ),
    ),
    el('h2', {}, 'Safe repeats'),
    el(
      'p',
      {},
      prose(
        'Every POST takes an `Idempotency-Key`. Repeated within 24 hours it has one effect and one answer.',
      ),
    ),
    el('h2', {}, 'Refusals'),
    el(
      'p',
      {},
      prose(
        'Every refusal is `{error: {code, message, details, requestId}}`: branch on `code`, show `message`, quote `requestId`. 429 and 503 say with `Retry-After` when to come again.',
      ),
    ),
  );
}

/** Draws what the address names. */
function show(byPerson) {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id === 'main') return;
  const one = byId.get(id);
  main.replaceChildren(one ? drawOperation(spec, roles, one) : drawStart());
  document.title = one ? `${one.method.toUpperCase()} ${one.path} · Chaski API` : 'Chaski API';
  for (const link of areas.querySelectorAll('a')) {
    const isCurrent = link.parentElement.dataset.id === id;
    if (isCurrent) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
    if (isCurrent && !byPerson) {
      // The list's own scrolling: scrollIntoView would move the page too.
      const list = link.closest('nav');
      list.scrollTop = link.offsetTop - list.clientHeight / 2;
    }
  }
  if (byPerson) {
    scrollTo(0, 0);
    main.querySelector('h1').focus({ preventScroll: true });
  }
}

/** The link that many steps from the one in focus, among those that are shown. */
function step(steps) {
  const links = [...areas.querySelectorAll('section:not([hidden]) li:not([hidden]) a')];
  const at = links.indexOf(document.activeElement) + steps;
  (at < 0 ? search : links[Math.min(at, links.length - 1)])?.focus();
}

addEventListener('keydown', (event) => {
  const inSearch = document.activeElement === search;
  const inList = areas.contains(document.activeElement);
  if (event.key === '/' && !inSearch && !event.ctrlKey && !event.metaKey) search.focus();
  else if (event.key === 'ArrowDown' && (inSearch || inList)) step(1);
  else if (event.key === 'ArrowUp' && inList) step(-1);
  else if (event.key === 'Enter' && inSearch)
    areas.querySelector('section:not([hidden]) li:not([hidden]) a')?.click();
  else return;
  event.preventDefault();
});
search.addEventListener('input', filter);
addEventListener('hashchange', () => show(true));
drawList();
show(false);
