import type { Provider } from '@chaski/providers';
import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { type CronEntry, defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { askableAccounts, credentialFor } from '../numbers/index.ts';
import { keepDays, templateRefs } from './queries-days.ts';

/**
 * What WhatsApp itself counted of templates: taps on buttons, which no webhook tells, and what it took for them. Asked for
 * the last week again and again, because its figures grow for days.
 */
const daysOfAccount = defineJob({
  name: 'templates.days',
  schema: z.object({ accountId: z.uuid(), accountRef: z.string() }),
});
const daysOfAll = defineJob({ name: 'templates.days-all', schema: z.object({}) });

/** Beside the full hour, four times a day: WhatsApp's own figures are hours old. */
export const templateDaysCron: CronEntry = { job: daysOfAll, match: '23 */6 * * *' };

const timeoutMs = 30_000;
const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** What `templates.days` and `templates.days-all` run. Repeatable: what is said of a day replaces what was said. */
export function templateDaysHandlers(deps: {
  db: Database;
  provider: Pick<Provider, 'templateDays'>;
}): Handler[] {
  const { db, provider } = deps;
  return [
    handle(daysOfAll, async () => {
      await db.withSystem('what WhatsApp counted of templates', async (tx) => {
        const accounts = await askableAccounts(tx, null);
        await enqueue(
          tx,
          daysOfAccount,
          accounts.map(({ workspaceId, accountId, accountRef }) => ({
            workspaceId,
            payload: { accountId, accountRef },
            key: `template-days:${accountId}`,
          })),
        );
      });
    }),
    handle(daysOfAccount, async ({ accountId, accountRef }, { workspaceId, log }) => {
      if (workspaceId === null) return;
      const providerTemplateIds = await db.withSystem('templates to ask about', (tx) =>
        templateRefs(tx, workspaceId, accountId),
      );
      if (providerTemplateIds.length === 0) return;
      const now = db.clock.now().getTime();
      const told = await provider.templateDays({
        credential: await credentialFor(db, workspaceId, accountId),
        accountRef,
        providerTemplateIds,
        from: new Date(Math.floor((now - weekMs) / dayMs) * dayMs),
        to: new Date(Math.floor(now / dayMs) * dayMs + dayMs),
        timeoutMs,
      });
      if (told.outcome === 'unreachable')
        throw new Error(`WhatsApp did not say what it counted: ${told.reason}`);
      if (told.outcome === 'refused') {
        // Not confirmed in WhatsApp Manager, or a country without: the figures of ours stand alone.
        log.info({ workspaceId, accountId, reason: told.reason }, 'WhatsApp tells no figures of templates');
        return;
      }
      await db.withSystem('what WhatsApp counted of templates', (tx) =>
        keepDays(tx, workspaceId, accountId, told.days),
      );
    }),
  ];
}
