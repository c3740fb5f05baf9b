import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { z } from 'zod/mini';
import { queryClient } from './api/query-client.ts';
import { sessionQuery } from './api/session.ts';
import { NotFound, Problem } from './ui/problem.tsx';
import { Shell } from './ui/shell.tsx';

const root = createRootRouteWithContext()({
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
    if (await queryClient.ensureQueryData(sessionQuery)) return;
    throw redirect({ to: '/app/sign-in', search: { next: location.href } });
  },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/app/inbox', search: {} });
  },
});

const app = createRoute({
  getParentRoute: () => root,
  path: '/app',
  beforeLoad: () => {
    throw redirect({ to: '/app/inbox', search: {} });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/app/sign-in',
  validateSearch: z.object({ next: z.optional(z.string()), error: z.optional(z.string()) }),
  component: lazyRouteComponent(() => import('./features/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** What the inbox shows is in its address: back and forward work, and a view can be sent to a colleague. */
export const inboxSearch = z.object({
  view: z.optional(z.enum(['mine', 'unassigned', 'open', 'all', 'mentions', 'snoozed', 'closed'])),
  order: z.optional(z.enum(['newest', 'oldest', 'waiting'])),
  number: z.optional(z.string()),
  team: z.optional(z.string()),
  label: z.optional(z.string()),
  unread: z.optional(z.boolean()),
  q: z.optional(z.string()),
});

const inbox = createRoute({
  getParentRoute: () => inside,
  path: '/app/inbox',
  validateSearch: inboxSearch,
  component: lazyRouteComponent(() => import('./features/inbox/inbox-page.tsx'), 'InboxPage'),
});

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: '$conversationId',
});

const tree = root.addChildren([home, app, signIn, inside.addChildren([inbox.addChildren([conversation])])]);

export const router = createRouter({ routeTree: tree, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
