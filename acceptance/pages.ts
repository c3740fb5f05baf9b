/** Every page of the web app. A unit test in apps/web holds the list equal to the router, so that none can be forgotten. */
export interface PageOf {
  /** As the router has it; `$…` stands for something that the walk makes. */
  path: string;
  /** Seen by people who are nobody yet. */
  open?: true;
  /** The button beside its title opens a dialog. */
  adds?: true;
}

export const pages: readonly PageOf[] = [
  { path: '/login', open: true },
  { path: '/app/register', open: true },
  { path: '/app/reset', open: true },
  { path: '/app/confirm', open: true },
  { path: '/app/confirm-new-address', open: true },
  { path: '/app/invitation', open: true },
  { path: '/app/welcome' },
  { path: '/app' },
  { path: '/app/inbox' },
  { path: '/app/inbox/$conversationId' },
  { path: '/app/contacts' },
  { path: '/app/campaigns', adds: true },
  { path: '/app/campaigns/$campaignId' },
  { path: '/app/templates' },
  { path: '/app/templates/new' },
  { path: '/app/templates/$templateId' },
  { path: '/app/templates/$templateId/edit' },
  { path: '/app/analytics' },
  { path: '/app/settings/profile' },
  { path: '/app/settings/security' },
  { path: '/app/settings/workspace' },
  { path: '/app/settings/numbers', adds: true },
  { path: '/app/settings/hours' },
  { path: '/app/settings/retention' },
  { path: '/app/settings/accounts', adds: true },
  { path: '/app/settings/members', adds: true },
  { path: '/app/settings/teams', adds: true },
  { path: '/app/settings/suppressions', adds: true },
  { path: '/app/settings/labels', adds: true },
  { path: '/app/settings/quick-replies', adds: true },
  { path: '/app/settings/attributes', adds: true },
  { path: '/app/settings/api-keys', adds: true },
  { path: '/app/settings/usage' },
  { path: '/app/settings/audit' },
  { path: '/app/operator/workspaces' },
  { path: '/app/operator/numbers' },
  { path: '/app/operator/plans', adds: true },
  { path: '/app/operator/inbound' },
  { path: '/app/operator/dead-letters' },
  { path: '/app/operator/register' },
  { path: '/app/operator/send' },
  { path: '/app/operator/health' },
];
