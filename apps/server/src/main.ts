/**
 * main — one start of the program, from a parsed configuration to the last byte written.
 *
 * Start: secrets → database → migrations → roles → the ready line and the ready file. Shutdown, in phases: stop
 * intake, finish batches and jobs, close sockets, close pools, stop the database last. A second signal ends at once
 * and loses nothing: what was acknowledged is committed, and PostgreSQL goes on as an orphan that the next start
 * adopts.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import about from '../package.json' with { type: 'json' };
import type { App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { checkServer, embeddedAddress, serverAddress } from './database.ts';
import { type Embedded, startEmbedded } from './platform/db/embedded.ts';
import { errors } from './platform/errors.ts';
import { createLog, type Logger } from './platform/log.ts';
import { logFiles } from './platform/log-files.ts';
import { createSentry } from './platform/log-sentry.ts';
import { forgetRunning, writeRunning } from './running.ts';
import { loadSecrets } from './secrets.ts';
import { withSealingKeys } from './secrets-elsewhere.ts';

type Started = Awaited<ReturnType<App['start']>>;

export interface RunOptions {
  dataDir: string;
  /** What the configuration has to say. */
  warnings?: string[];
  /** Written once everything answers, for scripts. */
  readyFile?: string | undefined;
  /** The composition root; tests bring a small one. */
  loadApp?: () => Promise<typeof createApp>;
  /** Where a person reads; stdout. */
  print?: (line: string) => void;
}

/**
 * One Ctrl-C reaches us up to three times: from the terminal, from npm and from the launcher, each passing on what it
 * got. They arrive within milliseconds, on a loaded machine some hundred; a person's second Ctrl-C later, or again.
 */
const SAME_SIGNAL_MS = 500;
/** A phase that hangs must not keep the rest from happening; what it left is resumed by the next start. */
const PHASE_PATIENCE_MS = 20_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type EndSignal = keyof typeof EXIT_CODES;

/** Runs the program until a signal ends it; rejects when it cannot start or loses its database. */
export async function run(config: Config, options: RunOptions): Promise<void> {
  const { log, reported } = openLog(config);
  const print = options.print ?? ((line: string) => console.log(line));
  const signals = listenForSignals(log);
  const running: { app: App | null; embedded: Embedded | null } = { app: null, embedded: null };
  try {
    letYoungHeapGrow(false);
    const starting = start(config, options, log, print, running, signals.lost).finally(() =>
      letYoungHeapGrow(true),
    );
    // A signal while we start: wait for the start to settle (seconds), then end in the usual order.
    await Promise.race([starting, signals.ended.then(() => starting.catch(() => {}))]);
    await Promise.race([signals.ended, signals.failed]);
  } finally {
    await shutDown(running, log, config.logLevel === 'silent' ? () => {} : print);
    if (options.readyFile !== undefined) rmSync(options.readyFile, { force: true });
    forgetRunning(options.dataDir, process.pid);
    signals.stopListening();
    await reported();
  }
}

/**
 * V8's young generation doubles up to 64 MB while 600 modules are loaded, and gives nothing back afterwards: 34 MB at
 * rest. It grows when there is work.
 */
