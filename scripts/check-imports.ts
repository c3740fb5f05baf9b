/**
 * Checks the directions of imports, and that the check looked at all: a cruiser that understands no TypeScript finds
 * 0 modules, no violation, and exits 0.
 */
import { spawnSync } from 'node:child_process';

const roots = ['apps', 'packages', 'acceptance', 'bench', 'scripts'];
const tracked = spawnSync(
  'git',
  [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    ...roots.flatMap((root) => [`${root}/**/*.ts`, `${root}/**/*.tsx`]),
  ],
  { encoding: 'utf8' },
);
const expected = tracked.stdout.split('\n').filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
if (tracked.status !== 0 || expected.length === 0) {
  console.error('check-imports: git listed no TypeScript files, so there is nothing to compare with');
  process.exit(1);
}

const run = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    ...roots,
  ],
  { encoding: 'utf8', maxBuffer: 1 << 29 },
);
if (run.stdout === '') {
  console.error(run.stderr || 'check-imports: the cruiser said nothing');
  process.exit(1);
}
const { modules, summary } = JSON.parse(run.stdout) as {
  modules: { source: string }[];
  summary: { violations: { rule: { name: string; severity: string }; from: string; to: string }[] };
};

const cruised = new Set(modules.map((module) => module.source));
const unseen = expected.filter((file) => !cruised.has(file));
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
if (unseen.length > 0) {
  console.error(
    `check-imports: ${unseen.length} of ${expected.length} files were not looked at, first ${unseen[0]}`,
  );
}
if (summary.violations.length > 0 || unseen.length > 0) process.exit(1);
console.log(`imports: ${expected.length} files, every arrow points the right way`);
