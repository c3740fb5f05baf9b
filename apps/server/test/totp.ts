import { TOTP, URI } from 'otpauth';

/** What an authenticator app with this address shows, `steps` of 30 s from that time. */
export function shownCode(uri: string, at: Date, steps = 0): string {
  const app = URI.parse(uri);
  if (!(app instanceof TOTP)) throw new Error(`not an authenticator app: ${uri}`);
  return app.generate({ timestamp: at.getTime() + steps * 30_000 });
}
