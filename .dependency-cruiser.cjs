// The directions of docs/map.md. scripts/check-imports.ts runs this and fails when fewer files were cruised than exist.
const server = '^apps/server/src';
const mod = (names) => `${server}/modules/(${names})/`;

// Between modules, call downward only; within a row, only what stands further left.
const rows = [
  ['workspaces', 'auth', 'audit'],
  ['numbers', 'media', 'contacts'],
  ['templates', 'conversations'],
  ['messages'],
  ['integrations', 'workflows', 'campaigns'],
];
const order = rows.flat();
const doors = [
  'inbound',
  'gateway',
  'compat',
  'webhooks',
  'analytics',
  'feed',
  'search',
  'erasure',
  'retention',
  'operator',
];

const upward = order.map((name, index) => ({
  name: `${name}-calls-downward`,
  comment: `${name} may import only ${order.slice(0, index).join(', ') || 'no other module'}.`,
  severity: 'error',
  from: { path: mod(name) },
  to: { path: mod([...order.slice(index + 1), ...doors].join('|')) },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'doors-are-imported-by-app-alone',
      comment:
        'A door calls inward or listens to events; only app.ts with its halves, the CLI and its own folder may import it.',
      severity: 'error',
      from: {
        path: server,
        pathNot: [
          `${server}/(app|api|serve|work|consumers)\\.ts$`,
          `${server}/cli/`,
          '\\.test\\.ts$',
          mod(doors.join('|')),
        ],
      },
      to: { path: mod(doors.join('|')) },
    },
    {
      name: 'doors-do-not-import-each-other',
      severity: 'error',
      from: { path: `${server}/modules/(${doors.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: { path: mod(doors.join('|')), pathNot: `${server}/modules/$1/` },
    },
    {
      name: 'modules-are-entered-through-index',
      comment:
        'routes.ts and jobs.ts are wired by app.ts and its halves; everything else goes through index.ts.',
      severity: 'error',
      from: { path: `${server}/modules/([^/]+)/`, pathNot: '\\.test\\.ts$' },
      to: { path: `${server}/modules/[^/]+/`, pathNot: [`${server}/modules/$1/`, '/index\\.ts$'] },
    },
    {
      name: 'platform-has-never-heard-of-modules',
      severity: 'error',
      from: { path: `${server}/platform/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: [
          `${server}/modules/`,
          `${server}/(app|api|serve|work|ground|main|config[a-z-]*|secrets)\\.ts$`,
          '^packages/(providers|simulator)/',
        ],
      },
    },
    {
      name: 'only-app-knows-all-modules',
      severity: 'error',
      from: { path: `${server}/(main|config[a-z-]*|secrets)\\.ts$` },
      to: { path: `${server}/modules/` },
    },
    {
      name: 'simulator-is-imported-by-app-alone',
      severity: 'error',
      from: {
        path: '^(apps|packages)/',
        pathNot: [
          `${server}/(app|simulator)\\.ts$`,
          '(\\.test|/testing)\\.ts$',
          '^apps/server/test/',
          '^packages/simulator/',
        ],
      },
      to: { path: '^packages/simulator/' },
    },
    {
      name: 'packages-know-no-server',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'contracts-know-nothing',
      severity: 'error',
      from: { path: '^packages/contracts/' },
      to: { path: ['^apps/', '^packages/(?!contracts/)'] },
    },
    {
      name: 'providers-know-contracts-only',
      severity: 'error',
      from: { path: '^packages/providers/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(simulator|sdk)/' },
    },
    {
      name: 'simulator-knows-contracts-only',
      severity: 'error',
      from: { path: '^packages/simulator/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(providers|sdk)/' },
    },
    {
      name: 'sdk-knows-nothing-of-the-house',
      severity: 'error',
      from: { path: '^packages/sdk/' },
      to: { path: '^packages/(?!sdk/|contracts/)' },
    },
    {
      name: 'web-knows-sdk-and-contracts-only',
      severity: 'error',
      from: { path: '^apps/web/' },
      to: { path: ['^apps/server/', '^packages/(?!sdk/|contracts/)'] },
    },
    {
      name: 'server-knows-no-client',
      severity: 'error',
      from: { path: `${server}/` },
      to: { path: ['^apps/web/', '^packages/sdk/'] },
    },
    {
      name: 'acceptance-is-a-black-box',
      severity: 'error',
      from: { path: '^acceptance/' },
      to: { path: ['^apps/', '^packages/'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What was built: its parts ask for each other in circles.
    exclude: { path: '^(apps/web|packages/sdk)/dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['chaski-source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
