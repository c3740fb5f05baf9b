/**
 * http — how requests come in and answers go out, whatever the product.
 *
 * Words: a *gate* decides whether a request may pass (who, which scope), before its body is read; a *principal* is who
 * passed; an *answer* is what an idempotent request will be told for 24 h.
 *
 * Tables: idempotency_keys.
 *
 * Always true: every refusal has the one envelope `{error: {code, message, details, requestId}}`, also those of the
 * framework and of unreadable requests; bodies, queries and parameters are validated against the schemas that
 * /openapi.json is made of, and keys nobody knows are refused; a POST repeated under its Idempotency-Key has one
 * effect and one answer, because claim, effect and answer are one transaction.
 */
export {
  byTime,
  cursorOf,
  listOf,
  listQuery,
  page,
  readCursor,
  type Slice,
  sliceOf,
} from './cursor.ts';
export { eraseAnswers } from './erase.ts';
export { renderError } from './errors.ts';
export {
  type Access,
  type Admission,
  type Authenticate,
  allows,
  type Caller,
  type Credentials,
  type Gate,
  type GateHook,
  inTenant,
  operatorOf,
  type Person,
  type Principal,
  personOf,
  principalOf,
} from './gates.ts';
export {
  expireAnswersCron,
  expireAnswersHandler,
  idempotent,
  type Secrecy,
} from './idempotent.ts';
export { callersEpoch, forgetCallers } from './known-callers.ts';
export { buildHttp, type Http, type HttpApp, type HttpOptions } from './server.ts';
export { etagOf, guardUnchanged } from './unchanged.ts';
