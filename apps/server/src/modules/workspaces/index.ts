/**
 * workspaces: the tenants, their settings, plans and usage.
 *
 * Words: a *workspace* is one company's people, numbers and data; a *plan* is a set of limits; *usage* counts what a
 * workspace did in a calendar month (UTC).
 * Tables: workspaces, plans, usage (members and invitations come with people's sign-in).
 * States: active ⇄ suspended; a suspended workspace receives and keeps, but sends nothing.
 *
 * Always true: settings read from the database have every key (missing ones get their default, unknown ones are kept
 * out); no counter lives on a workspace's row: usage is spread over 16 rows per metric and month, so that many writers
 * never wait for one row.
 */
export { createWorkspace, type NewWorkspace, updateWorkspace } from './change.ts';
export { limitsFor, type PlanLimits, seedPlans } from './plans.ts';
export { settingOf, statusOf } from './queries.ts';
export { readWorkspace, type WorkspaceRow, workspacesFor } from './read.ts';
export { type WorkspaceRoutesDeps, workspaceRoutes } from './routes.ts';
export {
  defaultStartWords,
  defaultStopWords,
  parseSettings,
  settingsPatch,
  type WorkspaceSettings,
  workspaceSettings,
} from './settings.ts';
export { countUsage, monthOf, readUsage, type UsageCount } from './usage.ts';
