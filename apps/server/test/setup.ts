/**
 * Runs before each test file: nothing may be asked of the network outside this machine. Whoever needs WhatsApp talks to
 * the simulator on loopback; a forgotten base URL must fail here and not reach a real provider.
 */
import net from 'node:net';
import tls from 'node:tls';

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\]|::ffff:127(\.\d{1,3}){3}|0\.0\.0\.0|::)$/i;

function refuse(host: string): void {
  if (!loopback.test(host)) throw new Error(`Tests may not connect to ${host}; only loopback is open.`);
}

interface Target {
  host?: string | undefined;
  path?: string | undefined;
}

function check(args: unknown[]): void {
  // net normalises (options), (port, host), (path); Socket.connect may get the normalised array itself.
  const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
  if (typeof first === 'object' && first !== null) {
    const target = first as Target;
    if (target.path === undefined || target.path === null) refuse(target.host ?? 'localhost');
  } else if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    refuse(typeof args[1] === 'string' ? args[1] : 'localhost');
  }
}

/** A worker takes many files, and this runs before each: what is guarded stays so. */
const guarded = Symbol.for('chaski.test.guarded');

function guard(): void {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    check(args);
    return Reflect.apply(connect, this, args) as net.Socket;
  } as typeof connect;

  const secure = tls.connect;
  tls.connect = ((...args: unknown[]) => {
    const first = args[0] as Target & { socket?: unknown };
    // Over a socket that exists already the connect above has decided.
    if (!(typeof first === 'object' && first !== null && first.socket)) check(args);
    return Reflect.apply(secure, tls, args) as tls.TLSSocket;
  }) as typeof secure;
}

if (!Reflect.has(net.Socket.prototype, guarded)) {
  guard();
  Reflect.set(net.Socket.prototype, guarded, true);
}
