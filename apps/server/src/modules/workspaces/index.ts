/**
 * workspaces: the tenants, their settings, plans and usage.
 *
 * Words: a *workspace* is one company's people, numbers and data; a *plan* is a set of limits; *usage* counts what a
 * workspace did in a calendar month (UTC); a *member* is a user with a role here, perhaps limited to numbers or own
 * conversations; an *invitation* asks an address to become one.
 * Tables: workspaces, members, invitations, plans, usage.
 * States: active ⇄ suspended; a suspended workspace receives and keeps, but sends nothing.
 *
 * Always true: a workspace keeps at least one owner who can act, and only owners make owners; settings read from the
 * database have every key (missing ones get their default, unknown ones are kept out); no counter lives on a workspace's
 * row: usage is spread over 16 rows per metric and month, so that many writers never wait for one row.
 */
export { type CreateWorkspaceHooks, createWorkspace, updateWorkspace } from './change.ts';
export {
  acceptInvitation,
  invite,
  isInvited,
  openInvitation,
  readInvitation,
  type SendInvitation,
} from './invitations.ts';
export {
  actedAs,
  addMember,
  createOwnWorkspace,
  listMembers,
  refuseUnable,
  workspacesOf,
} from './members.ts';
export { changeOperated, getOperatedWorkspace, listWorkspaces, type OperatedWorkspace } from './operate.ts';
export { limitsFor, listPlans, planBody, planLimits, seedPlans, setPlan } from './plans.ts';
export { membershipOf, statusOf } from './queries.ts';
export { holdQuota, requireRoom } from './quota.ts';
export { auditRetentions, readWorkspace, retentions, workspacesFor } from './read.ts';
export { workspaceRoutes } from './routes.ts';
export {
  defaultStopWords,
  parseSettings,
  settingsOfNew,
  type WorkspaceSettings,
  workspaceSettings,
} from './settings.ts';
export { countUsage, monthOf, readUsage, readUsageEverywhere } from './usage.ts';
export { usageOf, usageParts, usageQuery } from './usage-routes.ts';
