/**
 * samples — for every route one request that an owner may make with success. From these the tests over all routes are
 * generated: roles, foreign ids, audit lines, idempotency, the SDK. A route without a sample fails.
 *
 * One file a module, `samples/<module>.ts`, exporting `samples`; a sample seeds what it needs through public verbs in
 * the stage's workspace and may be asked any number of times.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ManualClock } from '../../src/platform/clock.ts';
import type { Database, TenantTx } from '../../src/platform/db/index.ts';
import type { Http } from '../../src/platform/http/index.ts';
import type { NumberId, UserId, WorkspaceId } from '../../src/platform/ids.ts';
import type { Seeded } from '../harness.ts';

/** A workspace with an active number and its people. */
export interface Stage {
  db: Database;
  clock: ManualClock;
  http: Http;
  workspaceId: WorkspaceId;
  /** The owner. */
  userId: UserId;
  numberId: NumberId;
  /** App, account and number as they were seeded. */
  seeded: Seeded;
  /** A member of each other role. */
  members: { admin: UserId; agent: UserId; viewer: UserId };
  /** One transaction as the owner. */
  tenant<T>(fn: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** A request as the owner, for what a sample needs beforehand; throws when it is refused. */
  send(route: string, sample: Sample): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  /** Parsed where it is JSON, else its text. */
  body: unknown;
}

export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean>;
  /** JSON; a Buffer goes as it is, with the content-type in `headers`. */
  body?: unknown;
  /** Beside the caller's credentials; an `authorization` or `cookie` here replaces those. */
  headers?: Record<string, string>;
  /** Left out: any of 200 to 299. */
  status?: number;
}

/** By method and address as registered: `POST /v1/contacts/:id/block`. */
export type Samples = Record<string, (stage: Stage) => Promise<Sample> | Sample>;

/** The samples of every file in this folder; two for one route are refused. */
export async function allSamples(): Promise<Samples> {
  const all: Samples = {};
  for (const file of readdirSync(import.meta.dirname).sort()) {
    if (file === 'index.ts' || !file.endsWith('.ts')) continue;
    const { samples } = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as {
      samples: Samples;
    };
    for (const [route, sample] of Object.entries(samples)) {
      if (route in all) throw new Error(`two samples for ${route}, the second in ${file}`);
      all[route] = sample;
    }
  }
  return all;
}
