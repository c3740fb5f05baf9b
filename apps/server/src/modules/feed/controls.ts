import type { Database } from '../../platform/db/index.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import { type Authenticate, forgetCallers } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/log.ts';
import type { Hub } from '../../platform/realtime/index.ts';
import { type FeedChannel, mayHear, type Seat, seatAgain } from './seats.ts';

/** What changes who may hear what. */
export const controlNames: readonly string[] = [
  'member.updated',
  'member.removed',
  'session.revoked',
  'api_key.revoked',
  'api_key.updated',
  'api_key.rotated',
  'workspace.suspended',
  'conversation.assigned',
  'conversation.bulk_changed',
  'conversation.united',
  'conversation.parted',
  'number.updated',
  'contact.erased',
];

/** Whether an event may have taken a seat's conversation out of its reach. */
function concerns({ name, workspaceId, data }: StoredEvent, seat: Seat): boolean {
  if (seat.conversationId === null || seat.workspaceId !== workspaceId) return false;
  const isLimited = seat.principal.actor.reach !== undefined;
  switch (name) {
    case 'conversation.assigned':
      return isLimited && seat.conversationId === data.conversationId;
    // One event for many, which names none.
    case 'conversation.bulk_changed':
      return isLimited;
    // The thread that two became one in may have got the assignee of the other.
    case 'conversation.united':
    case 'conversation.parted':
      return isLimited && (seat.conversationId === data.conversationId || seat.conversationId === data.from);
    // A number that stops being active takes its conversations from everybody's sight; an erased contact too.
    default:
      return true;
  }
}

/** After it, whatever was read before the change and is still under way (a round, a renewal) has been answered. */
const afterOthers = 1_200;
/** How often everybody is asked again without any event: sessions and tokens run out silently. */
const roundMs = 5 * 60_000;
const ticketLife = 3_600_000;

export interface Controls {
  take(event: StoredEvent): void;
  /** Whether a seat's conversation is still within its reach; else it is cut. */
  check(channel: FeedChannel): void;
  stop(): void;
}

/** Cuts and asks again. Each process does it for its own sockets, by the same events. */
export function createControls(options: {
  db: Database;
  authenticate: Authenticate;
  hub: Hub<Seat>;
  channels(): Iterable<FeedChannel>;
  log: Logger;
}): Controls {
  const { hub, channels, log } = options;
  const timers = new Set<NodeJS.Timeout>();

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  async function askAgain(channel: FeedChannel): Promise<void> {
    if (!channel.open) return;
    if (channel.connection.ticket && channel.bearer === null) {
      // Their credentials are not known; a new ticket says who they are now.
      hub.disconnect(channel.connection, 4002, 'get a new ticket');
      return;
    }
    const again = await seatAgain(options, channel, channel.bearer);
    if (again) Object.assign(channel.seat, again);
    else hub.cut(channel, 'forbidden');
  }

  /** One after the other: an older answer must not replace a newer one. Meanwhile the seat is told nothing. */
  function ask(channel: FeedChannel): void {
    const { seat } = channel;
    const asked = (seat.asked ?? Promise.resolve())
      .then(() => askAgain(channel))
      .catch((error: unknown) => {
        // The database is away, perhaps: whoever cannot be asked is not told either.
        log.warn({ err: error }, 'realtime: a member could not be asked again and was cut');
        hub.disconnect(channel.connection, 1011, 'could not be checked');
      })
      .finally(() => {
        if (seat.asked === asked) seat.asked = null;
      });
    seat.asked = asked;
  }

  /** As the database says by now, not as anybody remembers it; and once more, whoever wrote an older answer meanwhile. */
  function askAll(some: readonly FeedChannel[]): void {
    if (some.length === 0) return;
    forgetCallers();
    for (const channel of some) {
      ask(channel);
      later(afterOthers, () => ask(channel));
    }
  }

  const of = (test: (channel: FeedChannel) => boolean) => [...channels()].filter(test);
  const isMember = (event: StoredEvent) => (channel: FeedChannel) =>
    channel.seat.workspaceId === event.workspaceId && channel.seat.person?.userId === event.data.userId;

  const isKey =
    ({ data }: StoredEvent) =>
    ({ seat: { principal } }: FeedChannel) =>
      principal.actor.kind === 'key' && principal.actor.id === data.keyId;

  function take(event: StoredEvent): void {
    const { data } = event;
    switch (event.name) {
      case 'member.updated':
        if (data.disabled !== true) askAll(of(isMember(event)));
        else for (const channel of of(isMember(event))) hub.cut(channel, 'forbidden');
        return;
      case 'member.removed':
        for (const channel of of(isMember(event))) hub.cut(channel, 'forbidden');
        return;
      case 'session.revoked':
        for (const { connection } of of(({ seat }) =>
          typeof data.sessionId === 'string'
            ? seat.person?.sessionId === data.sessionId
            : seat.person !== null && seat.person.userId === data.userId,
        )) {
          hub.disconnect(connection, 4001, 'signed out');
        }
        return;
      case 'api_key.revoked':
        for (const { connection } of of(isKey(event))) {
          hub.disconnect(connection, 4001, 'key revoked');
        }
        return;
      // Fewer scopes or numbers, or another text.
      case 'api_key.updated':
      case 'api_key.rotated':
        askAll(of(isKey(event)));
        return;
      case 'workspace.suspended':
        for (const channel of of(
          ({ seat }) => seat.workspaceId === (data.workspaceId ?? event.workspaceId),
        )) {
          hub.cut(channel, 'workspace_suspended');
        }
        return;
      default:
        for (const channel of of(({ seat }) => concerns(event, seat))) check(channel);
    }
  }

  function check(channel: FeedChannel): void {
    mayHear(options.db, channel.seat.principal, channel.seat.conversationId ?? '').then(
      (may) => {
        if (!may) hub.cut(channel, 'forbidden');
      },
      () => hub.cut(channel, 'could not be checked'),
    );
  }

  const round = setInterval(() => {
    const now = performance.now();
    for (const connection of hub.connections) {
      if (connection.ticket && now - connection.openedAt > ticketLife) {
        hub.disconnect(connection, 4002, 'get a new ticket');
      }
    }
    void (async () => {
      for (const channel of of(({ connection, bearer }) => !connection.ticket || bearer !== null)) {
        await askAgain(channel).catch((error: unknown) =>
          log.warn({ err: error }, 'realtime: a member could not be asked again'),
        );
      }
    })();
  }, roundMs);
  round.unref();

  return {
    take,
    check,
    stop() {
      clearInterval(round);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
