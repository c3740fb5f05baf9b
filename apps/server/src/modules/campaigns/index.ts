/**
 * campaigns — one template to many people, each at most once, inside every limit.
 *
 * Words: an *audience* says who (segment, filter, list, pasted numbers), a *message* what (a template and what fills its
 * variables), a *schedule* when. The *plan* freezes the three: one *recipient* per line of the audience, with the values,
 * the price and the time, or why they get nothing. A *turn* is one look of the worker at a campaign; the *tier* is how
 * many different people WhatsApp lets a portfolio write to first in 24 hours, an *opening* is one of them; a *rate card*
 * says what messages cost from a day on.
 * Tables: campaigns, campaign_recipients, links, messaging_openings, rate_cards (of the installation).
 *
 * A campaign: draft ──launch──▶ [awaiting_approval ──approve──▶] scheduled ──its time──▶ running ──▶ finished
 *             running ⇄ paused (with the reason) · everything but finished ──▶ cancelled
 * A plan:     none → waiting (a job writes it, page by page) → ready | failed
 * A recipient: planned → queued → sent → delivered → read;  queued → unconfirmed | failed;  failed → planned (again later)
 *             skipped (never had a turn, with the reason) · cancelled
 *
 * Always true:
 * - a person has one line in a campaign (unique index) and a line one message at a time: the next try is queued only when
 *   the one before surely reached nobody; an unknown outcome is never sent again;
 * - recipients, their messages, what they cost of the tier and when to look again commit together, under the campaign's
 *   row lock, which everybody takes before its recipients;
 * - what is sent passed the send policy three times: in the plan, when it is queued, when it is handed over;
 * - a second of the number's messages waits in its queue at most, behind whatever people and programs send;
 * - nobody is written to in their quiet hours, on their own clock, however late the campaign is;
 * - 131049 is not tried again within a day;
 * - a short link leads where its row says and nowhere else; a tap keeps no address and no browser;
 * - whoever had a hand in a campaign never is its second person, and what was changed is approved anew.
 *
 * Files: `create`, `launch`, `control` what people do · `audience`, `plan`, `recipient` the plan · `step` with `begin`,
 * `finish`, `pause` a turn · `follow`, `replies`, `guard`, `limits` what is heard · `links` short links · `rules-…` pure decisions · `preflight`,
 * `report` what is shown.
 */
export { eraseFromCampaigns, erasePastedPhones } from './erase.ts';
export { followMessages } from './follow.ts';
export { guardCampaigns } from './guard.ts';
export { followLimits } from './limits.ts';
export { linkRoutes } from './link-routes.ts';
export { dropListHandler } from './list-file.ts';
export { campaignListRoutes } from './list-routes.ts';
export { planHandler } from './plan.ts';
export { rateCardRoutes } from './rate-routes.ts';
export { costsOf, listRateCards, loadRateCard, readRates } from './rates.ts';
export { followPeople } from './replies.ts';
export { campaignReportRoutes } from './report-routes.ts';
export { campaignRoutes } from './routes.ts';
export { linkBaseOf } from './rules-links.ts';
export { setCampaignsBack } from './set-back.ts';
export { startCampaigns } from './step.ts';
export { campaignsUsing } from './template-uses.ts';
