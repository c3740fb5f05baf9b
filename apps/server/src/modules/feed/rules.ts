import type { Action } from '@chaski/contracts';
import { isId } from '../../platform/ids.ts';

/** A topic as clients name it: `workspace:<id>` or `conversation:<id>`; null for anything else. */
export function parseTopic(name: string): { kind: 'workspace' | 'conversation'; id: string } | null {
  const [kind, id, ...rest] = name.split(':');
  if (rest.length > 0 || id === undefined || !isId(id)) return null;
  return kind === 'workspace' || kind === 'conversation' ? { kind, id } : null;
}

/** What one must be allowed to do to hear of an area; whatever is not here is for those who may read all events. */
const areas: Record<string, Action> = {
  message: 'messages:read',
  conversation: 'conversations:read',
  note: 'conversations:read',
  draft: 'conversations:read',
  contact: 'contacts:read',
  contacts: 'contacts:read',
  label: 'contacts:read',
  media: 'media:read',
  template: 'templates:read',
  number: 'numbers:read',
  account: 'numbers:read',
  member: 'members:read',
  team: 'team:read',
  quick_reply: 'team:read',
  campaign: 'campaigns:read',
  workflow: 'workflows:read',
  workspace: 'workspace:read',
  api_key: 'keys:read',
};

/** The action whose holders may hear an event of this name. */
export function actionFor(name: string): Action {
  const area = name.split('.')[0] ?? '';
  return (Object.hasOwn(areas, area) ? areas[area] : undefined) ?? 'events:read';
}

/** Whether an event belongs to a topic of one conversation. */
export function isAbout(data: Record<string, unknown>, conversationId: string): boolean {
  return (
    data.conversationId === conversationId ||
    (Array.isArray(data.conversationIds) && data.conversationIds.includes(conversationId))
  );
}
