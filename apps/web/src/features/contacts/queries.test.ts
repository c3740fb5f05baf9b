import { environmentManager, QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterAll, expect, test, vi } from 'vitest';

const server = { asked: [] as AbortSignal[], answers: true };
vi.useFakeTimers();
vi.stubGlobal('window', { location: { origin: 'https://chaski.test' } });
vi.stubGlobal('fetch', async (_url: string, { signal }: RequestInit) => {
  server.asked.push(signal!);
  return server.answers ? Response.json({ count: server.asked.length }) : new Promise(() => {});
});
// Without a window when it was loaded the library takes itself for a server, and asks nothing again.
const isServer = environmentManager.isServer();
environmentManager.setIsServer(() => false);
const { contactCountQuery } = await import('./queries.ts');
afterAll(() => {
  environmentManager.setIsServer(() => isServer);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('however many events there are, contacts are counted at most every 15 seconds, and not for who left', async () => {
  const queries = new QueryClient();
  const page = new QueryObserver(queries, contactCountQuery({ q: 'ana' }));
  const leave = page.subscribe(() => {});
  const event = () => queries.invalidateQueries({ queryKey: ['contactCount'], refetchType: 'none' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveLength(1);
  // after a quiet time the first event is heard soon
  await event();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.asked).toHaveLength(2);
  for (let elapsed = 0; elapsed < 45_000; elapsed += 250) {
    await event();
    // what makes lists stale at once does not reach it
    await queries.invalidateQueries({ queryKey: ['contacts'] });
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(server.asked.length).toBeGreaterThanOrEqual(4);
  expect(server.asked.length).toBeLessThanOrEqual(5);
  expect(page.getCurrentResult().data).toEqual({ count: server.asked.length });
  // a count under way ends with the page
  server.answers = false;
  void page.refetch();
  await vi.advanceTimersByTimeAsync(1);
  leave();
  expect(server.asked.at(-1)?.aborted).toBe(true);
  queries.clear();
});
