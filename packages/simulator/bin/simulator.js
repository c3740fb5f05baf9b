#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it and say what is missing.
//
//   npm run simulator -- --port 4010 --webhook http://localhost:3000/webhooks/whatsapp --secret S --verify-token T
//
// With a Node that cannot import TypeScript (before 22.18) it looks for the Node that npm installed with this
// repository (package node-<platform>-<arch>) and runs itself with that as a child.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `A local WhatsApp Cloud API with phones to write from.

  --port N             default 4010
  --host H             default 127.0.0.1
  --webhook URL        where webhooks go; without it none are sent
  --secret S           app secret that signs them (made up when absent)
  --verify-token T     for the GET challenge (made up when absent)
  --token T            access token (made up when absent)
  --admin-key K        opens /phone and /_sim (made up when absent)
  --phone-number-id N  default 106540352242922
  --display N          default +1 555 078 3881
  --account N          default 102290129340398
  --app N              default 634974688087057
  --mps N              messages per second of the number, default 80
  --seed N             default 1
  --journal FILE       keeps people, chats and what is owed over restarts
  --reads              everybody reads what arrives
  --no-window          free-form messages at any time (the token gets the prefix mock_)
`;

const { values } = parseArgs({
  allowPositionals: false,
  options: {
    port: { type: 'string', default: '4010' },
    host: { type: 'string', default: '127.0.0.1' },
    webhook: { type: 'string', default: '' },
    secret: { type: 'string' },
    'verify-token': { type: 'string' },
    token: { type: 'string' },
    'admin-key': { type: 'string' },
    'phone-number-id': { type: 'string', default: '106540352242922' },
    display: { type: 'string', default: '+1 555 078 3881' },
    account: { type: 'string', default: '102290129340398' },
    app: { type: 'string', default: '634974688087057' },
    mps: { type: 'string', default: '80' },
    seed: { type: 'string', default: '1' },
    journal: { type: 'string' },
    reads: { type: 'boolean', default: false },
    'no-window': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else if (canImportTypeScript()) {
  await run();
} else {
  const node = bundledNode();
  if (node) {
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code) => process.exit(code ?? 1));
  } else {
    console.error(
      `Node ${process.versions.node} cannot run the simulator: it needs Node 22.18 or newer (24 is best).\n` +
        'Install it from https://nodejs.org, or run `npm install` here with optional dependencies, which brings its own.',
    );
    process.exit(1);
  }
}

/** Type stripping is on by default since 22.18. */
function canImportTypeScript() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function bundledNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return null;
  }
}

async function run() {
  const { createSimulator, JournalRefused } = await import('../src/index.ts');
  const made = (bytes) => randomBytes(bytes).toString('hex');
  const secret = values.secret ?? made(16);
  const verifyToken = values['verify-token'] ?? made(8);
  const token = values.token ?? `${values['no-window'] ? 'mock_' : 'EAA'}${made(16)}`;
  const adminKey = values['admin-key'] ?? made(8);
  const sim = await createSimulator({
    host: values.host,
    port: Number(values.port),
    adminKey,
    seed: Number(values.seed),
    personReads: values.reads,
    ...(values.journal === undefined ? {} : { journal: values.journal }),
    apps: [{ id: values.app, secret, webhookUrl: values.webhook, verifyToken }],
    log: (line) => console.error(line),
  }).catch((error) => {
    if (!(error instanceof JournalRefused)) throw error;
    console.error(error.message);
    process.exit(1);
  });
  sim.addAccount({ id: values.account, appId: values.app, token });
  sim.addNumber({
    phoneNumberId: values['phone-number-id'],
    displayPhoneNumber: values.display,
    verifiedName: 'Demo business',
    accountId: values.account,
    mps: Number(values.mps),
    token,
  });
  sim.addPerson({ name: 'Ana Souza', phone: '+15550100001' });
  sim.addPerson({ name: 'Sheena Nelson', userId: 'US.13491208655302741918', username: 'realsheenanelson' });
  console.log(`WhatsApp simulator
  Graph API        ${sim.url}/v24.0
  phone            ${sim.url}/phone?key=${adminKey}
  admin API        ${sim.url}/_sim/state   (Authorization: Bearer ${adminKey})

  phone number id  ${values['phone-number-id']}   (${values.display})
  account (WABA)   ${values.account}
  app              ${values.app}
  access token     ${token}
  app secret       ${secret}
  verify token     ${verifyToken}
  webhooks go to   ${values.webhook || 'nowhere (give --webhook)'}`);
  if (values.webhook) {
    const fine = await sim.verifyWebhook(values.app);
    console.log(
      `  challenge        ${fine ? 'answered' : 'NOT answered: GET hub.challenge failed; webhooks are sent all the same'}`,
    );
  }
  const stop = () => {
    sim.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
