import { defineConsumer } from '../../platform/events/index.ts';
import { copyOpenings, holdBudget } from './queries-openings.ts';

/**
 * An account turned out to belong to a portfolio, or to another: whom it wrote to within the day counts there too. It
 * stays counted where it was, for other accounts may count there: rather one too many than a call above the limit.
 */
export const followLimits = defineConsumer({
  name: 'campaigns.limits',
  events: ['account.limit_moved'],
  async handle(tx, events) {
    for (const { workspaceId, data } of events) {
      const { from, to } = data;
      if (typeof from !== 'string' || typeof to !== 'string') continue;
      await holdBudget(tx, to);
      await copyOpenings(tx, workspaceId, from, to);
    }
  },
});
