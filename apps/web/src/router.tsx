import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouteComponent,
  redirect,
} from '@tanstack/react-router';
import { queryClient } from './api/query-client.ts';
import { sessionQuery } from './api/session.ts';
import * as askAhead from './features/inbox/ask-ahead.ts';
import { InboxPage } from './features/inbox/inbox-page.tsx';
import { allTexts } from './i18n/index.ts';
import { addressOf, flag, number, oneOf, text } from './ui/address.ts';
import { NotFound, Problem } from './ui/problem.tsx';
import { Shell } from './ui/shell.tsx';

const isInbox = (path: string) => /^\/$|^\/app\/inbox/.test(path);

const root = createRootRouteWithContext()({
  beforeLoad: ({ location }) => (isInbox(location.pathname) ? undefined : allTexts()),
  component: Outlet,
  errorComponent: Problem,
  notFoundComponent: NotFound,
});

/** Everything of a workspace: only for people who signed in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
    // One's account and the installation need no workspace; everything else is in one.
    if (!session.workspace && !/^\/app\/(settings|operator)/.test(location.pathname))
      throw redirect({ to: '/app/welcome' });
  },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/app/inbox', search: {} });
  },
});

/** Today at a glance. Whoever comes without an address is led to the inbox: that is where the work is. */
const app = createRoute({
  getParentRoute: () => inside,
  path: '/app',
  component: lazyRouteComponent(() => import('./features/home/home-page.tsx'), 'HomePage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: addressOf({ next: text, error: text }),
  component: lazyRouteComponent(() => import('./features/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/app/register',
  component: lazyRouteComponent(() => import('./features/sign-in/register-page.tsx'), 'RegisterPage'),
});

/** Asks for the link that the mail brings, and is where it leads. */
const reset = createRoute({
  getParentRoute: () => root,
  path: '/app/reset',
  component: lazyRouteComponent(() => import('./features/sign-in/reset-page.tsx'), 'ResetPage'),
});

const confirm = createRoute({
  getParentRoute: () => root,
  path: '/app/confirm',
  component: lazyRouteComponent(() => import('./features/sign-in/confirm-page.tsx'), 'ConfirmPage'),
});

const confirmNewAddress = createRoute({
  getParentRoute: () => root,
  path: '/app/confirm-new-address',
  component: lazyRouteComponent(
    () => import('./features/sign-in/confirm-new-address-page.tsx'),
    'ConfirmNewAddressPage',
  ),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/app/invitation',
  component: lazyRouteComponent(() => import('./features/sign-in/invitation-page.tsx'), 'InvitationPage'),
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/app/welcome',
  beforeLoad: async () => {
    if (!(await queryClient.ensureQueryData(sessionQuery))) throw redirect({ to: '/login' });
  },
  component: lazyRouteComponent(() => import('./features/sign-in/welcome-page.tsx'), 'WelcomePage'),
});

/** What the inbox shows is in its address: back and forward work, and a view can be sent to a colleague. */
const inboxSearch = addressOf({
  view: oneOf('mine', 'unassigned', 'open', 'all', 'mentions', 'snoozed', 'closed'),
  order: oneOf('newest', 'oldest', 'waiting'),
  number: text,
  team: text,
  label: text,
  segment: text,
  assignee: text,
  unread: flag,
  waiting: flag,
  /** A message or note of the conversation that is open: shown in its place, with what was said around it. */
  message: text,
  q: text,
});

/** Not lazy as all others are: it is where everybody goes, and its script is on its way before we know who it is. */
const inbox = createRoute({
  getParentRoute: () => inside,
  path: '/app/inbox',
  validateSearch: inboxSearch,
  beforeLoad: ({ search }) => askAhead.list(search),
  component: InboxPage,
});

const contacts = createRoute({
  getParentRoute: () => inside,
  path: '/app/contacts',
  validateSearch: addressOf({
    q: text,
    label: text,
    optedOut: flag,
    blocked: flag,
    attribute: text,
    seen: number,
    segment: text,
    contact: text,
  }),
  component: lazyRouteComponent(() => import('./features/contacts/contacts-page.tsx'), 'ContactsPage'),
});

const campaigns = createRoute({
  getParentRoute: () => inside,
  path: '/app/campaigns',
  validateSearch: addressOf({ segment: text }),
  component: lazyRouteComponent(() => import('./features/campaigns/campaigns-page.tsx'), 'CampaignsPage'),
});

/** Where a segment sends whoever wants to write to it. */
const newCampaign = createRoute({
  getParentRoute: () => inside,
  path: '/app/campaigns/new',
  validateSearch: addressOf({ segment: text }),
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/app/campaigns', search });
  },
});

const campaign = createRoute({
  getParentRoute: () => inside,
  path: '/app/campaigns/$campaignId',
  component: lazyRouteComponent(() => import('./features/campaigns/campaign-page.tsx'), 'CampaignPage'),
});

const templates = createRoute({
  getParentRoute: () => inside,
  path: '/app/templates',
  validateSearch: addressOf({ status: text }),
  component: lazyRouteComponent(() => import('./features/templates/templates-page.tsx'), 'TemplatesPage'),
});

const newTemplate = createRoute({
  getParentRoute: () => inside,
  path: '/app/templates/new',
  component: lazyRouteComponent(() => import('./features/templates/editor-page.tsx'), 'NewTemplatePage'),
});

const template = createRoute({
  getParentRoute: () => inside,
  path: '/app/templates/$templateId',
  component: lazyRouteComponent(() => import('./features/templates/template-page.tsx'), 'TemplatePage'),
});

const editTemplate = createRoute({
  getParentRoute: () => inside,
  path: '/app/templates/$templateId/edit',
  component: lazyRouteComponent(() => import('./features/templates/editor-page.tsx'), 'EditTemplatePage'),
});

const analytics = createRoute({
  getParentRoute: () => inside,
  path: '/app/analytics',
  validateSearch: addressOf({
    days: number,
    number: text,
    member: text,
    label: text,
    open: flag,
  }),
  component: lazyRouteComponent(() => import('./features/analytics/analytics-page.tsx'), 'AnalyticsPage'),
});

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: '$conversationId',
  beforeLoad: ({ params, preload }) => askAhead.conversation(params.conversationId, preload),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/app/settings',
  beforeLoad: ({ location }) => {
    if (location.pathname === '/app/settings') throw redirect({ to: '/app/settings/profile' });
  },
  component: lazyRouteComponent(() => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
});

/** One page of the settings. */
const setting = <const Path extends string>(path: Path, component: RouteComponent) =>
  createRoute({ getParentRoute: () => settings, path, component });

const settingsPages = settings.addChildren([
  setting(
    'profile',
    lazyRouteComponent(() => import('./features/account/profile-page.tsx'), 'ProfilePage'),
  ),
  setting(
    'security',
    lazyRouteComponent(() => import('./features/account/security-page.tsx'), 'SecurityPage'),
  ),
  setting(
    'workspace',
    lazyRouteComponent(() => import('./features/settings/general-page.tsx'), 'GeneralPage'),
  ),
  setting(
    'numbers',
    lazyRouteComponent(() => import('./features/settings/numbers-page.tsx'), 'NumbersPage'),
  ),
  setting(
    'hours',
    lazyRouteComponent(() => import('./features/hours/hours-page.tsx'), 'HoursPage'),
  ),
  setting(
    'retention',
    lazyRouteComponent(() => import('./features/settings/retention-page.tsx'), 'RetentionPage'),
  ),
  setting(
    'accounts',
    lazyRouteComponent(() => import('./features/settings/accounts-page.tsx'), 'AccountsPage'),
  ),
  setting(
    'members',
    lazyRouteComponent(() => import('./features/settings/members-page.tsx'), 'MembersPage'),
  ),
  setting(
    'teams',
    lazyRouteComponent(() => import('./features/settings/teams-page.tsx'), 'TeamsPage'),
  ),
  setting(
    'suppressions',
    lazyRouteComponent(() => import('./features/contacts/suppressions-page.tsx'), 'SuppressionsPage'),
  ),
  setting(
    'labels',
    lazyRouteComponent(() => import('./features/settings/labels-page.tsx'), 'LabelsPage'),
  ),
  setting(
    'quick-replies',
    lazyRouteComponent(() => import('./features/settings/quick-replies-page.tsx'), 'QuickRepliesPage'),
  ),
  setting(
    'attributes',
    lazyRouteComponent(() => import('./features/settings/attributes-page.tsx'), 'AttributesPage'),
  ),
  setting(
    'api-keys',
    lazyRouteComponent(() => import('./features/settings/api-keys-page.tsx'), 'ApiKeysPage'),
  ),
  setting(
    'usage',
    lazyRouteComponent(() => import('./features/settings/usage-page.tsx'), 'UsagePage'),
  ),
  setting(
    'audit',
    lazyRouteComponent(() => import('./features/settings/audit-page.tsx'), 'AuditPage'),
  ),
]);

const operator = createRoute({
  getParentRoute: () => inside,
  path: '/app/operator',
  beforeLoad: ({ location }) => {
    if (location.pathname === '/app/operator') throw redirect({ to: '/app/operator/workspaces' });
  },
  component: lazyRouteComponent(() => import('./features/operator/operator-page.tsx'), 'OperatorPage'),
});

/** One page of whoever runs the installation. */
const operated = <const Path extends string>(path: Path, component: RouteComponent) =>
  createRoute({ getParentRoute: () => operator, path, component });

const operatorPages = operator.addChildren([
  operated(
    'workspaces',
    lazyRouteComponent(() => import('./features/operator/workspaces-page.tsx'), 'OperatedWorkspacesPage'),
  ),
  operated(
    'numbers',
    lazyRouteComponent(() => import('./features/operator/numbers-page.tsx'), 'OperatedNumbersPage'),
  ),
  operated(
    'plans',
    lazyRouteComponent(() => import('./features/operator/plans-page.tsx'), 'PlansPage'),
  ),
  operated(
    'inbound',
    lazyRouteComponent(() => import('./features/operator/inbound-page.tsx'), 'InboundPage'),
  ),
  operated(
    'dead-letters',
    lazyRouteComponent(() => import('./features/operator/dead-letters-page.tsx'), 'DeadLettersPage'),
  ),
  operated(
    'register',
    lazyRouteComponent(() => import('./features/operator/register-page.tsx'), 'RegisterTenantPage'),
  ),
  operated(
    'send',
    lazyRouteComponent(() => import('./features/operator/send-page.tsx'), 'SendPage'),
  ),
  operated(
    'health',
    lazyRouteComponent(() => import('./features/operator/health-page.tsx'), 'HealthPage'),
  ),
]);

const tree = root.addChildren([
  home,
  signIn,
  register,
  reset,
  confirm,
  confirmNewAddress,
  invitation,
  welcome,
  inside.addChildren([
    app,
    settingsPages,
    operatorPages,
    inbox.addChildren([conversation]),
    contacts,
    campaigns,
    newCampaign,
    campaign,
    templates,
    newTemplate,
    template,
    editTemplate,
    analytics,
  ]),
]);

/** Another page begins at its top; a filter in the address leaves the page where it was. */
let isAnotherPage = true;

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // It is the shell's middle that scrolls, not the window; without this it keeps its place from page to page.
  scrollToTopSelectors: [() => (isAnotherPage ? document.getElementById('main') : null)],
});
router.subscribe('onBeforeLoad', ({ pathChanged }) => {
  isAnotherPage = pathChanged;
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** Typed on the page before: nobody types their address a second time. */
    email?: string;
  }
}
