/** work — app.ts's half for which nobody waits: everything that a worker runs, and what it clears up every hour. */
import { join } from 'node:path';
import { parse } from '@chaski/providers';
import { z } from 'zod';
import type { ApiDeps } from './api.ts';
import { consumers } from './consumers.ts';
import { type Ends, undo } from './ends.ts';
import type { Ground } from './ground.ts';
import { rollCron, rollHandler } from './modules/analytics/index.ts';
import { anchorFile, applyRetention, startSealer } from './modules/audit/index.ts';
import { forgetSpentSessions, mailResetHandler } from './modules/auth/index.ts';
import {
  dropListHandler,
  linkBaseOf,
  planHandler,
  setCampaignsBack,
  startCampaigns,
} from './modules/campaigns/index.ts';
import { importHandler } from './modules/contacts/index.ts';
import { startWaking } from './modules/conversations/index.ts';
import { eraseHandler } from './modules/erasure/index.ts';
import {
  eraseBodies,
  maintainInbound,
  replayNumberHandler,
  startProcessor,
} from './modules/inbound/index.ts';
import { deleteBytesHandler, fetchHandler } from './modules/media/index.ts';
import {
  announceSends,
  createBudgets,
  markReadHandler,
  mediaUploads,
  setSendsBack,
  startDelivery,
} from './modules/messages/index.ts';
import { dropTokenHandler, ownerHandlers, ownersCron, subscribeHandler } from './modules/numbers/index.ts';
import { forgetDeafSubscriptions, sendNoticeHandler } from './modules/push/index.ts';
import { sweepCron, sweepHandler } from './modules/retention/index.ts';
import { backfillHandler, eraseSearch, forgetWords } from './modules/search/index.ts';
import {
  handOverHandlers,
  syncTemplatesCron,
  syncTemplatesHandlers,
  templateDaysCron,
  templateDaysHandlers,
} from './modules/templates/index.ts';
import { auditRetentions } from './modules/workspaces/index.ts';
import { startClockWatch } from './platform/clock-watch.ts';
import { createEgress } from './platform/egress/index.ts';
import { announceEvents, dropSpentEventDays, startEvents } from './platform/events/index.ts';
import { expireAnswersCron, expireAnswersHandler } from './platform/http/index.ts';
import { forgetQuietKeys } from './platform/limits/index.ts';
import { part } from './platform/log.ts';
import { defineJob, handle, setJobsBack, startJobs } from './platform/queue/index.ts';

export interface WorkDeps {
  ground: Ground;
  auth: ApiDeps['auth'];
  addressOf: ApiDeps['accounts']['addressOf'];
}

/** Partitions ahead, old days, keys and buckets gone. */
const maintain = defineJob({ name: 'maintain', schema: z.object({}) });

/** How long events can be read again, and consumers that slept can catch up. */
const eventDays = 30;

/** Seals and anchors the audit; ended after the last request, whose words it seals too. */
export function startSealing({ db, ring, log, dataDir }: Ground): { stop(): Promise<void> } {
  return startSealer({ db, ring, log: part(log, 'audit'), anchorFile: join(dataDir, anchorFile) });
}

