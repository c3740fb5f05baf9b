import { businessHours, countryCode } from '@chaski/contracts';
import { z } from 'zod';

/**
 * Words that opt a person out when they are the whole message after normalisation (trimmed, case-folded, without
 * punctuation). `cancel`, `end` and `quit` are left out on purpose: people answer questions about orders with them.
 */
export const defaultStopWords: readonly string[] = [
  'stop',
  'stop all',
  'stopall',
  'unsubscribe',
  'opt out',
  'optout',
  'baja',
  'alto',
  'detener',
  'parar',
  'pare',
  'sair',
  'descadastrar',
  'arret',
  'arrêt',
  'إيقاف',
  'ايقاف',
  'توقف',
  'قف',
  'रोकें',
  'रोको',
  'बंद करें',
];

/** Words that opt a person in again. */
export const defaultStartWords: readonly string[] = [
  'start',
  'unstop',
  'subscribe',
  'opt in',
  'optin',
  'alta',
  'iniciar',
  'comenzar',
  'começar',
  'comecar',
  'voltar',
  'ابدأ',
  'ابدا',
  'اشتراك',
  'शुरू',
  'शुरू करें',
];

const auditDays = z.number().int().min(30).max(3_650).nullable();
const waiting = z.strictObject({
  soonMinutes: z.number().int().min(1).max(10_080),
  lateMinutes: z.number().int().min(1).max(10_080),
});
const months = z.number().int().min(1).max(120).nullable();
const retention = z.strictObject({
  messageMonths: months.describe('Messages that are older are deleted, with the files that came with them.'),
  mediaMonths: months.describe(
    'Files that people sent are deleted when they are older; what they came with stays.',
  ),
});
const words = z.array(z.string().trim().min(1).max(60)).max(100);
const countries = z.array(countryCode).max(250);

/** Everything a workspace may set. Each key has a default, so that `{}` in the database is complete. */
export const workspaceSettings = z.object({
  stopWords: words
    .default([...defaultStopWords])
    .describe('A message that equals one of these opts the person out.'),
  startWords: words
    .default([...defaultStartWords])
    .describe('A message that equals one of these opts the person in again.'),
  consentScope: z
    .enum(['all', 'marketing'])
    .default('all')
    .describe('What STOP blocks: everything, or marketing only.'),
  unknownSends: z
    .enum(['leave', 'resend'])
    .default('leave')
    .describe(
      'What becomes of a send whose outcome stays unknown: left as unconfirmed, or sent again (may double).',
    ),
  autoReply: z.boolean().default(true).describe('Whether the built-in automatic reply answers.'),
  marketing: z
    .enum(['opt-out', 'opt-in'])
    .default('opt-out')
    .describe('Marketing may be sent until a person opts out, or only after they opted in.'),
  marketingPausedIn: countries
    .default(['US'])
    .describe(
      'Countries (two letters) to whose phone numbers WhatsApp brings no marketing templates, so that none is sent; the United States since April 2025.',
    ),
  answering: z
    .enum(['anyone', 'assignee'])
    .default('anyone')
    .describe('Whether any member may answer a conversation, or its assignee alone.'),
  waiting: waiting
    .default({ soonMinutes: 15, lateMinutes: 60 })
    .describe('After how long a waiting person’s row turns yellow, and red.'),
  campaignApproval: z
    .enum(['none', 'second-person'])
    .default('none')
    .describe('Whether somebody else has to approve a campaign before it starts.'),
  requireSecondFactor: z
    .boolean()
    .default(false)
    .describe('Members without authenticator app or passkey can do nothing here but add one.'),
  businessHours: businessHours
    .nullable()
    .default(null)
    .describe('When somebody is there; null: always. A number may have its own.'),
  shortLinks: z
    .boolean()
    .default(false)
    .describe(
      'Whether addresses in campaigns become short links of this installation, so that it is known who tapped them. Tell people so.',
    ),
  retention: retention
    .default({ messageMonths: null, mediaMonths: null })
    .describe(
      'After how many months what was said is deleted; null: when the installation says so, else never.',
    ),
  auditDays: auditDays.default(null).describe('How long the audit is kept, in days; null: for ever.'),
});

export type WorkspaceSettings = z.infer<typeof workspaceSettings>;

/** What a new workspace begins with where the installation says something else than the defaults (UNKNOWN_SENDS). */
export function settingsOfNew(config: { unknownSends: 'never' | 'resend' }): z.infer<typeof settingsPatch> {
  return config.unknownSends === 'resend' ? { unknownSends: 'resend' } : {};
}

/** What PATCH takes: any of the keys, nothing else, and no default sneaks in for a key that was not sent. */
export const settingsPatch = z
  .strictObject({
    stopWords: words,
    startWords: words,
    consentScope: z.enum(['all', 'marketing']),
    unknownSends: z.enum(['leave', 'resend']),
    autoReply: z.boolean(),
    marketing: z.enum(['opt-out', 'opt-in']),
    marketingPausedIn: countries,
    answering: z.enum(['anyone', 'assignee']),
    waiting,
    campaignApproval: z.enum(['none', 'second-person']),
    requireSecondFactor: z.boolean(),
    businessHours: businessHours.nullable(),
    shortLinks: z.boolean(),
    retention,
    auditDays,
  })
  .partial();

/** Never throws: a stored value that no longer fits its schema counts as not set, alone. */
export function parseSettings(stored: unknown): WorkspaceSettings {
  const whole = workspaceSettings.safeParse(stored ?? {});
  if (whole.success) return whole.data;
  const kept: Record<string, unknown> = {};
  if (typeof stored === 'object' && stored !== null) {
    for (const [key, field] of Object.entries(workspaceSettings.shape)) {
      const value = (stored as Record<string, unknown>)[key];
      if (value !== undefined && field.safeParse(value).success) kept[key] = value;
    }
  }
  return workspaceSettings.parse(kept);
}
