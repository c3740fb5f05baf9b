import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { translate } from '../db/index.ts';
import { AppError, errors } from '../errors.ts';
import { counter } from '../metrics.ts';
import { problemsOf } from './problems.ts';

const refusals = counter('chaski_refusals_total', 'Requests that were refused or failed, by error code.', [
  'code',
]);
const permissions = counter(
  'chaski_permission_refusals_total',
  'Requests of somebody who was known and was not allowed to.',
);

/** The one renderer: whatever was thrown becomes an entry of the catalogue and leaves in the envelope. */
export function renderError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(thrown, request);
  refusals.inc({ code: error.code });
  if (error.code === 'forbidden') permissions.inc();
  if (error.status >= 500) {
    request.log[error.report ? 'error' : 'warn']({ err: thrown }, error.message);
  } else {
    request.log.debug({ code: error.code, status: error.status }, error.message);
  }
  const wait = error.details.retryAfterSeconds;
  if (typeof wait === 'number') reply.header('retry-after', String(wait));
  else if (error.status === 503) reply.header('retry-after', '1');
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  // A stack names our files and, in its first line, what the database said: for whoever develops, never for a stranger.
  const stack = request.server.showsStacks === true && thrown instanceof Error ? thrown.stack : undefined;
  return reply
    .status(error.status)
    .type('application/json; charset=utf-8')
    .send(envelope(error, request.id, stack));
}

/** Text, so that no response schema of a route stands in the way of an error. */
export function envelope(error: AppError, requestId: string, stack?: string): string {
  return JSON.stringify({
    error: { code: error.code, message: error.message, details: error.details, requestId, stack },
  });
}

function toAppError(thrown: unknown, request: FastifyRequest): AppError {
  const error = translate(thrown);
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const context = (error as { validationContext?: string }).validationContext;
    return errors.invalidRequest(error.validation.flatMap((issue) => problemsOf(issue, context)));
  }
  const { code, statusCode: status } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return errors.tooLarge(request.routeOptions.bodyLimit);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new AppError('unsupported_media_type', 415, 'Send JSON with `Content-Type: application/json`.');
  }
  if (error instanceof SyntaxError && status === 400) {
    // Also what secure-json-parse says of __proto__ and constructor.prototype.
    const message = /forbidden prototype/i.test(error.message)
      ? 'The keys __proto__ and constructor.prototype are not taken.'
      : 'The body is not valid JSON.';
    return errors.invalidRequest([{ path: 'body', message }]);
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError('invalid_request', status, 'The request cannot be read.', {
      reason: error instanceof Error ? error.message : '',
    });
  }
  return errors.internal(error);
}
