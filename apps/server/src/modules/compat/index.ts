/**
 * compat: the addresses of the systems that we replace. A door: it calls inward and holds nothing of its own.
 *
 * Words: S0 to S4 are those systems, each known by its one document (docs/coming-from.md has a section on each); an
 * address of theirs is *mapped*: their words in, one verb of ours, their words out; a *tenant* (S4) is a workspace; the
 * *open door* lets S4's clients in without credentials, in the demo, from this machine, for numbers of the simulator;
 * to *work off* (S1) is to be a worker for the length of one request.
 * Tables: none; the views compat_* show the others' tables in S0's words, and get_my_company_id() and get_my_role()
 * answer its policies. Webhook addresses of all five are inbound's.
 *
 * Always true: what an address of theirs does is done by the verb that the native address uses, with its validation,
 * policy, audit and errors; an address whose capability is not there answers 501 `not_available` and names it; nothing
 * here is part of /openapi.json, which describes what new clients should use.
 */
export { type CompatOptions, compatRoutes } from './routes.ts';
export { supabaseRows } from './supabase-changes.ts';
export { createWorkOff } from './work-off.ts';
