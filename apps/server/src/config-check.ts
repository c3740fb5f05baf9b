/** What only shows when the settings are seen together. */
import type { Config } from './config.ts';
import { UNREADABLE } from './config-setting.ts';

/** Versions up to this one are answered by Meta with a newer one's behaviour, or not at all (v20.0: 2026-09-24). */
const LAST_EXPIRED_GRAPH_VERSION = 20;
const MIN_JWT_SECRET = 32;

/** Nobody on the way reads along: TLS, or a way that does not leave the machine. */
function isPrivate(publicUrl: string | undefined): boolean {
  if (publicUrl === undefined) return false;
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

export function check(
  config: Config,
  purpose: 'start' | 'command',
  problems: string[],
  warnings: string[],
): void {
  // The program's login is put into the address, which must have its host in its place then; pg itself needs none.
  if (config.databaseUrl !== undefined && config.databaseOwnerUrl === undefined) {
    if (new URL(config.databaseUrl).hostname === '') problems.push(`DATABASE_URL: ${UNREADABLE}.`);
  }
  if (config.supabaseUrl !== undefined && config.blobs !== 'supabase') {
    warnings.push(
      'SUPABASE_URL is not used: no Supabase is called, unless BLOBS=supabase keeps media there.',
    );
  }
  if (config.blobs === 'supabase') {
    const project = config.supabaseUrl?.replace(/\/+$/, '');
    if (project === undefined) problems.push('BLOBS: supabase also needs SUPABASE_URL.');
    else if (!/^https?:\/\/[^/]/.test(project) || !URL.canParse(project)) {
      problems.push('SUPABASE_URL: must be an http or https address.');
    }
    if (config.s3Endpoint !== undefined) {
      problems.push(
        'S3_ENDPOINT: with BLOBS=supabase it follows from SUPABASE_URL. Remove it, or use BLOBS=s3.',
      );
    }
    config.blobs = 's3';
    config.s3Endpoint = `${project}/storage/v1/s3`;
    config.s3Bucket ??= 'media';
  }
  if (config.blobs === 's3') {
    const needed = {
      S3_ENDPOINT: config.s3Endpoint,
      S3_BUCKET: config.s3Bucket,
      S3_ACCESS_KEY_ID: config.s3AccessKeyId,
      S3_SECRET_ACCESS_KEY: config.s3SecretAccessKey,
    };
    const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
    if (missing.length > 0) problems.push(`BLOBS: s3 also needs ${missing.join(', ')}.`);
  }
  if (config.oidcIssuer !== undefined) {
    if (config.oidcClientId === undefined) problems.push('OIDC_ISSUER: also needs OIDC_CLIENT_ID.');
    if (config.production && config.oidcIssuer.startsWith('http:')) {
      problems.push('OIDC_ISSUER: production needs an https address; whoever reads along could sign in.');
    }
    if (config.production && config.publicUrl === undefined) {
      problems.push('OIDC_ISSUER: also needs PUBLIC_URL, which the issuer sends people back to.');
    }
  }
  if (config.useAwsSecrets) {
    if (config.awsRegion === undefined) problems.push('USE_AWS_SECRETS: also needs AWS_REGION.');
    if ((config.awsAccessKeyId === undefined) !== (config.awsSecretAccessKey === undefined)) {
      problems.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: set both or none.');
    }
  }
  if (config.awsProviderTokens && !config.useAwsSecrets) {
    problems.push('AWS_PROVIDER_TOKENS: also needs USE_AWS_SECRETS.');
  }
  if (config.useAwsSecrets && config.gcpSecret !== undefined) {
    problems.push('USE_AWS_SECRETS and GCP_SECRET: sealing keys lie in one place. Keep one of them.');
  }
  const elsewhere = config.useAwsSecrets || config.gcpSecret !== undefined;
  if (elsewhere && config.sealingKeys.length > 0) {
    warnings.push(
      'SEALING_KEYS is not used with USE_AWS_SECRETS or GCP_SECRET. If rows were sealed with it, add it to the secret there as a further key.',
    );
  }
  if (config.redisHost !== undefined) {
    if (config.redisUrl !== undefined) problems.push('REDIS_URL and REDIS_HOST: set one of them.');
    else {
      warnings.push('REDIS_HOST is read as REDIS_URL; please use REDIS_URL.');
      const host = config.redisHost.includes(':') ? `[${config.redisHost}]` : config.redisHost;
      config.redisUrl = `redis://${host}:${config.redisPort}`;
    }
  }
  if (Number.parseInt(config.graphApiVersion.slice(1), 10) <= LAST_EXPIRED_GRAPH_VERSION) {
    warnings.push(
      `GRAPH_API_VERSION ${config.graphApiVersion} has expired at Meta; v24.0 is the default here.`,
    );
  }
  const weak = config.jwtSecret !== undefined && config.jwtSecret.length < MIN_JWT_SECRET;
  if (!config.production) {
    if (weak)
      warnings.push(`JWT_SECRET is shorter than ${MIN_JWT_SECRET} characters; production refuses it.`);
    return;
  }
  if (purpose === 'command') return;
  if (config.roles.includes('api') && !isPrivate(config.publicUrl)) {
    // Not a warning: cookies get Secure and their __Host- name from this address alone, and nobody reads the log of a
    // program that works. A proxy with TLS in front changes nothing while the program does not know of it.
    if (config.allowHttp) {
      warnings.push(
        'ALLOW_HTTP: people sign in over plain http; whoever can listen on the network can act as them.',
      );
    } else {
      problems.push(
        'PUBLIC_URL: production needs the https address that browsers use (https://chat.example.com), or the cookies that sign people in are sent over plain http too. Without TLS, on a network you trust, set ALLOW_HTTP=true.',
      );
    }
  }
  if (config.compatTenants === 'open') {
    problems.push('COMPAT_TENANTS: open is for the demo; in production anybody could make tenants.');
  }
  if (config.demo)
    problems.push('DEMO: there is no demo in production. Remove it, or set NODE_ENV to development.');
  if (config.jwtSecret === undefined || weak) {
    problems.push(
      `JWT_SECRET: production needs one of ${MIN_JWT_SECRET} characters or more${weak ? ' (it is shorter)' : ''}. \`chaski keys\` makes one.`,
    );
  }
  if (config.sealingKeys.length === 0 && !elsewhere) {
    problems.push(
      'SEALING_KEYS: production needs a sealing key. `chaski keys` makes one; keep a copy elsewhere.',
    );
  }
  if (config.appSecrets.length > 0 && config.verifyToken === undefined) {
    problems.push(
      'VERIFY_TOKEN: APP_SECRETS accepts webhooks, and Meta verifies their address with this word first. `chaski keys` makes one.',
    );
  }
}
