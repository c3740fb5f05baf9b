/**
 * ground — what everything else stands on: the database, signals, WhatsApp's wire, files, mails, limits. Opened first and
 * closed last. app.ts's.
 */
import { join } from 'node:path';
import { createProviders, type Providers } from '@chaski/providers';
import type { Config } from './config.ts';
import type { DatabaseAddress } from './database.ts';
import type { Ends } from './ends.ts';
import { useKeyRing } from './modules/numbers/index.ts';
import { type Blobs, checkBucket, openBlobs } from './platform/blobs/index.ts';
import { type Database, openDatabase } from './platform/db/index.ts';
import { makeFolder } from './platform/folders.ts';
import { type Buckets, createBuckets } from './platform/limits/index.ts';
import { type Logger, part } from './platform/log.ts';
import { createMailer, type Mailer } from './platform/mail/index.ts';
import { registerJobs } from './platform/queue/index.ts';
import { openRedis, type Redis } from './platform/redis/index.ts';
import { countByKey, type KeyRing, keyRing } from './platform/seal.ts';
import { createSignals, type Signals } from './platform/signals.ts';
import { refuseLostKeys, type Secrets } from './secrets.ts';
import { tokenKeeping } from './secrets-elsewhere.ts';

export interface AppOptions {
  config: Config;
  secrets: Secrets;
  database: DatabaseAddress;
  embedded: boolean;
  dataDir: string;
  log: Logger;
  /** Where a person reads what takes a while. */
  print: (line: string) => void;
}

export interface Ground extends AppOptions {
  db: Database;
  ring: KeyRing;
  redis: Redis | null;
  signals: Signals;
  providers: Providers;
  blobs: Blobs;
  mailer: Mailer;
  buckets: Buckets;
}

/** `ends` gets what closes it, `warnings` what whoever started it should know. */
export async function openGround(options: AppOptions, ends: Ends, warnings: string[]): Promise<Ground> {
  const { config, secrets, log } = options;
  const ring = keyRing(secrets.sealingKeys);
  const db = openDatabase({
    url: options.database.url,
    rolePrefix: config.dbRolePrefix,
    poolSize: config.dbPoolSize,
    onError: (error) => part(log, 'database').warn({ err: error }, 'a database connection was lost'),
  });
  ends.push(() => db.close());
  refuseLostKeys(
    ring.map((key) => key.kid),
    Object.keys(await countByKey(db)),
    options.dataDir,
  );
  useKeyRing(db, ring, tokenKeeping(config, part(log, 'vault')));
  const redis = config.redisUrl === undefined ? null : await openRedis(config.redisUrl, part(log, 'redis'));
  ends.push(() => redis?.close());
  const signals = await createSignals(db, part(log, 'signals'), redis);
  ends.push(() => signals.close());
  const providers = createProviders();
  ends.push(() => providers.close());
  const mailer = createMailer({
    smtpUrl: config.smtpUrl ?? null,
    from: config.mailFrom,
    ring,
    outbox: config.production ? null : join(options.dataDir, 'outbox'),
    log: part(log, 'mail'),
  });
  ends.push(() => mailer.close());
  if (config.production && config.smtpUrl === undefined) {
    warnings.push(
      'No mail server is configured: invitations and password resets are not sent. Set SMTP_URL.',
    );
  }
  const blobs = await openFiles(options, warnings);
  const buckets = createBuckets({ db, log: part(log, 'limits'), redis });
  await registerJobs(db);
  return { ...options, db, ring, redis, signals, providers, blobs, mailer, buckets };
}

async function openFiles({ config, dataDir }: AppOptions, warnings: string[]): Promise<Blobs> {
  if (config.blobs === 'fs') {
    const directory = join(dataDir, 'media');
    makeFolder(directory);
    return openBlobs({ kind: 'fs', directory });
  }
  const bucket = {
    endpoint: `${config.s3Endpoint}/${config.s3Bucket}`,
    region: config.s3Region,
    accessKeyId: config.s3AccessKeyId!,
    secretAccessKey: config.s3SecretAccessKey!,
  };
  const blobs = openBlobs({ kind: 's3', ...bucket });
  const problem = await checkBucket(bucket);
  if (problem !== null) warnings.push(problem);
  return blobs;
}
