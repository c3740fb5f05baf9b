import { randomUUID } from 'node:crypto';

/**
 * What one process tells the others: presence and broadcasts. Messages are small, may get lost, and come in order per
 * sender. Events do not travel here: each process reads them from the database by their number.
 */
export interface Fanout {
  readonly self: string;
  send(message: unknown): void;
  on(listener: (from: string, message: unknown) => void): () => void;
  /** Called when a lost connection is back: what was said in between is lost. */
  onBack(listener: () => void): () => void;
  close(): Promise<void>;
}

/** What takes payloads to all processes, our own too. */
export interface Carrier {
  /** Bytes of the longest payload. */
  longest: number;
  carry(payloads: readonly string[]): void;
  close(): Promise<void>;
}

/** What a carrier tells: what was heard, and that it is back after a loss. */
export interface Ear {
  hear(payload: string): void;
  back(): void;
}

/** Gathered: what is said within 5 ms is one payload. */
export async function createFanout(open: (ear: Ear) => Promise<Carrier>): Promise<Fanout> {
  const self = randomUUID();
  const listeners = new Set<(from: string, message: unknown) => void>();
  const backs = new Set<() => void>();
  let pending: string[] = [];
  let timer: NodeJS.Timeout | null = null;

  const carrier = await open({
    hear(payload) {
      const from = payload.slice(0, self.length);
      if (from === self) return;
      let messages: unknown;
      try {
        messages = JSON.parse(payload.slice(self.length));
      } catch {
        return;
      }
      if (!Array.isArray(messages)) return;
      for (const message of messages) for (const listener of listeners) listener(from, message);
    },
    back() {
      for (const back of backs) back();
    },
  });

  function flush(): void {
    timer = null;
    const payloads = packed(self, pending, carrier.longest);
    pending = [];
    if (payloads.length > 0) carrier.carry(payloads);
  }

  return {
    self,
    send(message) {
      pending.push(JSON.stringify(message));
      timer ??= setTimeout(flush, 5);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onBack(listener) {
      backs.add(listener);
      return () => backs.delete(listener);
    },
    async close() {
      if (timer) clearTimeout(timer);
      flush();
      await carrier.close();
    },
  };
}

/** As many messages in one payload as fit; one that does not fit alone is left out. */
export function packed(self: string, messages: readonly string[], longest: number): string[] {
  const payloads: string[] = [];
  let items: string[] = [];
  let size = 0;
  const put = () => {
    if (items.length > 0) payloads.push(`${self}[${items.join(',')}]`);
    items = [];
    size = self.length + 2;
  };
  put();
  for (const message of messages) {
    const bytes = Buffer.byteLength(message) + 1;
    if (self.length + 2 + bytes > longest) continue;
    if (size + bytes > longest) put();
    items.push(message);
    size += bytes;
  }
  put();
  return payloads;
}

/** Tells nobody: for a program that is alone. */
export function createLocalFanout(): Fanout {
  return {
    self: randomUUID(),
    send: () => {},
    on: () => () => {},
    onBack: () => () => {},
    close: async () => {},
  };
}
