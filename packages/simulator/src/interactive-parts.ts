/** What several kinds of interactive messages share: named actions, links, buttons to press. */
import { eachObject, invalid, needArray, needObject, needText, needUrl, unique } from './checks.ts';
import type { JsonObject } from './json.ts';
import type { MediaUse } from './media-rules.ts';

/** Checks an `action` and tells which media it uses. */
export type ActionCheck = (action: JsonObject) => MediaUse[];

export const ACTION = 'interactive.action';
export const PARAMETERS = `${ACTION}.parameters`;

export function needName(action: JsonObject, name: string, path = ACTION): void {
  if (needText(action, 'name', `${path}.name`, 100) !== name) throw invalid(`${path}.name must be ${name}.`);
}

/** The parameters of an action of that name. */
export function named(action: JsonObject, name: string, path = ACTION): JsonObject {
  needName(action, name, path);
  return needObject(action, 'parameters', `${path}.parameters`);
}

export function link(action: JsonObject, path = ACTION): void {
  const parameters = named(action, 'cta_url', path);
  needText(parameters, 'display_text', `${path}.parameters.display_text`, 20);
  needUrl(parameters, 'url', `${path}.parameters.url`, 2000);
}

/** How many there are. */
export function replies(action: JsonObject, path: string, key: 'reply' | 'quick_reply', max: number): number {
  const buttons = eachObject(needArray(action, 'buttons', `${path}.buttons`, 1, max), `${path}.buttons`);
  const ids: string[] = [];
  const titles: string[] = [];
  buttons.forEach((button, i) => {
    const at = `${path}.buttons[${i}]`;
    if (needText(button, 'type', `${at}.type`, 20) !== key) throw invalid(`${at}.type must be ${key}.`);
    const reply = needObject(button, key, `${at}.${key}`);
    ids.push(needText(reply, 'id', `${at}.${key}.id`, 256));
    titles.push(needText(reply, 'title', `${at}.${key}.title`, 20));
  });
  unique(ids, `${path}.buttons[].${key}.id`);
  unique(titles, `${path}.buttons[].${key}.title`);
  return buttons.length;
}
