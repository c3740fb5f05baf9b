/** The life of a template: created or changed it is PENDING, approved a minute later, told by webhook. */
import { GraphError } from './errors.ts';
import { type GraphCall, json, methodError, permit } from './graph-call.ts';
import { sendJson } from './http.ts';
import { asArray, asString, isObject } from './json.ts';
import { saveAccount, saveTemplate } from './keep.ts';
import { makeTemplate, presentTemplate, type Template, type TemplateCategory } from './templates.ts';
import { type Account, later, type World } from './world.ts';

const APPROVAL_MS = 60_000;

/** PENDING, then APPROVED a minute later, with the webhook. */
export async function createTemplate(call: GraphCall, account: Account): Promise<void> {
  const { world } = call;
  const body = await json(call);
  const name = asString(body.name) ?? '';
  const language = asString(body.language) ?? '';
  const category = asString(body.category)?.toUpperCase() ?? '';
  if (!/^[a-z0-9_]{1,512}$/.test(name))
    throw new GraphError(100, undefined, {
      title: '(#100) Param name may only contain lowercase letters, numbers and underscores.',
    });
  if (!language)
    throw new GraphError(100, undefined, { title: '(#100) The parameter language is required.' });
  if (category !== 'MARKETING' && category !== 'UTILITY' && category !== 'AUTHENTICATION')
    throw new GraphError(100, undefined, {
      title: '(#100) Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}.',
    });
  const components = asArray(body.components).filter(isObject);
  if (!components.some((component) => component.type === 'BODY' || component.type === 'body'))
    throw new GraphError(100, undefined, { title: '(#100) Param components must have a BODY.' });
  if (account.templates.some((template) => template.name === name && template.language === language))
    throw new GraphError(2388023, undefined, {
      title: 'Content in this language already exists for this template name.',
    });
  const template = makeTemplate(world.ids.object('template'), {
    name,
    language,
    category: category as TemplateCategory,
    status: 'PENDING',
    approvesAt: world.clock.now() + APPROVAL_MS,
    parameterFormat: body.parameter_format === 'NAMED' ? 'NAMED' : 'POSITIONAL',
    components,
  });
  account.templates.push(template);
  saveAccount(world, account, [template]);
  approve(world, account, template);
  sendJson(call.res, 200, { id: template.id, status: template.status, category: template.category });
}

/** Approves when its time comes, unless its status was changed by hand before. */
export function approve(world: World, account: Account, template: Template): void {
  const at = template.approvesAt;
  if (at === undefined) return;
  later(world, Math.max(0, at - world.clock.now()), () => {
    if (template.approvesAt === at) setTemplateStatus(world, account, template, 'APPROVED');
  });
}

/** Changes the status and tells: message_template_status_update. */
export function setTemplateStatus(
  world: World,
  account: Account,
  template: Template,
  status: Template['status'],
): void {
  template.status = status;
  delete template.approvesAt;
  saveTemplate(world, template);
  world.webhooks.emit({
    account,
    number: null,
    field: 'message_template_status_update',
    entryTime: Math.floor(world.clock.now() / 1000),
    value: {
      event: status,
      message_template_id: Number(template.id),
      message_template_name: template.name,
      message_template_language: template.language,
      reason: status === 'REJECTED' ? 'INVALID_FORMAT' : 'NONE',
      message_template_category: template.category,
    },
  });
}

export async function templateNode(
  call: GraphCall,
  account: Account,
  template: Template,
  edge: string,
): Promise<void> {
  permit(call, account.id, 'whatsapp_business_management', template.id);
  if (edge !== '') throw methodError(call, edge);
  if (call.method === 'GET') return sendJson(call.res, 200, presentTemplate(template));
  if (call.method !== 'POST') throw methodError(call, edge);
  const body = await json(call);
  if (Array.isArray(body.components)) template.components = body.components.filter(isObject);
  template.status = 'PENDING';
  template.approvesAt = call.world.clock.now() + APPROVAL_MS;
  saveTemplate(call.world, template);
  approve(call.world, account, template);
  sendJson(call.res, 200, { success: true });
}
