import type { RateCard } from '@chaski/contracts';
import { type Actor, type SystemTx, statement } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation, newId } from '../../platform/ids.ts';
import type { Cost, PricedLine } from '../templates/index.ts';

/** What messages cost, as the operator loaded it. A card is never changed; a newer one takes over from its day. */
export interface RateCardRow {
  id: string;
  name: string;
  currency: string;
  validFrom: string;
  /** Country (or *) → category → millionths of the currency. */
  rates: Record<string, Record<string, number>>;
  loadedAt: Date;
}

const columns = 'id, name, currency, valid_from as "validFrom", rates, loaded_at as "loadedAt"';
const insert = statement(
  'campaigns.insert_rate_card',
  `insert into rate_cards (id, name, currency, valid_from, rates, loaded_at, loaded_by)
   values ($1, $2, $3, $4::date, $5::jsonb, $6, $7) returning ${columns}`,
);
const all = statement(
  'campaigns.rate_cards',
  `select ${columns} from rate_cards order by valid_from desc, loaded_at desc, id limit 100`,
);
const current = statement(
  'campaigns.rate_card',
  `select ${columns} from rate_cards where valid_from <= $1::date order by valid_from desc, loaded_at desc, id limit 1`,
);
const byId = statement('campaigns.rate_card_by_id', `select ${columns} from rate_cards where id = $1`);

type Row = RateCardRow & Record<string, unknown>;

export async function loadRateCard(tx: SystemTx, card: RateCard, actor: Actor): Promise<RateCardRow> {
  const rates: RateCardRow['rates'] = {};
  for (const { country, category, micros } of card.rates) {
    rates[country] = { ...rates[country], [category]: micros };
  }
  const [row] = await tx.query<Row>(insert, [
    newId(),
    card.name,
    card.currency,
    card.validFrom,
    JSON.stringify(rates),
    tx.now().toISOString(),
    actor.id,
  ]);
  const made = row!;
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'rate_card.loaded',
      data: { rateCardId: made.id },
      actor,
      audit: {
        target: { kind: 'rate_card', id: made.id },
        after: {
          name: card.name,
          currency: card.currency,
          validFrom: card.validFrom,
          rates: card.rates.length,
        },
      },
    },
  ]);
  return made;
}

export function listRateCards(tx: SystemTx): Promise<RateCardRow[]> {
  return tx.query<Row>(all);
}

/** The card of a day, or null where none was loaded yet. */
export async function rateCardOf(tx: SystemTx, day: Date): Promise<RateCardRow | null> {
  return (await tx.query<Row>(current, [day.toISOString().slice(0, 10)]))[0] ?? null;
}

export async function rateCardById(tx: SystemTx, id: string): Promise<RateCardRow | null> {
  return (await tx.query<Row>(byId, [id]))[0] ?? null;
}

/** What WhatsApp calls apart and bills alike, as far as rate cards know. */
const billedAs: Readonly<Record<string, string>> = {
  marketing_lite: 'marketing',
  'authentication-international': 'authentication',
};

/** Millionths for one delivered message, or null where the card says nothing. */
export function priceOf(
  card: Pick<RateCardRow, 'rates'> | null,
  country: string | null,
  category: string,
): number | null {
  const said = category.toLowerCase();
  const key = billedAs[said] ?? said;
  return card?.rates[country ?? '*']?.[key] ?? card?.rates['*']?.[key] ?? null;
}

/**
 * What messages cost, by currency: each by the card of its day. What WhatsApp gave for nothing costs nothing; what no card
 * has a price for is counted apart. Without any card there is no money to speak of: an empty list.
 */
export function costsOf(cards: readonly RateCardRow[], lines: readonly PricedLine[]): Cost[] {
  const costs = new Map<string, Cost>();
  for (const { day, category, type, country, n } of lines) {
    // Newest day first, as `listRateCards` answers them.
    const card = cards.find(({ validFrom }) => validFrom <= day) ?? null;
    const currency = (card ?? cards.at(-1))?.currency;
    if (currency === undefined) return [];
    const cost = costs.get(currency) ?? { currency, micros: 0, unpriced: 0 };
    costs.set(currency, cost);
    if (type !== 'regular') continue;
    const price = priceOf(card, country, category);
    if (price === null) cost.unpriced += n;
    else cost.micros += price * n;
  }
  return [...costs.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/**
 * Lines `country,category,price` with the price in the currency itself (0.0625); a heading is left out. Whole millionths
 * come out: prices of fractions of a cent must not be rounded. Throws `invalid_request` naming each line that is neither.
 */
export function readRates(text: string): { country: string; category: string; micros: number }[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, at) => ({ at: at + 1, cells: line.split(/[,;\t]/).map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  // No fourth cell: a price with a comma (0,05) would be read as 0.
  const isPriced = ({ cells: [country = '', category = '', price = '', ...more] }: (typeof lines)[number]) =>
    country !== '' && category !== '' && /^\d+(\.\d+)?$/.test(price) && more.every((cell) => cell === '');
  const [first, ...others] = lines;
  // A heading has no digit in it; a price that is mistyped has.
  const rated = first && !isPriced(first) && !/\d/.test(first.cells.join('')) ? others : lines;
  const odd = rated.filter((line) => !isPriced(line));
  if (odd.length > 0 || rated.length === 0) {
    throw errors.invalidRequest(
      rated.length === 0
        ? [{ path: 'rates', message: 'The file holds no line like US,marketing,0.0250.' }]
        : odd.slice(0, 20).map(({ at, cells }) => ({
            path: `line ${at}`,
            message: `"${cells.join(',')}" is not like US,marketing,0.0250.`,
          })),
    );
  }
  return rated.map(({ cells: [country = '', category = '', price = ''] }) => ({
    country: country.toUpperCase(),
    category: category.toLowerCase(),
    micros: Math.round(Number(price) * 1_000_000),
  }));
}
