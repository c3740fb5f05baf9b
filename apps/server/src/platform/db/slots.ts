/**
 * Fair use of the pool by workspaces. Of its connections the tenants' transactions take no more than `size`, so that a
 * flood of requests leaves some to the loops that hand over and process; a connection that comes free goes to the
 * workspace that has the fewest in use, then to whoever was served longest ago. A workspace alone may have them all.
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

export function createSlots(size: number, timeoutMs: number): Slots {
  // In the order in which they were served: whoever is served goes to the end.
  const queues = new Map<string, Queue>();
  let running = 0;
  let waiting = 0;

  function next(): [string, Queue] | null {
    let best: [string, Queue] | null = null;
    for (const [id, queue] of queues) {
      if (queue.waiting.length > 0 && (best === null || queue.running < best[1].running)) best = [id, queue];
    }
    return best;
  }

  function grant(id: string, queue: Queue): void {
    running += 1;
    queue.running += 1;
    queues.delete(id);
    queues.set(id, queue);
  }

  return {
    take(workspaceId) {
      const queue = queues.get(workspaceId) ?? { running: 0, waiting: [] };
      queues.set(workspaceId, queue);
      if (running < size && waiting === 0) {
        grant(workspaceId, queue);
        return Promise.resolve(true);
      }
      waiting += 1;
      return new Promise((resolve) => {
        const settle = (granted: boolean) => {
          clearTimeout(timer);
          waiting -= 1;
          resolve(granted);
        };
        const timer = setTimeout(() => {
          queue.waiting.splice(queue.waiting.indexOf(settle), 1);
          if (queue.running === 0 && queue.waiting.length === 0) queues.delete(workspaceId);
          settle(false);
        }, timeoutMs);
        queue.waiting.push(settle);
      });
    },
    free(workspaceId) {
      const queue = queues.get(workspaceId);
      if (!queue) return;
      running -= 1;
      queue.running -= 1;
      if (queue.running === 0 && queue.waiting.length === 0) queues.delete(workspaceId);
      const found = running < size ? next() : null;
      if (!found) return;
      const [id, chosen] = found;
      grant(id, chosen);
      chosen.waiting.shift()?.(true);
    },
  };
}
