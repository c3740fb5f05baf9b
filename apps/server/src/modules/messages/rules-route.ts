/** Over which of WhatsApp's two addresses a message goes. Pure. */
export type Route = 'messages' | 'marketing_messages';

/**
 * The marketing address takes marketing templates and nothing else, for accounts that accepted its terms; a number says
 * whether they go there. WhatsApp's latest word on the category counts, not the one the template was written with.
 */
export function routeOf(setting: Route, contentType: string, category: string | null): Route {
  const isMarketing = contentType === 'template' && category?.toUpperCase() === 'MARKETING';
  return isMarketing ? setting : 'messages';
}

const notHere: Readonly<Record<Route, ReadonlySet<number>>> = {
  // 131061: a template with a highest price; 131063: the account's marketing goes the other way only.
  messages: new Set([131061, 131063]),
  // 131055: WhatsApp takes the template for something else than marketing.
  marketing_messages: new Set([131055]),
};

/**
 * Where else a refused message may go at once, or null. A refusal says for sure that nobody got it. Marketing goes the
 * marketing way only where the number was set so: its terms are somebody's to accept.
 */
export function otherRoute(setting: Route, tried: Route, code: number): Route | null {
  if (setting !== 'marketing_messages' || !notHere[tried].has(code)) return null;
  return tried === 'messages' ? 'marketing_messages' : 'messages';
}
