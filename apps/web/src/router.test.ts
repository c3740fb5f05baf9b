import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from '../../../acceptance/pages.ts';

/** Read, not imported: the router brings the whole page along, which wants a browser. */
const source = readFileSync(join(import.meta.dirname, 'router.tsx'), 'utf8');

/** What stands above each route's own path. */
const above: Record<string, string> = {
  root: '',
  inside: '',
  inbox: '/app/inbox/',
  settings: '/app/settings/',
  operator: '/app/operator/',
};

test('the list of pages that a browser walks through is the router’s own', () => {
  const found = [
    ...source.matchAll(
      /createRoute\(\{\s*getParentRoute: \(\) => (\w+),\s*path: '([^']+)',([\s\S]*?)\n\}\)/g,
    ),
  ].map(([, parent = '', path = '', rest = '']) => ({
    path: (above[parent] ?? '?') + path,
    // A place that only leads on, or is the frame of its pages.
    shows: /component:|preload/.test(rest) && !/pathname === /.test(rest),
  }));
  const areas = [...source.matchAll(/\b(setting|operated)\(\s*'([^']+)'/g)].map(
    ([, area, path = '']) => (area === 'setting' ? above.settings : above.operator) + path,
  );
  const made = [...source.matchAll(/createRoute\(\{/g)].length;
  // The frame has no path; two make the routes of an area.
  expect(found.length + 3).toBe(made);
  expect([...found.filter(({ shows }) => shows).map(({ path }) => path), ...areas].sort()).toEqual(
    pages.map(({ path }) => path).sort(),
  );
});
