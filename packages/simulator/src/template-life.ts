/**
 * The life of a template, and the webhooks that tell it.
 *
 * PENDING → (review, a minute) APPROVED | REJECTED; APPROVED → quality RED → PAUSED 3 h → PAUSED 6 h → DISABLED, in
 * between APPROVED again by itself; an edit goes back to PENDING. The category may change at creation, at the review,
 * or any day after.
 * Source: Meta "Template pausing", "Template categorization", the webhook references of the four template fields.
 */
import { asArray, asObject, asString, type JsonObject } from './json.ts';
import { saveTemplate } from './keep.ts';
import type { Template, TemplateCategory, TemplateQuality, TemplateStatus } from './templates.ts';
import { type Account, later, type World } from './world.ts';

const REVIEW_MS = 60_000;
const HOUR = 3_600_000;
/** How long the first, the second pause last; the third time is the last. */
const PAUSES_MS = [3 * HOUR, 6 * HOUR];

/** What a test, the admin API or a fault button changes by hand. */
export interface TemplateChange {
  status?: TemplateStatus;
  /** Why it was rejected. */
  reason?: string;
  quality?: TemplateQuality;
  category?: TemplateCategory;
  /** Announced: what it will be in a day. */
  correctCategory?: TemplateCategory;
  components?: JsonObject[];
  /** The next step of the ladder: 3 h, 6 h, disabled. */
  pause?: boolean;
}

export function changeTemplate(
  world: World,
  account: Account,
  template: Template,
  change: TemplateChange,
): void {
  if (change.components !== undefined) setComponents(world, account, template, change.components);
  if (change.correctCategory !== undefined)
    tell(world, account, template, 'template_category_update', {
      correct_category: change.correctCategory,
      new_category: template.category,
      category_update_timestamp: Math.floor(world.clock.now() / 1000) + 86_400,
    });
  if (change.category !== undefined) setCategory(world, account, template, change.category);
  if (change.quality !== undefined) setQuality(world, account, template, change.quality);
  if (change.pause === true) pause(world, account, template);
  if (change.status !== undefined) setTemplateStatus(world, account, template, change.status, change.reason);
}

/** Under review from now on; faults decide how long and how it ends. */
export function review(world: World, account: Account, template: Template): void {
  const wait = world.faults.strike('review_slow')?.ms ?? REVIEW_MS;
  const refused = world.faults.strike('template_rejected');
  template.status = 'PENDING';
  template.approvesAt = world.clock.now() + wait;
  template.rejects = refused ? refused.value || 'INVALID_FORMAT' : null;
  saveTemplate(world, template);
  resumeTemplate(world, account, template);
}

/** Sets the timers of what has not happened yet: the end of a review, the end of a pause. */
export function resumeTemplate(world: World, account: Account, template: Template): void {
  const { approvesAt, pausedUntil } = template;
  const at = (time: number, run: () => void) => later(world, Math.max(0, time - world.clock.now()), run);
  if (approvesAt !== undefined)
    at(approvesAt, () => {
      // Its status was changed by hand before, or it was deleted.
      if (template.approvesAt !== approvesAt || !account.templates.includes(template)) return;
      const reason = template.rejects;
      setTemplateStatus(
        world,
        account,
        template,
        reason === null ? 'APPROVED' : 'REJECTED',
        reason ?? undefined,
      );
    });
  if (pausedUntil !== null)
    at(pausedUntil, () => {
      if (template.pausedUntil === pausedUntil && template.status === 'PAUSED')
        setTemplateStatus(world, account, template, 'APPROVED');
    });
}

/** Changes the status and tells: message_template_status_update. */
export function setTemplateStatus(
  world: World,
  account: Account,
  template: Template,
  status: TemplateStatus,
  reason = 'INVALID_FORMAT',
): void {
  template.status = status;
  delete template.approvesAt;
  if (status !== 'PAUSED') template.pausedUntil = null;
  template.rejects = null;
  template.rejectedReason = status === 'REJECTED' ? reason : 'NONE';
  saveTemplate(world, template);
  tell(world, account, template, 'message_template_status_update', {
    event: status,
    reason: template.rejectedReason,
    message_template_category: template.category,
    ...(status === 'PAUSED' ? { other_info: { title: PAUSE_TITLES[template.pauses] ?? 'FIRST_PAUSE' } } : {}),
    ...(status === 'DISABLED'
      ? { disable_info: { disable_date: Math.floor(world.clock.now() / 1000) } }
      : {}),
  });
}

const PAUSE_TITLES = ['FIRST_PAUSE', 'FIRST_PAUSE', 'SECOND_PAUSE'];

function pause(world: World, account: Account, template: Template): void {
  const wait = PAUSES_MS[template.pauses];
  template.pauses++;
  if (wait === undefined) {
    setTemplateStatus(world, account, template, 'DISABLED');
    return;
  }
  template.pausedUntil = world.clock.now() + wait;
  setTemplateStatus(world, account, template, 'PAUSED');
  resumeTemplate(world, account, template);
}

/** RED pauses it too, as WhatsApp does. */
function setQuality(world: World, account: Account, template: Template, quality: TemplateQuality): void {
  const previous = template.quality;
  template.quality = quality;
  saveTemplate(world, template);
  if (previous !== quality)
    tell(world, account, template, 'message_template_quality_update', {
      previous_quality_score: previous,
      new_quality_score: quality,
    });
  if (quality === 'RED' && template.status === 'APPROVED') pause(world, account, template);
}

function setCategory(world: World, account: Account, template: Template, category: TemplateCategory): void {
  const previous = template.category;
  template.category = category;
  template.previousCategory = previous;
  saveTemplate(world, template);
  tell(world, account, template, 'template_category_update', {
    previous_category: previous,
    new_category: category,
  });
}

/** New texts: message_template_components_update. */
export function setComponents(
  world: World,
  account: Account,
  template: Template,
  components: JsonObject[],
): void {
  template.components = components;
  saveTemplate(world, template);
  const of = (type: string) => components.find((one) => asString(one.type)?.toUpperCase() === type);
  const title = asString(of('HEADER')?.text);
  const footer = asString(of('FOOTER')?.text);
  const buttons = asArray(of('BUTTONS')?.buttons).map((item) => {
    const button = asObject(item);
    return {
      message_template_button_type: asString(button.type)?.toUpperCase() ?? '',
      message_template_button_text: asString(button.text) ?? '',
      ...(button.url === undefined ? {} : { message_template_button_url: button.url }),
      ...(button.phone_number === undefined
        ? {}
        : { message_template_button_phone_number: button.phone_number }),
    };
  });
  tell(world, account, template, 'message_template_components_update', {
    message_template_element: asString(of('BODY')?.text) ?? '',
    ...(title === undefined ? {} : { message_template_title: title }),
    ...(footer === undefined ? {} : { message_template_footer: footer }),
    ...(buttons.length === 0 ? {} : { message_template_buttons: buttons }),
  });
}

function tell(world: World, account: Account, template: Template, field: string, value: JsonObject): void {
  world.webhooks.emit({
    account,
    number: null,
    field,
    entryTime: Math.floor(world.clock.now() / 1000),
    value: {
      ...value,
      message_template_id: Number(template.id),
      message_template_name: template.name,
      message_template_language: template.language,
    },
  });
}
