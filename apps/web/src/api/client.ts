import { createClient } from '@chaski/sdk';

/** The API of the server that this page came from, by the session's cookie. */
export const chaski = createClient({ url: window.location.origin });
