/**
 * Direct Send: a message outside the window without a template of the business's own. WhatsApp makes one of it, which is
 * listed as AUTO_GENERATED, and tells its id in every status.
 * Source: Meta "Direct Send" (utility since 2026-07-31; portfolios with a limit of 100,000 and more).
 */
import { createHash } from 'node:crypto';
import { invalid, needObject, optionalText } from './checks.ts';
import { GraphError } from './errors.ts';
import { asArray, asObject, asString, type JsonObject } from './json.ts';
import { saveAccount } from './keep.ts';
import { makeTemplate, type Template, type TemplateCategory } from './templates.ts';
import { TIERS, tierOf } from './tier.ts';
import type { Account, World } from './world.ts';

/** What `category` at the top of a send asks for; `service` is a message like any other. */
export interface Direct {
  category: TemplateCategory;
  /** Of `direct_send_config`; null = WhatsApp finds one. */
  name: string | null;
}

const LIMITS = { body: 1024, header: 60, footer: 60, button: 20, buttons: 10 };
const TYPES = ['text', 'image', 'video', 'document', 'location', 'interactive'];

export function checkDirect(body: JsonObject, type: string): Direct | null {
  const config = body.direct_send_config;
  if (body.category === undefined) {
    if (config !== undefined) throw invalid('direct_send_config needs a category.');
    return null;
  }
  const category = asString(body.category) ?? '';
  if (!['utility', 'authentication', 'service'].includes(category))
    throw invalid('category must be one of utility, authentication, service.');
  if (category === 'service') return null;
  if (!TYPES.includes(type)) throw invalid(`Direct Send is not available for messages of type ${type}.`);
  if (category === 'authentication' && type !== 'text')
    throw invalid('Direct Send of category authentication takes text only.');
  const name =
    config === undefined
      ? null
      : (optionalText(
          needObject(body, 'direct_send_config', 'direct_send_config'),
          'template_name',
          'direct_send_config.template_name',
          512,
        ) ?? null);
  if (name !== null && !/^[a-z0-9_]+$/.test(name))
    throw invalid('direct_send_config.template_name may hold a to z, 0 to 9 and _ only.');
  checkLimits(body, type);
  return { category: category.toUpperCase() as TemplateCategory, name };
}

function checkLimits(body: JsonObject, type: string): void {
  const content = asObject(body[type]);
  const { action } = content;
  const parameters = asObject(asObject(action).parameters);
  const buttons = asArray(asObject(action).buttons).map((button) =>
    asString(asObject(asObject(button).reply).title),
  );
  const titles = [...buttons, asString(parameters.display_text)].filter((title) => title !== undefined);
  const over = (text: string | undefined, max: number, what: string) => {
    if (text !== undefined && [...text].length > max)
      throw invalid(`${what} must be at most ${max} characters long with Direct Send.`);
  };
  over(asString(content.body) ?? asString(asObject(content.body).text), LIMITS.body, `${type}.body`);
  over(asString(content.caption), LIMITS.body, `${type}.caption`);
  over(asString(asObject(content.header).text), LIMITS.header, `${type}.header.text`);
  over(asString(asObject(content.footer).text), LIMITS.footer, `${type}.footer.text`);
  for (const title of titles) over(title, LIMITS.button, 'a button');
  if (titles.length > LIMITS.buttons) throw invalid('Direct Send takes at most 10 buttons.');
}

/** The template that WhatsApp makes of it, the same for the same words; 'taken': the business has one of that name. */
export function directTemplate(
  world: World,
  account: Account,
  direct: Direct,
  type: string,
  raw: JsonObject,
): Template | 'taken' {
  if (TIERS[tierOf(world, account)] < TIERS.TIER_100K)
    throw new GraphError(100, 'This account is not eligible for Direct Send.');
  const content = asObject(raw[type]);
  const words =
    asString(content.body) ?? asString(asObject(content.body).text) ?? asString(content.caption) ?? '';
  const hash = createHash('sha256')
    .update(JSON.stringify([direct.category, type, words]))
    .digest('hex');
  const name = direct.name ?? `auto_generated_${hash.slice(0, 16)}`;
  const known = account.templates.find((template) => template.name === name);
  if (known) return known.source === 'AUTO_GENERATED' ? known : 'taken';
  const made = makeTemplate(world.ids.object('template'), {
    name,
    category: direct.category,
    components: [{ type: 'BODY', text: words }],
    source: 'AUTO_GENERATED',
  });
  account.templates.push(made);
  saveAccount(world, account, [made]);
  return made;
}

/** WhatsApp's own can neither be changed nor deleted. */
export function refuseGenerated(template: Template): void {
  if (template.source === 'AUTO_GENERATED')
    throw new GraphError(100, undefined, {
      title: '(#100) An automatically generated template cannot be edited or deleted',
    });
}
