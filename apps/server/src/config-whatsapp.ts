/** What concerns WhatsApp: apps, tokens, versions, approval. */
import { z } from 'zod';
import { GROUPS, httpUrl, list, setting } from './config-setting.ts';

export const whatsappSettings = {
  APP_SECRETS: setting(list.default([]), {
    group: GROUPS.whatsapp,
    doc: "Secrets of the Meta apps whose webhooks are accepted, separated by commas (also during a secret's rotation). With none every webhook is refused.",
    secret: true,
    aliases: ['WHATSAPP_APP_SECRET', 'APP_SECRET', 'META_APP_SECRET'],
    defaultText: 'generated for the demo',
  }),
  VERIFY_TOKEN: setting(z.string().optional(), {
    group: GROUPS.whatsapp,
    doc: "The word that Meta's webhook verification must bring.",
    secret: true,
    aliases: ['WHATSAPP_WEBHOOK_VERIFY_TOKEN', 'WEBHOOK_VERIFY_TOKEN', 'META_VERIFY_TOKEN'],
    defaultText: 'generated for the demo',
  }),
  WHATSAPP_ACCESS_TOKEN: setting(z.string().optional(), {
    group: GROUPS.whatsapp,
    doc: "Access token for numbers of the operator's own workspace that bring none.",
    secret: true,
    aliases: ['META_TOKEN', 'ACCESS_TOKEN'],
  }),
  GRAPH_API_VERSION: setting(
    z
      .string()
      .regex(/^v?\d{1,2}(\.\d)?$/, 'must look like v24.0')
      .transform((value) => `v${value.replace(/^v/, '').replace(/\.\d$/, '')}.0`)
      .default('v24.0'),
    {
      group: GROUPS.whatsapp,
      doc: 'Version of the Graph API; an account can have its own.',
      aliases: ['WHATSAPP_API_VERSION'],
    },
  ),
  NUMBER_APPROVAL: setting(
    z
      .enum(['superadmin', 'auto', 'manual', 'automatic'], { error: 'must be superadmin or auto' })
      .transform((value) => (value === 'auto' || value === 'automatic' ? 'automatic' : 'manual'))
      .optional(),
    {
      group: GROUPS.whatsapp,
      doc: 'Whether a new number waits, pending, for a superadmin, or works at once (`auto`). Numbers of the simulator never wait.',
      defaultText: 'superadmin; auto in the demo',
    },
  ),
  GRAPH_BASE_URL: setting(httpUrl.default('https://graph.facebook.com'), {
    group: GROUPS.whatsapp,
    doc: 'Where the Graph API answers; `mock_` tokens go to the simulator whatever stands here.',
  }),
  YCLOUD_BASE_URL: setting(httpUrl.default('https://api.ycloud.com'), {
    group: GROUPS.whatsapp,
    doc: "Where YCloud's API answers, for accounts that go through it; API keys that begin with `mock_` go to the simulator.",
  }),
  UNKNOWN_SENDS: setting(z.enum(['never', 'resend'], { error: 'must be never or resend' }).default('never'), {
    group: GROUPS.whatsapp,
    doc: 'New workspaces: what happens to a message whose send has no known outcome and no status. `resend` may double it.',
  }),
};