function letYoungHeapGrow(grows: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`);
}

/** stderr, and files and Sentry where they are asked for. */
function openLog(config: Config): { log: Logger; reported: () => Promise<void> } {
  const files =
    config.logDir === undefined
      ? null
      : logFiles({ directory: config.logDir, maxBytes: config.logFileBytes, keep: config.logFileCount });
  const sentry =
    config.sentryDsn === undefined
      ? null
      : createSentry({ dsn: config.sentryDsn, environment: config.nodeEnv, release: about.version });
  const log = createLog(config.logLevel, undefined, {
    ...(files && { all: files.all }),
    errors: [...(files ? [files.error] : []), ...(sentry ? [sentry] : [])],
  });
  return { log, reported: async () => sentry?.close() };
}

async function start(
  config: Config,
  options: RunOptions,
  log: Logger,
  print: (line: string) => void,
  running: { app: App | null; embedded: Embedded | null },
  onLost: (error: Error) => void,
): Promise<void> {
  const { dataDir } = options;
  if (options.readyFile !== undefined) rmSync(options.readyFile, { force: true }); // an old one would lie
  const loading = (options.loadApp ?? (async () => (await import('./app.ts')).createApp))();
  loading.catch(() => {}); // awaited below, after the database
  if (config.databaseUrl === undefined) {
    running.embedded = await startEmbedded({ dataDir, log, onProgress: print, onLost });
    if (running.embedded.adopted) log.info({ pid: running.embedded.pid }, 'took over the running database');
  }
  // After the app lock, so that of two racing first starts only one makes secrets.
  const secrets = loadSecrets(await withSealingKeys(config), dataDir);
  const address =
    running.embedded === null
      ? serverAddress(config, secrets.sealingKeys[0] ?? '')
      : embeddedAddress(running.embedded, config, secrets);
  if (address === null) throw errors.configuration('There is neither DATABASE_URL nor an embedded database.');
  if (running.embedded === null) await checkServer(address.ownerUrl, print);

  const create = await loading;
  running.app = await create({
    config,
    secrets,
    database: address,
    embedded: running.embedded !== null,
    dataDir,
    log,
    print,
  });
  await running.app.migrate();
  const started = await running.app.start().catch((error: unknown) => {
    throw explainPort(error, config);
  });
  if (config.roles.includes('api')) {
    writeRunning(dataDir, { pid: process.pid, url: started.url, simulatorUrl: started.simulatorUrl });
  }
  for (const line of readyLines(
    started,
    config,
    [...(options.warnings ?? []), ...started.warnings],
    dataDir,
  )) {
    print(line);
  }
  // Last: who waits for it finds the lines above printed.
  if (options.readyFile !== undefined) writeReadyFile(options.readyFile, started, running.embedded);
}

/** A taken port is a person's everyday mistake and gets a person's sentence. */
function explainPort(error: unknown, config: Config): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const port = 'port' in error ? Number(error.port) : config.port;
  const name = port === config.simulatorPort && port !== config.port ? 'SIMULATOR_PORT' : 'PORT';
  if (error.code === 'EADDRINUSE') {
    return errors.configuration(
      `Port ${port} is taken by another program. Stop it, or choose another one: ${name === 'PORT' ? '--port 0 takes a free one' : `set ${name}`}.`,
    );
  }
  if (error.code === 'EACCES' && port < 1024) {
    return errors.configuration(`Port ${port} needs root. Choose one above 1023, e.g. --port 3000.`);
  }
  return error;
}

interface Signals {
  /** Resolves at the first signal. */
  ended: Promise<void>;
  /** Rejects when the database is lost. */
  failed: Promise<never>;
  lost: (error: Error) => void;
  stopListening: () => void;
}

function listenForSignals(log: Logger): Signals {
  const end = Promise.withResolvers<void>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {}); // it may come while nobody waits yet
  let first = 0;
  const onSignal = (signal: EndSignal): void => {
    const now = performance.now();
    if (first === 0) {
      first = now;
      log.info({ signal }, 'ending; a second signal ends at once');
      end.resolve();
    } else if (now - first > SAME_SIGNAL_MS) {
      process.exit(EXIT_CODES[signal]);
    }
  };
  const names = Object.keys(EXIT_CODES) as EndSignal[];
  for (const name of names) process.on(name, onSignal);
  // bin/chaski.js holds the other end; it closes when the launcher is killed with -9 and can pass on no signal.
  const onDisconnect = () => onSignal('SIGTERM');
  if (process.channel !== undefined) {
    process.once('disconnect', onDisconnect);
    process.channel?.unref();
  }
  return {
    ended: end.promise,
    failed: failure.promise,
    lost: (error) => {
      log.error({ err: error }, 'the database is lost');
      failure.reject(error);
    },
    stopListening: () => {
      for (const name of names) process.off(name, onSignal);
      process.off('disconnect', onDisconnect);
    },
  };
}

async function shutDown(
  running: { app: App | null; embedded: Embedded | null },
  log: Logger,
  print: (line: string) => void,
): Promise<void> {
  const { app, embedded } = running;
  const phases: [name: string, act: () => Promise<void>][] = [
    ['stop intake', async () => app?.stopIntake()],
    ['finish batches and jobs', async () => app?.drain()],
    ['close sockets', async () => app?.closeSockets()],
    ['close pools', async () => app?.closePools()],
    ['stop the database', async () => embedded?.stop('fast')],
  ];
  for (const [name, act] of phases) {
    const begun = performance.now();
    const patience = name === 'stop the database' ? 45_000 : PHASE_PATIENCE_MS; // it has limits of its own
    let timer: NodeJS.Timeout | undefined;
    try {
      await Promise.race([
        act(),
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error(`not done after ${patience / 1000} s`)), patience);
        }),
      ]);
      log.debug({ phase: name, ms: Math.round(performance.now() - begun) }, 'shutdown phase done');
    } catch (error) {
      log.error({ err: error, phase: name }, 'shutdown phase failed; going on');
    } finally {
      clearTimeout(timer);
    }
  }
  if (app !== null) print('Stopped.');
}

/** What `--ready-file` says; written beside and renamed, so that a reader sees all of it or nothing. */
function writeReadyFile(path: string, started: Started, embedded: Embedded | null): void {
  const content = {
    url: started.url,
    simulatorUrl: started.simulatorUrl,
    pageUrl: started.pageUrl,
    phoneUrl: started.phoneUrl,
    apiKey: started.demo?.apiKey ?? null,
    operatorEmail: started.demo?.operatorEmail ?? null,
    operatorPassword: started.demo?.operatorPassword ?? null,
    appSecret: started.demo?.appSecret ?? null,
    verifyToken: started.demo?.verifyToken ?? null,
    workspaceId: started.demo?.workspaceId ?? null,
    numbers: started.demo?.numbers ?? [],
    pids: { app: process.pid, postgres: embedded?.pid ?? null },
  };
  const draft = `${path}.${process.pid}.draft`;
  const file = openSync(draft, 'w', 0o600); // it holds credentials
  try {
    writeSync(file, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

function readyLines(started: Started, config: Config, warnings: string[], dataDir: string): string[] {
  const { url, demo } = started;
  const lines = ['', `chaski is ready (${config.roles.join(', ')})`, ''];
  const row = (label: string, value: string) => lines.push(`  ${label.padEnd(14)} ${value}`);
  if (config.roles.includes('api')) {
    row('API', `${url}/v1`);
    row('Reference', `${url}/docs`);
    row('OpenAPI', `${url}/openapi.json`);
    if (!config.production && config.smtpUrl === undefined) row('Mails', `${url}/outbox`);
    row('Webhook URL', `${config.publicUrl ?? url}/webhooks/cloud`);
  }
  if (started.pageUrl !== null) row('Inbox', `${started.pageUrl}   ← sign in here and answer`);
  if (started.phoneUrl !== null) row('Phones', `${started.phoneUrl}   ← open this and write "hi"`);
  if (started.simulatorUrl !== null) row('Simulator', started.simulatorUrl);
  if (demo !== null) {
    lines.push('');
    row('Operator', `${demo.operatorEmail}   password ${demo.operatorPassword}`);
    row('API key', demo.apiKey);
    row('App secret', demo.appSecret);
    row('Verify token', demo.verifyToken);
    for (const number of demo.numbers)
      row('Number', `${number.displayPhoneNumber} (${number.phoneNumberId})`);
  }
  lines.push('');
  row(
    'Data',
    config.databaseUrl === undefined ? dataDir : `${dataDir} (media, secrets); rows in DATABASE_URL`,
  );
  if (warnings.length > 0) lines.push('', ...warnings.map((warning) => `  ! ${warning}`));
  lines.push('', '  Ctrl-C stops it.', '');
  return lines;
}
