/** ui/mantine.css names the styles of every component that the page uses, and of those that they are made of: no more. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..');
const core = join(import.meta.dirname, '../../../../node_modules/@mantine/core');
const read = (path: string) => readFileSync(path, 'utf8');

/** Class names of a style file, or of the module that maps names to them. */
const classesOf = (text: string) => new Set(text.match(/m_[0-9a-f]{6,8}/g));

/** What our files and @mantine/notifications take from the library, types left out. */
function usedNames(): Set<string> {
  const names = new Set<string>(['MantineProvider']);
  const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
    .map((name) => read(join(source, name)));
  const notifications = join(core, '../notifications/esm');
  for (const name of readdirSync(notifications, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.mjs')) texts.push(read(join(notifications, name)));
  for (const text of texts)
    for (const [, list = ''] of text.matchAll(/import \{([^}]*)\} from ['"]@mantine\/core['"]/g))
      for (const one of list.split(','))
        if (!/^\s*type /.test(one)) names.add(one.trim().split(/\s+as\s+/)[0] ?? '');
  names.delete('');
  return names;
}

/** Modules that a name is made of, by following what they import. */
function classesReached(names: ReadonlySet<string>): Set<string> {
  const entry = join(core, 'esm/index.mjs');
  const waiting: string[] = [];
  for (const [, list = '', from = ''] of read(entry).matchAll(
    /(?:import|export) \{([^}]*)\} from "(\.[^"]+)"/g,
  ))
    if (
      list.split(',').some((one) =>
        names.has(
          one
            .trim()
            .split(/\s+as\s+/)
            .at(-1) ?? '',
        ),
      )
    )
      waiting.push(join(dirname(entry), from));
  const seen = new Set<string>();
  const reached = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = read(path);
    if (path.endsWith('.module.mjs')) for (const one of classesOf(text)) reached.add(one);
    for (const [, from = ''] of text.matchAll(/from "(\.[^"]+)"/g)) waiting.push(join(dirname(path), from));
  }
  return reached;
}

test('the styles that are shipped are those that are used, in the order of the library', () => {
  const reached = classesReached(usedNames());
  expect(reached.size).toBeGreaterThan(100);
  const whole = read(join(core, 'styles.css'));
  const wanted = readdirSync(join(core, 'styles'))
    .filter((name) => name.endsWith('.css') && !name.endsWith('.layer.css'))
    .map((name) => ({ name, classes: [...classesOf(read(join(core, 'styles', name)))] }))
    .filter(({ classes }) => classes.length === 0 || classes.some((one) => reached.has(one)))
    .map(({ name, classes }) => ({ name, at: classes[0] === undefined ? -1 : whole.indexOf(classes[0]) }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
  const named = [
    ...read(join(import.meta.dirname, 'mantine.css')).matchAll(/@mantine\/core\/styles\/([\w-]+\.css)/g),
  ];
  expect(named.map(([, name]) => name)).toEqual(wanted);
});
