/**
 * main — one start of the program, from a parsed configuration to the last byte written.
 *
 * Start: secrets → database → migrations → roles → the ready line and the ready file. Shutdown, in phases: stop
 * intake, finish batches and jobs, close sockets, close pools, stop the database last. A second signal ends at once
 * and loses nothing: what was acknowledged is committed, and PostgreSQL goes on as an orphan that the next start
 * adopts.
 */
import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import about from '../package.json' with { type: 'json' };
import type { App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { checkServer, embeddedAddress, serverAddress } from './database.ts';
import { checkLogin, refuseForeignRing } from './database-login.ts';
import { type Embedded, startEmbedded } from './platform/db/embedded.ts';
import { makeFolders } from './platform/db/embedded-folders.ts';
import { EmbeddedError } from './platform/db/embedded-user.ts';
import { errors } from './platform/errors.ts';
import { createLog, type Logger } from './platform/log.ts';
import { logFiles } from './platform/log-files.ts';
import { createSentry } from './platform/log-sentry.ts';
import { clearReadyFile, dropReadyFile, readyLines, writeReadyFile } from './ready.ts';
import { forgetRunning, readRunning, writeRunning } from './running.ts';
import { loadSecrets } from './secrets.ts';
import { withSealingKeys } from './secrets-elsewhere.ts';

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
    if (options.readyFile !== undefined) dropReadyFile(options.readyFile);
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
  if (options.readyFile !== undefined) clearReadyFile(options.readyFile);
  try {
    makeFolders(dataDir);
  } catch (error) {
    if (needsFolder(config)) throw error;
  }
  const loading = (options.loadApp ?? (async () => (await import('./app.ts')).createApp))();
  loading.catch(() => {}); // awaited below, after the database
  if (config.databaseUrl === undefined) {
    running.embedded = await startEmbedded({ dataDir, log, onProgress: print, onLost }).catch(
      (error: unknown) => {
        throw withAddress(error, dataDir);
      },
    );
    if (running.embedded.adopted) log.info({ pid: running.embedded.pid }, 'took over the running database');
  }
  // The folder is ours: whoever had the number of an old file's process is not its app. On an own server nothing is locked.
  if (options.readyFile !== undefined && running.embedded !== null)
    rmSync(options.readyFile, { force: true });
  // After the app lock, so that of two racing first starts only one makes secrets.
  const secrets = loadSecrets(await withSealingKeys(config), dataDir);
  const address =
    running.embedded === null
      ? serverAddress(config, secrets.sealingKeys[0] ?? '')
      : embeddedAddress(running.embedded, config, secrets);
  if (address === null) throw errors.configuration('There is neither DATABASE_URL nor an embedded database.');
  if (running.embedded === null) {
    await checkServer(address.ownerUrl, print);
    await refuseForeignRing(config, address, secrets, dataDir);
  }

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
  if (running.embedded === null) await checkLogin(config, address);
  const started = await running.app.start().catch((error: unknown) => {
    throw explainPort(error, config);
  });
  if (config.roles.includes('api')) {
    writeRunning(dataDir, { pid: process.pid, url: started.url, simulatorUrl: started.simulatorUrl });
  }
  const warnings = [...(options.warnings ?? []), ...started.warnings];
  for (const line of readyLines(started, config, warnings, dataDir)) print(line);
  // Last: who waits for it finds the lines above printed.
  if (options.readyFile !== undefined) writeReadyFile(options.readyFile, started, running.embedded);
}

/** Outside production secrets and mails lie there, too. A worker with all its things elsewhere may stand on a read-only disk. */
function needsFolder(config: Config): boolean {
  return (
    config.databaseUrl === undefined ||
    !config.production ||
    config.blobs === 'fs' ||
    config.roles.includes('api')
  );
}

/** Who starts twice mostly wants to get in, and has lost the first one's window. */
function withAddress(error: unknown, dataDir: string): unknown {
  if (!(error instanceof EmbeddedError) || error.code !== 'already_running') return error;
  const there = readRunning(dataDir);
  // The file may be a killed app's: only the lock says who lives. Of a worker, or before it is ready, there is none.
  if (there === null || String(there.pid) !== error.details.holder) return error;
  return new EmbeddedError(
    error.code,
    `Another chaski (pid ${there.pid}) is already running on this data folder, at ${there.url}: open that. To start ` +
      `anew, stop it first (kill ${there.pid}, or Ctrl-C where it runs); to run a second one, name another --data-dir.`,
    error.details,
    error,
  );
}

/** A taken port is a person's everyday mistake and gets a person's sentence. */
function explainPort(error: unknown, config: Config): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const port = 'port' in error ? Number(error.port) : config.port;
  // A process without the role api listens for figures alone, and --port says nothing to it.
  const name = !config.roles.includes('api')
    ? 'METRICS_PORT'
    : port === config.simulatorPort && port !== config.port
      ? 'SIMULATOR_PORT'
      : 'PORT';
  if (error.code === 'EADDRINUSE') {
    return errors.configuration(
      `Port ${port} is taken by another program. Stop it, or choose another one: ${name === 'PORT' ? '--port 0 takes a free one' : `set ${name}`}.`,
    );
  }
  if (error.code === 'EACCES' && port < 1024) {
    return errors.configuration(
      `Port ${port} needs root. Choose one above 1023: ${name === 'PORT' ? '--port 3000' : `set ${name}`}.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return errors.configuration(
      `HOST ${config.host} is no address of this machine. Leave it out to listen on all, or set one that it has.`,
    );
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
