import type { HttpApp } from '../../platform/http/index.ts';
import { isInvited } from '../workspaces/index.ts';
import { type OidcRoutesDeps, oidcRoutes } from './oidc-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { type SecondFactorLoginRoutesDeps, secondFactorLoginRoutes } from './second-factor-login-routes.ts';
import { secondFactorRoutes } from './second-factor-routes.ts';

/** All of /v1/auth that is no password: authenticator apps, recovery codes, passkeys, single sign-on. */
export function factorRoutes(
  deps: SecondFactorLoginRoutesDeps & Omit<OidcRoutesDeps, 'invited'>,
): (app: HttpApp) => Promise<void> {
  return async (app) => {
    await secondFactorRoutes(deps)(app);
    await passkeyRoutes(deps)(app);
    await secondFactorLoginRoutes(deps)(app);
    await oidcRoutes({ ...deps, invited: isInvited })(app);
  };
}
