import type { preParsingHookHandler } from 'fastify';
import { AppError } from '../errors.ts';

/**
 * Answers 408 and hangs up when a body has not come whole in time. One that sends a byte now and then is never idle, and
 * would hold its connection for ever: Fastify switches the limit of Node's own server off.
 */
export function inTime(ms: number): preParsingHookHandler {
  return (request, reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if ((length !== undefined && length !== '0') || coding !== undefined) {
      const timer = setTimeout(() => {
        reply.header('connection', 'close');
        payload.emit(
          'error',
          new AppError('request_timeout', 408, `The body did not come within ${ms / 1_000} s.`),
        );
      }, ms);
      const over = () => clearTimeout(timer);
      payload.once('end', over);
      payload.once('close', over);
    }
    done(null, payload);
  };
}
