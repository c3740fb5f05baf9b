import { parse } from '@chaski/providers';
import { expect, it } from 'vitest';
import { seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { startEvents } from '../../platform/events/index.ts';
import { createLog } from '../../platform/log.ts';
import { registerJobs, startJobs } from '../../platform/queue/index.ts';
import { createSignals } from '../../platform/signals.ts';
import { decideNumber } from '../numbers/index.ts';
import { hashOf } from './accept.ts';
import { applyBodies } from './apply.ts';
import { activatedNumbers, listParked, replayNumberHandler } from './index.ts';
import { bodyOf, change, said } from './testing.ts';

it('what came for a number before it was approved appears when it is, through whatever door', async () => {
  const t = await testDatabase();
  const { db } = t;
  const log = createLog('silent');
  const deps = { db, parse, log };
  await registerJobs(db);
  const signals = await createSignals(db, log);
  const events = await startEvents({ db, signals, consumers: [activatedNumbers], log });
  const handler = replayNumberHandler(deps);
  const jobs = await startJobs({
    jobs: [handler.job],
    databaseUrl: t.url,
    rolePrefix: t.rolePrefix,
    db,
    log,
    handlers: [handler],
    cron: [],
  });
  try {
    for (const first of ['pending', 'refused'] as const) {
      const seeded = await seedWorkspace(db, { number: { status: 'pending' } });
      const decide = (status: 'active' | 'refused') =>
        db.withTenant(seeded.workspaceId, systemActor, (tx) =>
          decideNumber(
            tx,
            { workspaceId: seeded.workspaceId, id: seeded.numberId },
            { status, reason: null, actor: systemActor },
          ),
        );
      if (first === 'refused') await decide('refused');
      const body = bodyOf([change(seeded.phoneNumberId, { messages: [said('early')] })]);
      await applyBodies(deps, [
        {
          day: null,
          hash: hashOf('cloud', seeded.appId, body),
          source: 'cloud',
          appId: seeded.appId,
          body,
          receivedAt: t.clock.now(),
        },
      ]);
      expect(await listParked(db, { phoneNumberId: seeded.phoneNumberId })).toMatchObject([
        { reason: 'number-not-active' },
      ]);
      await decide('active');
      await until('the message shows', async () => {
        const rows = await db.withSystem('test', (tx) =>
          tx.query('select 1 from messages where workspace_id = $1', [seeded.workspaceId]),
        );
        return rows.length === 1;
      });
      await until(
        'nothing is parked',
        async () => (await listParked(db, { phoneNumberId: seeded.phoneNumberId })).length === 0,
      );
    }
  } finally {
    await events.stop();
    await jobs.stop();
    await signals.close();
  }
});
