import type { SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { findNumber, getNumber, type NumberRow } from '../numbers/index.ts';
import { templateFor } from '../templates/index.ts';
import { readUsage } from '../workspaces/index.ts';
import { getCampaign } from './create.ts';
import { linkProblem } from './links.ts';
import { type CampaignRow, countRunning, selectCampaign } from './queries.ts';
import { openingsSince } from './queries-openings.ts';
import { type CountryRow, selectCountries, selectSums } from './queries-report.ts';
import type { LinkBase } from './rules-links.ts';
import { lowestTier, tierOf } from './rules-pace.ts';
import { templateProblem } from './template-problem.ts';

/** What a start would do, from the frozen plan: two passes over it, however many people it has. */
export interface Preflight {
  campaign: CampaignRow;
  willGet: number;
  willNot: number;
  reasons: { reason: string; count: number }[];
  countries: CountryRow[];
  /** Millionths; null where no rate card was loaded. */
  cost: { currency: string; micros: number; unpriced: number } | null;
  firstDue: Date | null;
  lastDue: Date | null;
  number: { status: string; mps: number; pausedReason: string | null; quality: string | null };
  tier: { limit: number | null; isTold: boolean; used: number };
  alsoRunning: number;
  minutes: number;
  days: number;
  problems: { code: string; message: string }[];
}

/** What a workspace's own rows do not say. */
export interface Around {
  /** Messages that the plan allows a month. */
  monthly: number | null;
  /** What short links begin with. */
  links: LinkBase;
  /** Of the messaging limit, by all who share it. */
  used: number;
}

/** How much of the limit of a campaign's number is used; 0 where there is no such campaign. */
export async function limitUsed(tx: SystemTx, workspaceId: string, id: string): Promise<number> {
  const campaign = await selectCampaign(tx, workspaceId, id);
  const number = campaign && (await findNumber(tx, workspaceId, campaign.numberId));
  if (!number) return 0;
  const since = new Date(tx.now().getTime() - 86_400_000);
  return (await openingsSince(tx, workspaceId, number.account.limitScope, since)).used;
}

export async function preflight(tx: TenantTx, id: string, around: Around): Promise<Preflight> {
  const campaign = await getCampaign(tx, id);
  if (campaign.planState !== 'ready')
    throw errors.conflict(
      'campaign_not_planned',
      campaign.planState === 'waiting' ? 'The plan is not ready yet.' : 'Make the plan first.',
      { planState: campaign.planState, planRows: campaign.planRows },
    );
  const number = await getNumber(tx, campaign.numberId);
  const sums = await selectSums(tx, id);
  const countries = await selectCountries(tx, id);
  const willGet = sums.filter((row) => row.state === 'planned').reduce((sum, row) => sum + row.count, 0);
  const skipped = sums.filter((row) => row.state === 'skipped');
  const { used } = around;
  const told = tierOf(number.providerState);
  const limit = told ?? lowestTier;
  const alsoRunning =
    (await countRunning(tx, tx.workspaceId, number.id)) - (campaign.state === 'running' ? 1 : 0);
  const left = Math.max(0, limit - used);
  return {
    campaign,
    willGet,
    willNot: skipped.reduce((sum, row) => sum + row.count, 0),
    reasons: skipped
      .map(({ reason, count }) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    countries,
    cost:
      campaign.currency === null
        ? null
        : {
            currency: campaign.currency,
            micros: countries.reduce((sum, row) => sum + row.cost, 0),
            unpriced: countries.reduce((sum, row) => sum + row.count - row.priced, 0),
          },
    firstDue: edge(countries, 'firstDue', Math.min),
    lastDue: edge(countries, 'lastDue', Math.max),
    number: {
      status: number.status,
      mps: number.mps,
      pausedReason: number.account.pausedReason,
      quality: qualityOf(number),
    },
    tier: { limit: Number.isFinite(limit) ? limit : null, isTold: told !== null, used },
    alsoRunning,
    minutes: Math.ceil(((willGet / number.mps) * (alsoRunning + 1)) / 60),
    // Everybody may be new to the number: what does not fit into today's limit waits for tomorrow's.
    days: willGet <= left || !Number.isFinite(limit) ? 1 : 1 + Math.ceil((willGet - left) / limit),
    problems: await problemsOf(tx, campaign, number, willGet, around),
  };
}

function edge(
  rows: readonly CountryRow[],
  key: 'firstDue' | 'lastDue',
  pick: (...values: number[]) => number,
): Date | null {
  const times = rows.flatMap((row) => row[key]?.getTime() ?? []);
  return times.length === 0 ? null : new Date(pick(...times));
}

function qualityOf(number: NumberRow): string | null {
  const event = (number.providerState.quality as { event?: unknown } | undefined)?.event;
  return typeof event === 'string' ? event : null;
}

/** What stops it as a whole, or soon will. */
async function problemsOf(
  tx: TenantTx,
  campaign: CampaignRow,
  number: NumberRow,
  willGet: number,
  { monthly, links: base }: Around,
): Promise<Preflight['problems']> {
  const problems: Preflight['problems'] = [];
  if (number.status !== 'active')
    problems.push({ code: 'number_not_active', message: `The number is ${number.status}.` });
  if (number.account.pausedReason !== null)
    problems.push({ code: 'token', message: `The account is paused: ${number.account.pausedReason}.` });
  const template = await templateProblem(tx, campaign, number.accountId);
  if (template) problems.push(template);
  if (campaign.message) {
    const { name, language } = campaign.message.template;
    const components = (await templateFor(tx, number.accountId, name, language))?.components ?? [];
    const links = await linkProblem(tx, { campaign, message: campaign.message, components, base });
    if (links !== null) problems.push({ code: 'short_links_off', message: links });
  }
  if (monthly !== null) {
    const left = Math.max(0, monthly - ((await readUsage(tx))['messages.sent'] ?? 0));
    if (willGet > left)
      problems.push({ code: 'plan_limit', message: `The plan has ${left} messages left this month.` });
  }
  return problems;
}
