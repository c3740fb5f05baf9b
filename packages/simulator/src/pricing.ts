/**
 * The price of a message, as statuses tell it.
 * Source: Meta "Pricing on the WhatsApp Business Platform": per message since 2025-07-01; service messages, and utility
 * templates within the window, are billed since 2026-10-01, behind 1,000 free service messages a number and month.
 */
import type { JsonObject } from './json.ts';
import { isLite } from './marketing.ts';
import type { Journey, Num, World } from './world.ts';

export const FREE_SERVICE = 1_000;

const months = new WeakMap<Num, string>();

/** Counts a service message when it is sent; a new month begins at nothing. */
function countService(world: World, number: Num): void {
  const month = new Date(world.clock.now()).toISOString().slice(0, 7);
  if (months.has(number) && months.get(number) !== month) number.serviceCount = 0;
  months.set(number, month);
  number.serviceCount++;
  world.journal?.add(['served', number.id, number.serviceCount]);
}

export function pricing(world: World, journey: Journey): JsonObject {
  const own = journey.order.template?.category.toLowerCase() ?? 'service';
  const category = own === 'marketing' && isLite(journey.message) ? 'marketing_lite' : own;
  const { number } = journey.chat;
  if (journey.message.tick === 'sent' && category === 'service') countService(world, number);
  const free = category === 'service' && number.serviceCount <= FREE_SERVICE;
  return {
    billable: !free,
    pricing_model: 'PMP',
    type: free ? 'free_customer_service' : 'regular',
    category,
  };
}
