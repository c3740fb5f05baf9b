/**
 * operator: what whoever runs the installation sees and decides. A door: it calls inward and owns no table.
 *
 * Words: the *operator* is a superadmin (users.is_superadmin) or, for workspaces, numbers, plans and health, a key that one
 * made, never an API key of a workspace; *dead letters* are
 * messages, jobs and events that gave up; *parked* is what came in and could not be applied.
 *
 * Always true: every decision is an event and a line of the audit of the workspace it is about, so that its people see
 * it; what concerns nobody's workspace is written under the installation; the operator sees how workspaces stand, not
 * what people wrote.
 */
export {
  deadKindOf,
  deadKinds,
  deadLetterOf,
  listDeadLetters,
  retryDeadLetter,
} from './dead-letters.ts';
export { operatorRoutes } from './routes.ts';
