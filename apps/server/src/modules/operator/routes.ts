import type { Database } from '../../platform/db/index.ts';
import type { Consumer } from '../../platform/events/index.ts';
import type { Http, HttpApp } from '../../platform/http/index.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { numberRoutes } from './number-routes.ts';
import { planRoutes } from './plan-routes.ts';
import { simulatorRoutes } from './simulator-routes.ts';
import { usageRoutes } from './usage-routes.ts';
import { workspaceRoutes } from './workspace-routes.ts';

export interface InboundLag {
  waiting: number;
  oldestSeconds: number | null;
  parked: number;
}

export interface OperatorDeps {
  db: Database;
  gate: Http['gate'];
  /** How far behind processing is: of the inbound door, which this one does not import. */
  inboundLag: () => Promise<InboundLag>;
  /** Those of the program: a dead event goes back to its own. */
  consumers: readonly Consumer[];
  /** The simulator's phones, with the key to them; null where none runs. */
  phoneUrl: string | null;
}

/** /v1/operator */
export function operatorRoutes(deps: OperatorDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    workspaceRoutes(app, deps);
    usageRoutes(app, deps);
    planRoutes(app, deps);
    numberRoutes(app, deps);
    deadLetterRoutes(app, deps);
    healthRoutes(app, deps);
    simulatorRoutes(app, deps);
  };
}
