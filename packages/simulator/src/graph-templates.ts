/** The edge message_templates and the template itself: listed, created, changed, deleted. */
import { templateProblems } from '@chaski/contracts';
import { refuseGenerated } from './direct-send.ts';
import { GraphError } from './errors.ts';
import { type GraphCall, json, methodError, page, permit, pick } from './graph-call.ts';
import { sendJson } from './http.ts';
import { asArray, asString, isObject, type Json, type JsonObject } from './json.ts';
import { saveAccount, saveTemplate } from './keep.ts';
import { review, setComponents, setTemplateStatus } from './template-life.ts';
import { makeTemplate, presentTemplate, type Template, type TemplateCategory } from './templates.ts';
import type { Account, World } from './world.ts';

const DAY = 86_400_000;
/** Of a verified business. */
const MOST = 6_000;

const INITIAL = ['name', 'parameter_format', 'components', 'language', 'status', 'category', 'id'];

export function listTemplates(call: GraphCall, account: Account): void {
  const { query } = call;
  const filters = ['language', 'status', 'category'] as const;
  const score = query.get('quality_score');
  const text = query.get('name_or_content')?.toLowerCase();
  const found = account.templates.filter(
    (template) =>
      filters.every((key) => {
        const wanted = query.get(key);
        return wanted === null || wanted.split(',').includes(template[key]);
      }) &&
      template.name.includes(query.get('name') ?? '') &&
      (score === null || template.quality === score) &&
      (text === undefined ||
        `${template.name} ${JSON.stringify(template.components)}`.toLowerCase().includes(text)),
  );
  page(
    call,
    found.map((template) => pick(query.get('fields'), presentTemplate(template), ['id'], INITIAL)),
  );
}

/** PENDING, with the category that WhatsApp found right; the review goes on by itself. */
export async function createTemplate(call: GraphCall, account: Account): Promise<void> {
  const { world } = call;
  const body = await json(call);
  check(body);
  const name = String(body.name);
  const language = String(body.language);
  if (account.templates.some((known) => known.name === name && known.language === language))
    throw refusal(
      2388024,
      'Content in This Language Already Exists',
      'There is already content in this language for this template. You can create a new template and try again.',
    );
  if ((blocked.get(account)?.get(`${name} ${language}`) ?? 0) > world.clock.now())
    throw refusal(
      2388023,
      'Message Template Language is Being Deleted',
      "New content can't be added while the existing content is being deleted. Try again in 4 weeks.",
    );
  if (account.templates.length >= MOST)
    throw refusal(2388019, 'Message Template Limit Exceeded', `You can have ${MOST} message templates.`);
  const flipped = world.faults.strike('template_recategorised');
  const template = makeTemplate(world.ids.object('template'), {
    name,
    language,
    category: (flipped ? flipped.value : String(body.category).toUpperCase()) as TemplateCategory,
    status: 'PENDING',
    parameterFormat: asString(body.parameter_format)?.toUpperCase() === 'NAMED' ? 'NAMED' : 'POSITIONAL',
    components: asArray(body.components).filter(isObject),
    ttlSeconds: typeof body.message_send_ttl_seconds === 'number' ? body.message_send_ttl_seconds : null,
    optimization: isObject(body.optimization_spec) ? body.optimization_spec : null,
  });
  account.templates.push(template);
  saveAccount(world, account, [template]);
  review(world, account, template);
  sendJson(call.res, 200, { id: template.id, status: template.status, category: template.category });
}

/** Meta's words for what is wrong; codes from 2388000 travel as the subcode of a 100. */
function refusal(code: number, title: string, message: string): GraphError {
  if (code < 2_388_000) return new GraphError(100, undefined, { title: `(#100) ${message}` });
  return new GraphError(100, undefined, {
    title: 'Invalid parameter',
    subcode: code,
    user: { title, message },
  });
}

const titles: Readonly<Record<number, string>> = {
  2388040: 'Character Limit Exceeded',
  2388043: 'Message template "components" param is missing expected field(s)',
  2388046: 'Name Format is Incorrect',
  2388047: 'Message Header Format is Incorrect',
  2388072: 'Message Body Format is Incorrect',
  2388073: 'Message Footer Format is Incorrect',
  2388293: 'Parameters-to-Words Ratio Exceeds Limit',
  2388299: 'Leading or Trailing Parameters Not Allowed',
};

