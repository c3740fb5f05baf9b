import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { AppError, errors } from '../../platform/errors.ts';
import type { GateHook } from '../../platform/http/index.ts';

const loopbackAddress = /^(127\.|::1$|::ffff:127\.)/;
const loopbackHost = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Somebody on this machine who speaks for nobody else: not a proxy beside us, not a page of another site in this
 * machine's browser, whatever name of this machine it uses.
 */
export function isNeighbour(request: FastifyRequest): boolean {
  const { headers } = request;
  if (!loopbackAddress.test(request.ip)) return false;
  if (!loopbackAddress.test(request.socket.remoteAddress ?? '')) return false;
  if (forwarding.some((name) => headers[name] !== undefined)) return false;
  if (!loopbackHost.test(headers.host ?? '')) return false;
  const { origin } = headers;
  return origin === undefined || (URL.canParse(origin) && loopbackHost.test(new URL(origin).host));
}

const hasCredentials = ({ headers }: FastifyRequest) =>
  headers.authorization !== undefined || headers.cookie !== undefined;

/**
 * The gate, except for neighbours without credentials whom `admit` lets in. Whoever brings none and is not let in is
 * told which ones are wanted: S4's document has none to look up.
 */
export function openOr(
  gate: GateHook,
  options: { open: boolean; wanted: string; admit(request: FastifyRequest): Promise<boolean> | boolean },
): GateHook {
  const hook: onRequestAsyncHookHandler = async function (request, reply) {
    const bare = !hasCredentials(request);
    if (options.open && bare && isNeighbour(request) && (await options.admit(request))) return;
    try {
      await gate.call(this, request, reply);
    } catch (error) {
      if (bare && error instanceof AppError && error.code === 'unauthenticated') {
        throw credentialsWanted(options.wanted);
      }
      throw error;
    }
  };
  return Object.assign(hook, { access: gate.access });
}

export const credentialsWanted = (wanted: string) =>
  errors.unauthenticated(
    `This address works without credentials in the demo only, from this machine, for mock_ numbers. Send ${wanted}.`,
  );
