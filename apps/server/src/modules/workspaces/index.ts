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
export { createWorkspace, updateWorkspace } from './change.ts';
export { changeOperated, getOperatedWorkspace, listWorkspaces, type OperatedWorkspace } from './operate.ts';
export { limitsFor, listPlans, planBody, planLimits, seedPlans, setPlan } from './plans.ts';
export { membershipOf, statusOf } from './queries.ts';
export { holdQuota, requireRoom } from './quota.ts';
export { auditRetentions, readWorkspace, workspacesFor } from './read.ts';
export { workspaceRoutes } from './routes.ts';
export {
  defaultStopWords,
  parseSettings,
  settingsOfNew,
  workspaceSettings,
} from './settings.ts';
export { countUsage, monthOf, readUsage } from './usage.ts';
