/**
 * What became of templates, counted day by day.
 * Source: Meta "Template analytics": daily in UTC, ten templates in one question, confirmed once for an account
 * (`is_enabled_for_insights`; accounts here come confirmed), `clicked` a list by button, `cost` a list by kind.
 */
import { GraphError } from './errors.ts';
import { asObject, type JsonObject } from './json.ts';
import type { Account, Message, World } from './world.ts';

const DAY_MS = 24 * 3600_000;
/** Dollars for one delivered message: an account of this simulator pays the same everywhere. */
const PRICES: Readonly<Record<string, number>> = { MARKETING: 0.0625, UTILITY: 0.008, AUTHENTICATION: 0.008 };

export function templateDays(world: World, account: Account, query: URLSearchParams): JsonObject[] {
  if (query.get('granularity')?.toLowerCase() !== 'daily')
    throw new GraphError(100, undefined, { title: '(#100) Param granularity must be DAILY.' });
  const ids = (query.get('template_ids') ?? '')
    .replace(/[[\]"\s]/g, '')
    .split(',')
    .filter(Boolean);
  if (ids.length === 0 || ids.length > 10)
    throw new GraphError(100, undefined, { title: '(#100) Param template_ids must have 1 to 10 ids.' });
  const start = Math.floor((Number(query.get('start')) * 1000) / DAY_MS) * DAY_MS;
  const end = Number(query.get('end')) * 1000;
  if (!(start < end))
    throw new GraphError(100, undefined, { title: '(#100) Param start must be before end.' });
  const messages = [...world.messages.values()];
  const taps = Map.groupBy(
    messages.filter((one) => one.from === 'person' && one.type === 'button' && one.contextId !== null),
    (one) => one.contextId!,
  );
  const points: JsonObject[] = [];
  for (const id of ids) {
    const sends = messages.filter(
      (one) =>
        one.from === 'business' &&
        one.template?.id === id &&
        world.numbers.get(one.numberId)?.accountId === account.id,
    );
    for (let day = start; day < end; day += DAY_MS) {
      const theirs = sends.filter((one) => one.time >= day && one.time < day + DAY_MS);
      points.push(
        point(
          id,
          day,
          theirs,
          theirs.flatMap((one) => taps.get(one.id) ?? []),
        ),
      );
    }
  }
  return points;
}

function point(id: string, day: number, sends: readonly Message[], taps: readonly Message[]): JsonObject {
  const reached = (...ticks: string[]) => sends.filter((one) => ticks.includes(one.tick)).length;
  const delivered = reached('delivered', 'read');
  const buttons = Map.groupBy(taps, (one) => String(asObject(one.raw.button).text ?? ''));
  const addresses = new Map<string, { all: number; people: number }>();
  for (const { taps: tapped = [] } of sends)
    for (const title of new Set(tapped)) {
      const known = addresses.get(title) ?? { all: 0, people: 0 };
      const all = known.all + tapped.filter((one) => one === title).length;
      addresses.set(title, { all, people: known.people + 1 });
    }
  const price = PRICES[sends[0]?.template?.category ?? ''] ?? 0;
  return {
    template_id: id,
    start: day / 1000,
    end: (day + DAY_MS) / 1000,
    sent: reached('sent', 'delivered', 'read'),
    delivered,
    read: reached('read'),
    ...(buttons.size + addresses.size > 0
      ? {
          clicked: [
            ...[...buttons].map(([text, list]) => ({
              type: 'quick_reply_button',
              button_content: text,
              count: list.length,
            })),
            ...[...addresses].flatMap(([text, { all, people }]) => [
              { type: 'url_button', button_content: text, count: all },
              { type: 'unique_url_button', button_content: text, count: people },
            ]),
          ],
        }
      : {}),
    cost: [{ type: 'amount_spent', value: Number((delivered * price).toFixed(6)) }],
  };
}