function check(body: JsonObject): void {
  const [problem] = templateProblems({
    name: body.name,
    language: body.language,
    category: body.category,
    parameterFormat: body.parameter_format,
    messageSendTtlSeconds: body.message_send_ttl_seconds,
    components: body.components,
  });
  if (problem) throw refusal(problem.code, titles[problem.code] ?? 'Invalid parameter', problem.message);
}

/** Names of deleted templates rest for 30 days; by account, since nothing else asks. */
const blocked = new WeakMap<Account, Map<string, number>>();

/** `?name=` (all languages) · `?hsm_id=&name=` · `?hsm_ids=[…]` */
export function deleteTemplates(call: GraphCall, account: Account): void {
  const { world, query } = call;
  const name = query.get('name');
  const ids = idsOf(query.get('hsm_ids') ?? query.get('hsm_id'));
  const gone = account.templates.filter(
    (template) => (name === null || template.name === name) && (ids === null || ids.includes(template.id)),
  );
  if ((name === null && ids === null) || gone.length === 0)
    throw new GraphError(100, undefined, { title: '(#100) Message template not found' });
  for (const template of gone) refuseGenerated(template);
  if (gone.some(({ status }) => status === 'DISABLED'))
    throw new GraphError(100, undefined, { title: '(#100) A disabled message template cannot be deleted' });
  const rest = blocked.get(account) ?? new Map<string, number>();
  blocked.set(account, rest);
  for (const template of gone) {
    if (template.status === 'APPROVED')
      rest.set(`${template.name} ${template.language}`, world.clock.now() + 30 * DAY);
    account.templates = account.templates.filter((known) => known !== template);
    setTemplateStatus(world, account, template, 'PENDING_DELETION');
  }
  saveAccount(world, account);
  sendJson(call.res, 200, { success: true });
}

function idsOf(text: string | null): string[] | null {
  if (text === null) return null;
  return text.split(/[^0-9]+/).filter((id) => id !== '');
}

export async function templateNode(
  call: GraphCall,
  account: Account,
  template: Template,
  edge: string,
): Promise<void> {
  permit(call, account.id, 'whatsapp_business_management', template.id);
  if (call.method === 'GET' && edge === '')
    return sendJson(
      call.res,
      200,
      pick(call.query.get('fields'), presentTemplate(template), ['id'], INITIAL),
    );
  if (call.method === 'POST' && edge === 'unpause') {
    if (template.status === 'PAUSED') setTemplateStatus(call.world, account, template, 'APPROVED');
    return sendJson(call.res, 200, { success: true });
  }
  if (call.method !== 'POST' || edge !== '') throw methodError(call, edge);
  edit(call.world, account, template, await json(call));
  sendJson(call.res, 200, { success: true });
}

/** The whole list of components is replaced, and it goes back to review. */
function edit(world: World, account: Account, template: Template, body: JsonObject): void {
  const now = world.clock.now();
  const { status } = template;
  refuseGenerated(template);
  if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(status))
    throw refusal(
      2388039,
      "Message Template Status Can't be Changed",
      `A template that is ${status} cannot be edited.`,
    );
  if (status === 'APPROVED') {
    if (body.category !== undefined && String(body.category).toUpperCase() !== template.category)
      throw new GraphError(100, undefined, {
        title: '(#100) The category of an approved message template cannot be changed',
      });
    template.edits = template.edits.filter((at) => at > now - 30 * DAY);
    if (template.edits.length >= 10 || template.edits.some((at) => at > now - DAY))
      throw new GraphError(100, undefined, {
        title: '(#100) An approved message template can be edited once in 24 hours and 10 times in 30 days',
      });
  }
  const given = (key: string, known: Json): Json => (body[key] === undefined ? known : (body[key] as Json));
  const next = {
    name: template.name,
    language: template.language,
    category: given('category', template.category),
    parameter_format: given('parameter_format', template.parameterFormat),
    message_send_ttl_seconds: given('message_send_ttl_seconds', template.ttlSeconds),
    components: given('components', template.components),
  };
  check(next);
  template.category = String(next.category).toUpperCase() as TemplateCategory;
  template.parameterFormat = String(next.parameter_format).toUpperCase() as Template['parameterFormat'];
  template.ttlSeconds =
    typeof next.message_send_ttl_seconds === 'number' ? next.message_send_ttl_seconds : null;
  if (status === 'APPROVED') template.edits.push(now);
  if (Array.isArray(body.components))
    setComponents(world, account, template, body.components.filter(isObject));
  saveTemplate(world, template);
  review(world, account, template);
}
