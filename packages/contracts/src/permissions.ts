/**
 * Who may do what. One table, from which gates, tests, the API reference and the web app's buttons are made.
 *
 * An *action* is `<area>:<verb>`: what a gate asks for and what an API key is scoped to. A *role* is what a member of a
 * workspace is. `superadmin` is no role of a workspace: it runs the installation and has gates of its own.
 */
export const roles = ['owner', 'admin', 'agent', 'viewer'] as const;
export type Role = (typeof roles)[number];

const everyone: readonly Role[] = roles;
const team: readonly Role[] = ['owner', 'admin', 'agent'];
const leads: readonly Role[] = ['owner', 'admin'];

/** action × role. A key with the action as its scope may do it too. */
export const permissions = {
  'workspace:read': everyone,
  'workspace:write': leads,
  /** Handing the workspace over, making owners, deleting it. */
  'workspace:own': ['owner'],
  'members:read': everyone,
  'members:write': leads,
  'keys:read': leads,
  'keys:write': leads,
  'numbers:read': everyone,
  'numbers:write': leads,
  'contacts:read': everyone,
  'contacts:write': team,
  /** Whole lists in and out. */
  'contacts:import': leads,
  'contacts:export': leads,
  'contacts:erase': leads,
  'conversations:read': everyone,
  'conversations:write': team,
  'messages:read': everyone,
  'messages:write': team,
  'media:read': everyone,
  'media:write': team,
  'templates:read': everyone,
  'templates:write': leads,
  'campaigns:read': everyone,
  'campaigns:write': leads,
  /** Letting somebody else's campaign go, where the workspace wants two people. */
  'campaigns:approve': leads,
  /** Teams, labels and quick replies of the whole workspace. */
  'team:read': everyone,
  'team:write': leads,
  'workflows:read': everyone,
  'workflows:write': leads,
  /** The feed of everything that happened. */
  'events:read': leads,
  'audit:read': leads,
  'usage:read': leads,
  /** Figures of the whole workspace, and of each member. */
  'analytics:read': leads,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof permissions;

export const actions = Object.keys(permissions) as Action[];

/** What a role may do, as the scopes that gates compare with. */
export function actionsOf(role: Role): Action[] {
  return actions.filter((action) => (permissions[action] as readonly Role[]).includes(role));
}

/** What an API key may be scoped to: everything, everything of an area, or single actions. */
export const scopes: readonly string[] = [
  '*',
  ...new Set(actions.flatMap((action) => [`${action.split(':')[0]}:*`, action])),
];
