import { createClient } from '@chaski/sdk';

/** The API of the server that this page came from, by the session's cookie. */
export const chaski = createClient({ url: window.location.origin });

/** One try, for whom something must be looked at before the next. */
export const chaskiOnce = createClient({ url: window.location.origin, retries: 0 });
