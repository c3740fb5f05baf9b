/**
 * sdk: the client of a Chaski installation, for programs and for its own web app.
 *
 * `createClient({ url, key })` has every operation of the API by area (`chaski.messages.create({ body: { … } })`), made
 * from the API's own description; refusals are `ChaskiError`s. `connectRealtime({ url, key, workspaceId, onEvent })` hears
 * what happens, each event once and in order; `dropKnown()` does as much for listeners of realtime-js.
 */
import { type Call, type ClientOptions, createCall } from './call.ts';
import { operations } from './generated/operations.ts';

export { type Call, ChaskiError, type ClientOptions, type More } from './call.ts';
export type * from './generated/types.ts';
export { allPages } from './pages.ts';
export {
  type AnySocket,
  type Broadcast,
  connectRealtime,
  dropKnown,
  type RealtimeConnection,
  type RealtimeOptions,
  RealtimeRefused,
} from './realtime.ts';

export type Chaski = ReturnType<typeof operations> & { call: Call };

export function createClient(options: ClientOptions): Chaski {
  const call = createCall(options);
  return { ...operations(call), call };
}
