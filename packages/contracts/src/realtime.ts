/**
 * What comes over the socket. A phoenix client gets each as the event `event` of its channel; a realtime-js client as a
 * broadcast named like it, with `meta.id`. The feed `GET /v1/events` answers the same.
 */
export interface ChaskiEvent {
  /** Grows with every event; the place to go on from. */
  seq: number;
  id: string;
  /** `message.received` */
  name: string;
  /** ISO 8601 */
  at: string;
  actor: { kind: string; id: string | null; role: string } | null;
  /** Ids and small facts. */
  data: Record<string, unknown>;
}

/** What a phoenix client may say when it joins `workspace:<id>` or `conversation:<id>`. */
export interface JoinParams {
  /** The last `seq` that was seen: what came after it is sent first. Without it only what happens from now on. */
  after?: number;
  /** An API key or signed token, where neither cookie nor subprotocol brings one. */
  access_token?: string;
  /** false: not shown to the others. */
  presence?: boolean;
}

/** The answer to a join. */
export interface JoinReply {
  /** Where the channel stands: events after this number follow. */
  seq: number;
}

/** The answer to a refused join or message. */
export interface RealtimeRefusal {
  reason: string;
  message: string;
}
