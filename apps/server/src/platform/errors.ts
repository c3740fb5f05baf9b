/**
 * The one catalogue of errors. `code` is stable and documented, `message` is safe to show and says what to do,
 * `status` is HTTP's. Anything that is not an AppError reaches a client as `internal` and the log in full.
 * Outcomes that a caller must branch on are unions, not errors.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown>;
  /** Should somebody be woken. */
  readonly report: boolean;

  constructor(
    code: string,
    status: number,
    message: string,
    details: Record<string, unknown> = {},
    cause?: unknown,
    report = false,
  ) {
    super(message, { cause });
    this.name = 'AppError';
    this.code = code;
    this.status = status;
    this.details = details;
    this.report = report;
  }
}

type Details = Record<string, unknown>;

/** What is not valid about one field. */
export interface Problem {
  path: string;
  message: string;
  /** Which rule it broke, for whoever says it in another language; absent where `message` alone knows. */
  rule?: string;
  /** What the rule compares with: the fewest, the most, the name of a format. */
  limit?: number | string;
}

export const errors = {
  invalidRequest: (
    problems: readonly Problem[],
    message = 'The request is not valid; see details.problems for each field.',
  ) => new AppError('invalid_request', 400, message, { problems }),
  unauthenticated: (
    message = 'Send an API key as `Authorization: Bearer ck_…`. `chaski keys api create` makes one.',
  ) => new AppError('unauthenticated', 401, message),
  /** One text for every reason, so that nobody learns who has an account. */
  invalidCredentials: () =>
    new AppError(
      'invalid_credentials',
      401,
      'E-mail and password do not belong together, or the address is not confirmed yet.',
    ),
  /** Not `unauthenticated`: nobody was signed in yet, and a page says how to begin again. */
  signInOver: () =>
    new AppError('sign_in_over', 401, 'This sign-in has ended. Begin again with your password.'),
  /** One text for a passkey that is gone, is somebody else's, or answers another question. */
  passkeyNotKnown: () =>
    new AppError(
      'passkey_not_known',
      401,
      'This passkey does not sign you in. Try again, or use your password.',
    ),
  crossSite: () =>
    new AppError(
      'cross_site',
      403,
      'A request with the session cookie must come from our own pages (Origin or Sec-Fetch-Site says so) and carry JSON.',
    ),
  workspaceSuspended: () =>
    new AppError(
      'workspace_suspended',
      403,
      'This workspace is suspended. What arrives for it is kept; whoever runs the installation can say why.',
    ),
  forbidden: (message: string, details: Details = {}) => new AppError('forbidden', 403, message, details),
  /** Also for whoever may do all else: a key is nobody in the team and has no browser. */
  personNeeded: (what: string): AppError =>
    errors.forbidden(`Only a member can ${what}; an API key is nobody in the team.`, {
      reason: 'person_needed',
    }),
  notFound: (what: string, details: Details = {}) =>
    new AppError('not_found', 404, `There is no such ${what}.`, details),
  conflict: (code: string, message: string, details: Details = {}, cause?: unknown) =>
    new AppError(code, 409, message, details, cause),
  /** Somebody else was quicker; `details.updatedAt` is what to read and send along next time. */
  changedMeanwhile: (what: string, details: Details = {}) =>
    new AppError(
      'changed_meanwhile',
      412,
      `Somebody changed this ${what} since you read it. Read it again.`,
      details,
    ),
  /** The send policy said no; `reason` is one of canSend's codes. */
  sendRefused: (reason: string, message: string, details: Details = {}) =>
    new AppError(reason, 403, message, { ...details, reason }),
  idempotencyMismatch: (key: string) =>
    new AppError(
      'idempotency_mismatch',
      422,
      'This Idempotency-Key was used with another body, or by somebody else. Use a new key for a new request.',
      { key },
    ),
  unprocessable: (code: string, message: string, details: Details = {}) =>
    new AppError(code, 422, message, details),
  tooLarge: (limit: number) =>
    new AppError('too_large', 413, `The body is larger than ${limit} bytes.`, { limit }),
  rateLimited: (retryAfterSeconds: number, details: Details = {}) =>
    new AppError('rate_limited', 429, `Too many requests. Try again in ${retryAfterSeconds} s.`, {
      ...details,
      retryAfterSeconds,
    }),
  /** What a plan allows in all is used up: nothing to wait for, but a larger plan or fewer of them. */
  quotaExceeded: (quota: string, limit: number, used: number, details: Details = {}) =>
    new AppError(
      'quota_exceeded',
      403,
      `The plan allows ${limit} ${quota}, and ${used} are used. Remove some, or ask for a larger plan.`,
      { quota, limit, used, ...details },
    ),
  databaseUnavailable: (details: Details = {}, cause?: unknown) =>
    new AppError(
      'database_unavailable',
      503,
      'The database cannot be reached; nothing was changed or the outcome is not known. Try again.',
      details,
      cause,
      true,
    ),
  databaseBusy: (details: Details = {}, cause?: unknown) =>
    new AppError('database_busy', 503, 'The database is busy. Try again.', details, cause),
  /** What keeps our secrets elsewhere cannot be asked, or says no; `message` has its reason. */
  vaultUnavailable: (message: string, details: Details = {}) =>
    new AppError('vault_unavailable', 503, message, details, undefined, true),
  overloaded: (message: string, details: Details = {}) => new AppError('overloaded', 503, message, details),
  /** The address is known, what it asks for is not there yet: `capability` names it. */
  notAvailable: (capability: string, message: string) =>
    new AppError('not_available', 501, message, { capability }),
  configuration: (message: string, details: Details = {}) =>
    new AppError('configuration', 500, message, details, undefined, true),
  internal: (cause?: unknown) =>
    new AppError(
      'internal',
      500,
      'Something went wrong on our side. The request id finds it in the log.',
      {},
      cause,
      true,
    ),
};

/** Says that a failure is meant to be harmless, and where it may be read. */
export async function tolerate<T>(
  why: string,
  promise: Promise<T>,
  log?: { debug(fields: object, message: string): void },
): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    log?.debug({ err: error }, `tolerated: ${why}`);
    return null;
  }
}