/** Begins all that a worker does; `ends` gets what ends it. `catchUpMs`: cron entries missed for so long are made up for. */
export async function startWorker(deps: WorkDeps, ends: Ends, catchUpMs = 0): Promise<void> {
  const { ground, auth, addressOf } = deps;
  const { config, db, ring, signals, log, providers: provider, blobs } = ground;
  const events = await startEvents({ db, signals, consumers, log: part(log, 'events') });
  ends.push(() => events.stop());
  const delivery = startDelivery({
    db,
    signals,
    log: part(log, 'deliver'),
    provider: provider.named,
    uploads: mediaUploads({ db, blobs, provider }),
    budgets: createBudgets(ground.buckets, {
      app: config.sendBudgetApp,
      portfolio: config.sendBudgetPortfolio,
    }),
  });
  ends.push(() => delivery.stop());
  const processor = startProcessor({
    db,
    signals,
    log: part(log, 'inbound'),
    parse,
    lanes: config.processShards,
  });
  ends.push(() => processor.stop());
  const waking = startWaking({ db, log: part(log, 'conversations') });
  ends.push(() => waking.stop());
  const campaigns = startCampaigns({
    db,
    log: part(log, 'campaigns'),
    links: () => linkBaseOf(auth.links.publicUrl()),
  });
  ends.push(() => campaigns.stop());
  const jobs = await startJobs({
    databaseUrl: ground.database.url,
    rolePrefix: config.dbRolePrefix,
    db,
    log: part(log, 'jobs'),
    handlers: [
      fetchHandler({ db, blobs, provider }),
      deleteBytesHandler({ db, blobs }),
      planHandler({ db, blobs }),
      dropListHandler({ db, blobs }),
      ...syncTemplatesHandlers({ db, provider }),
      ...templateDaysHandlers({ db, provider }),
      ...handOverHandlers({ db, blobs, provider }),
      subscribeHandler({ db, ring, calls: provider, addressOf }),
      ...ownerHandlers({ db, calls: provider }),
      dropTokenHandler(db),
      replayNumberHandler({ db, parse, log: part(log, 'inbound') }),
      markReadHandler({ db, provider: provider.named, delivery }),
      auth.mailer.handler,
      mailResetHandler({ db, ...auth }),
      expireAnswersHandler(db),
      backfillHandler(db),
      rollHandler(db),
      sendNoticeHandler({
        db,
        ring,
        egress: createEgress({ allowed: config.egressAllow }),
        contact: config.publicUrl?.startsWith('https:')
          ? config.publicUrl
          : `mailto:${/<([^>]+)>/.exec(config.mailFrom)?.[1] ?? config.mailFrom}`,
      }),
      importHandler({ db, blobs }),
      eraseHandler({ db, blobs, eraseBodies, eraseSearch }),
      sweepHandler({ db, blobs, mostMonths: config.retentionMaxMonths ?? null, forgetWords }),
      handle(maintain, async () => {
        await maintainInbound(db, { rawDays: config.rawEventDays });
        await forgetSpentSessions(db);
        await forgetDeafSubscriptions(db);
        for (const { workspaceId, days } of await auditRetentions(db)) {
          await applyRetention({ db, ring }, workspaceId, days);
        }
        await dropSpentEventDays(db, eventDays, part(log, 'events'));
        await forgetQuietKeys(db);
      }),
    ],
    cron: [
      expireAnswersCron,
      syncTemplatesCron,
      ownersCron,
      templateDaysCron,
      rollCron,
      sweepCron,
      { job: maintain, match: '17 * * * *' },
    ],
    catchUpMs,
  });
  ends.push(() => jobs.stop());
  const clock = startClockWatch({
    clock: db.clock,
    log: part(log, 'clock'),
    repairs: [() => setSendsBack({ db, signals }), () => setCampaignsBack(db), () => setJobsBack(db)],
  });
  ends.push(() => clock.stop());
}

/** A process without the role worker says what it wrote, so that those with it need not look. */
export function announceWork({ signals }: Ground, ends: Ends): void {
  const quiet = [announceEvents(signals), announceSends(signals)];
  ends.push(() => quiet.forEach((stop) => void stop()));
}

/** A worker for the length of a call (S1's cron): a day of missed cron entries is made up for. */
export async function borrowWorker(deps: WorkDeps): Promise<() => Promise<void>> {
  const ends: Ends = [];
  const sealer = startSealing(deps.ground);
  ends.push(() => sealer.stop());
  try {
    await startWorker(deps, ends, 86_400_000);
  } catch (error) {
    await undo(ends);
    throw error;
  }
  return () => undo(ends);
}
