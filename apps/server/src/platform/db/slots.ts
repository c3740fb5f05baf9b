/**
 * Fair use of the pool by workspaces. Of its connections the tenants' transactions take no more than `size`, so that a
 * flood of requests leaves some to the loops that hand over and process; a connection that comes free goes to the
 * workspace that has the fewest in use, then to whoever was served longest ago. A workspace alone may have them all;
 * while others ask too, it has half: a request takes a dozen round trips, and beside seven backends of a flood each of
 * them waited for a core.
 *
 * Without it 40 waiting requests of one workspace stood in front of another one's first, and of every batch.
 */
export interface Slots {
  /** Resolves when the workspace may check a connection out; false when that took too long. */
  take(workspaceId: string): Promise<boolean>;
  free(workspaceId: string): void;
}

interface Queue {
  running: number;
  waiting: ((granted: boolean) => void)[];
}

/** Who asked so lately is still there. */
const presentMs = 2_000;

export function createSlots(
  size: number,
  timeoutMs: number,
  now: () => number = () => performance.now(),
): Slots {
  // In the order in which they were served: whoever is served goes to the end.
  const queues = new Map<string, Queue>();
  /** When each workspace asked last, the latest at the end. */
  const asked = new Map<string, number>();
  const shared = Math.max(1, Math.ceil(size / 2));
  let running = 0;

  function note(workspaceId: string): void {
    const at = now();
    asked.delete(workspaceId);
    asked.set(workspaceId, at);
    for (const [id, since] of asked) {
      if (at - since < presentMs) break;
      asked.delete(id);
    }
  }

  function mostOf(workspaceId: string): number {
    const before = now() - presentMs;
    for (const [id, at] of asked) if (id !== workspaceId && at > before) return shared;
    return size;
  }

  function next(): [string, Queue] | null {
    let best: [string, Queue] | null = null;
    for (const [id, queue] of queues) {
      if (queue.waiting.length === 0 || (best !== null && queue.running >= best[1].running)) continue;
      if (queue.running < mostOf(id)) best = [id, queue];
    }
    return best;
  }

  function serve(): void {
    while (running < size) {
      const found = next();
      if (!found) return;
      const [id, queue] = found;
      running += 1;
      queue.running += 1;
      queues.delete(id);
      queues.set(id, queue);
      queue.waiting.shift()?.(true);
    }
  }

  function forgetIdle(id: string, queue: Queue): void {
    if (queue.running === 0 && queue.waiting.length === 0) queues.delete(id);
  }

  return {
    take(workspaceId) {
      note(workspaceId);
      const queue = queues.get(workspaceId) ?? { running: 0, waiting: [] };
      queues.set(workspaceId, queue);
      return new Promise((resolve) => {
        const settle = (granted: boolean) => {
          clearTimeout(timer);
          resolve(granted);
        };
        const timer = setTimeout(() => {
          queue.waiting.splice(queue.waiting.indexOf(settle), 1);
          forgetIdle(workspaceId, queue);
          settle(false);
        }, timeoutMs);
        queue.waiting.push(settle);
        serve();
      });
    },
    free(workspaceId) {
      const queue = queues.get(workspaceId);
      if (!queue) return;
      running -= 1;
      queue.running -= 1;
      forgetIdle(workspaceId, queue);
      serve();
    },
  };
}
