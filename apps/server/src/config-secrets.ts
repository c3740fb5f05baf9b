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
  QUEUE_SECRET: setting(z.string().min(8, 'must have 8 characters or more').optional(), {
    group: GROUPS.secrets,
    doc: 'What `POST /api/queue/whatsapp` must bring as x-queue-secret to work off what is due, for installations whose worker is a cron. Without it that address answers 503.',
    secret: true,
    defaultText: 'the address is closed',
  }),
};
