/**
 * Writes docs/env.md and .env.example from the schema in config.ts; `--check` writes nothing and fails where they
 * differ. Node runs it as it is: `npm run docs`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings, describeUnused, type SettingDoc } from '../apps/server/src/config.ts';

const root = join(import.meta.dirname, '..');
const settings = describeSettings();
const groups = [...new Set(settings.map(({ group }) => group))];

/** A cell of a Markdown table: no line breaks, no bar that would end it. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function row({ name, doc, secret, defaultText, aliases }: SettingDoc): string {
  const also = [
    ...(secret ? [`Secret: \`${name}_FILE\` may name a file.`] : []),
    ...(aliases.length > 0 ? [`Also read: ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []),
  ];
  return `| \`${name}\` | ${cell(defaultText) || '(none)'} | ${cell([doc, ...also].join(' '))} |`;
}

const environment = `<!-- Generated from apps/server/src/config.ts by \`npm run docs\`. Do not edit. -->
# Settings

Read from the environment and, underneath it, from \`.env\`, \`.env.local\`, \`.env.<NODE_ENV>\` and
\`.env.<NODE_ENV>.local\` in the folder where chaski starts: a later file beats an earlier one, the real environment
beats them all, a flag of \`chaski start\` beats everything. An empty value is no value. All problems are told at once.
Names marked "also read" come from other systems: they work and are answered with a warning that names ours; two names
of one setting with different values stop the start.

${groups
  .map((group) => {
    const rows = settings.filter((setting) => setting.group === group).map(row);
    return `## ${group}\n\n| name | default | meaning |\n|---|---|---|\n${rows.join('\n')}`;
  })
  .join('\n\n')}

## Production

With \`NODE_ENV=production\` there is no demo, no simulator and no generated secret. \`SEALING_KEYS\` and \`JWT_SECRET\`
(32 characters or more) must be set; \`chaski keys\` makes both. To change the sealing key: put the new one in front of
the old one, restart every process, run \`chaski keys rotate\`, and remove the old one when it says so.

\`PUBLIC_URL\` must be the https address that browsers use, also where a proxy ends TLS: it is what makes cookies
\`Secure\`. \`ALLOW_HTTP=true\` says that the network is trusted instead.

## Names of other systems that set nothing here

| name | why |
|---|---|
${describeUnused()
  .map(({ name, reason }) => `| \`${name}\` | ${cell(reason)} |`)
  .join('\n')}
`;

const example = `# Generated from apps/server/src/config.ts by \`npm run docs\`. Copy to .env and uncomment what you need;
# nothing is required to start a demo. docs/env.md explains more.
${groups
  .map((group) => {
    const lines = settings
      .filter((setting) => setting.group === group)
      .map(({ name, doc, defaultText, example: shown }) => {
        const plain = /^[^\s;<]*$/.test(defaultText) ? defaultText : '';
        return `# ${doc}\n#${name}=${shown ?? plain}`;
      });
    return `\n# --- ${group} ---\n\n${lines.join('\n\n')}`;
  })
  .join('\n')}
`;

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, content] of [
  ['docs/env.md', environment],
  ['.env.example', example],
] as const) {
  const file = join(root, path);
  if (!check) {
    writeFileSync(file, content);
    continue;
  }
  let found = '';
  try {
    found = readFileSync(file, 'utf8');
  } catch {
    // missing counts as different
  }
  if (found !== content) {
    console.error(`${path} does not say what config.ts says. \`npm run docs\` writes it.`);
    stale += 1;
  }
}
if (stale > 0) process.exit(1);
console.log(check ? 'The generated documents are up to date.' : 'Wrote docs/env.md and .env.example.');
