/**
 * A worker whose time is told by its parent, and which is killed by it: delivery, campaigns, events and inbound
 * processing, as the program runs them.
 *
 * It answers a tick once no call that began two ticks before is still under way: so its calls reach WhatsApp near the
 * time at which it made them, however busy the machine is.
 */
import { createProviders, parse, type SendCall, type SendOutcome } from '@chaski/providers';
import { consumers } from '../apps/server/src/consumers.ts';
import { startCampaigns } from '../apps/server/src/modules/campaigns/index.ts';
import { planCampaign } from '../apps/server/src/modules/campaigns/plan.ts';
import { startProcessor } from '../apps/server/src/modules/inbound/index.ts';
import { startDelivery } from '../apps/server/src/modules/messages/index.ts';
import { useKeyRing } from '../apps/server/src/modules/numbers/index.ts';
import { ManualClock } from '../apps/server/src/platform/clock.ts';
import { openDatabase } from '../apps/server/src/platform/db/index.ts';
import { startEvents } from '../apps/server/src/platform/events/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { registerJobs } from '../apps/server/src/platform/queue/index.ts';
import { keyRing } from '../apps/server/src/platform/seal.ts';
import { createSignals } from '../apps/server/src/platform/signals.ts';
import { rolePrefix, sealingKey } from './cluster.ts';

const [url = '', start = '0'] = process.argv.slice(2);
const clock = new ManualClock(new Date(Number(start)));
const log = createLog('error');
const db = openDatabase({ url, rolePrefix, poolSize: 12, clock });
useKeyRing(db, keyRing([sealingKey]));
const signals = await createSignals(db, log);
const providers = createProviders();

let tick = 0;
/** Of each call under way the tick in which it began. */
const calls = new Map<object, number>();
const provider = (name: string) => {
  const real = providers.named(name);
  if (!real) return undefined;
  return {
    ...real,
    async send(call: SendCall): Promise<SendOutcome> {
      calls.set(call, tick);
      try {
        return await real.send(call);
      } finally {
        calls.delete(call);
      }
    },
  };
};

await registerJobs(db);
await startEvents({ db, signals, consumers, log });
const delivery = startDelivery({ db, signals, log, provider });
startProcessor({ db, signals, log, parse, lanes: 2 });
const campaigns = startCampaigns({ db, log });
process.send?.({ ready: true });

process.on(
  'message',
  async (said: { tick: number; now: number } | { plan: string; workspaceId: string; version: number }) => {
    if ('plan' in said) {
      const noFiles = { get: async () => null } as never;
      await planCampaign({ db, blobs: noFiles }, said.workspaceId as WorkspaceId, said.plan, said.version);
      process.send?.({ planned: true });
      return;
    }
    tick = said.tick;
    clock.set(new Date(said.now));
    campaigns.wake();
    delivery.wake();
    while ([...calls.values()].some((began) => began <= said.tick - 2))
      await new Promise((resolve) => setTimeout(resolve, 1));
    process.send?.({ done: said.tick });
  },
);
process.on('disconnect', () => process.exit(0));
