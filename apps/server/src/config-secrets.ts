/** Secrets that seal, sign and open doors. */
import { z } from 'zod';
import { deriveSealingKey, GROUPS, list, setting } from './config-setting.ts';

export const secretSettings = {
  SEALING_KEYS: setting(
    list
      .superRefine((values, context) => {
        values.forEach((value, index) => {
          if (deriveSealingKey(value) === null) {
            context.addIssue({
              code: 'custom',
              message: `key ${index + 1} is too short: 64 hex digits, base64 of 32 bytes, or any text of 32 characters or more; \`chaski keys\` makes one`,
            });
          }
        });
      })
      .transform((values) => values.map((value) => deriveSealingKey(value) ?? ''))
      .default([]),
    {
      group: GROUPS.secrets,
      doc: 'Keys that seal stored tokens and secrets, separated by commas: the first seals, all open. 64 hex digits, base64 of 32 bytes, or any text of 32 characters or more (its SHA-256 is the key).',
      secret: true,
      aliases: ['TOKEN_MASTER_KEY', 'MASTER_KEY'].map((name) => ({ name, read: (value) => [value] })),
      defaultText: 'generated and kept in DATA_DIR; required in production',
    },
  ),
  JWT_SECRET: setting(z.string().optional(), {
    group: GROUPS.secrets,
    doc: 'Signs bearer tokens; 32 characters or more.',
    secret: true,
    aliases: ['API_JWT_SECRET'],
    defaultText: 'generated and kept in DATA_DIR; required in production',
  }),
  ANON_KEY: setting(z.string().optional(), {
    group: GROUPS.secrets,
    doc: "What clients of Supabase's addresses bring as apikey: opens sign-in and the socket's door, and reads nothing. Any key `anon` that JWT_SECRET signed counts; the one set here is looked at once, at the start.",
    secret: true,
    aliases: ['NEXT_PUBLIC_SUPABASE_ANON_KEY', 'VITE_SUPABASE_ANON_KEY'],
    defaultText: 'none; `chaski keys` makes one',
  }),
  SERVICE_ROLE_KEY: setting(z.string().optional(), {
    group: GROUPS.secrets,
    doc: "Acts as the operator at Supabase's addresses, each use a line of the audit. Signed with JWT_SECRET; only the one set here counts.",
    secret: true,
    aliases: ['SUPABASE_SERVICE_ROLE_KEY'],
    defaultText: 'no key acts as the operator there',
  }),
  QUEUE_SECRET: setting(z.string().min(8, 'must have 8 characters or more').optional(), {
    group: GROUPS.secrets,
    doc: 'What `POST /api/queue/whatsapp` must bring as x-queue-secret to work off what is due, for installations whose worker is a cron. Without it that address answers 503.',
    secret: true,
    defaultText: 'the address is closed',
  }),
};
