/**
 * egress — requests to addresses that users give us: push services of browsers, and whoever subscribes to webhooks.
 *
 * Words: a *private* address is one of this machine, of the networks behind it or of nobody (RFC 6890): what answers
 * there trusts us because of where we stand. `allowed` names hosts that may be private all the same.
 *
 * Always true: the address that is checked is the one that is connected to (a name cannot be resolved twice); redirects
 * are answers, not followed; https unless the host is allowed; a request ends within its time and its answer within its
 * size.
 */
export { createEgress, type Egress } from './request.ts';
