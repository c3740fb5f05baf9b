import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Gate, HttpApp } from '../../platform/http/index.ts';
import type { AuthDeps, InstallationKeys } from '../auth/index.ts';
import type { AddNumberDeps } from '../numbers/index.ts';
import type { CreateWorkspaceHooks } from '../workspaces/index.ts';
import { accountRoutes } from './account-routes.ts';
import { notAvailableRoutes } from './not-available.ts';
import { queueRoutes } from './queue-routes.ts';
import { sendRoutes } from './send-routes.ts';
import { subscriptionRoutes } from './subscription-routes.ts';
import { supabaseRoutes } from './supabase-routes.ts';
import { tenantRoutes } from './tenant-routes.ts';
import { uploadRoutes } from './upload-routes.ts';
import type { WorkOff } from './work-off.ts';

/** What the composition root decides. */
export interface CompatOptions {
  /** S4's addresses let neighbours in without credentials, for numbers of the simulator. */
  openTenants: boolean;
  /** S1's queue; null: no QUEUE_SECRET is set. */
  queue: { secret: string; workOff: WorkOff } | null;
  /** Of Supabase's clients; null: none is good. */
  keys: InstallationKeys | null;
}

export interface CompatDeps extends CompatOptions {
  db: Database;
  gate: Gate;
  auth: AuthDeps;
  numbers: AddNumberDeps;
  hooks: CreateWorkspaceHooks;
  blobs: Blobs;
  /** Signs short-lived addresses of files. */
  urlKey: Uint8Array | string;
}

/** The addresses of S0 to S4, but for their webhooks and sockets, which are inbound's and realtime's. */
export function compatRoutes(deps: CompatDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    tenantRoutes(app, deps);
    accountRoutes(app, deps);
    sendRoutes(app, deps);
    await app.register((scope) => uploadRoutes(scope as unknown as HttpApp, deps));
    subscriptionRoutes(app, deps);
    await app.register((scope) => queueRoutes(scope as unknown as HttpApp, deps));
    await app.register(async (scope) => supabaseRoutes(scope as unknown as HttpApp, deps));
    notAvailableRoutes(app);
  };
}
