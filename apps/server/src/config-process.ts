/** The process itself, its logs, metrics and reports. */
import { z } from 'zod';
import { flag, GROUPS, list, number, setting } from './config-setting.ts';
import { parseDsn } from './platform/log-sentry.ts';

export const processSettings = {
  NODE_ENV: setting(
    z
      .enum(['development', 'test', 'production'], { error: 'must be development, test or production' })
      .default('development'),
    {
      group: GROUPS.process,
      doc: 'In production there is no demo, no simulator and no generated secret: a missing or weak one stops the start. Where `development` is said, answers carry the stack of an error.',
    },
  ),
  ROLES: setting(
    list
      .pipe(
        z
          .array(z.enum(['api', 'worker'], { error: 'may hold api and worker' }))
          .min(1, 'needs api, worker or both'),
      )
      .default(['api', 'worker']),
    {
      group: GROUPS.process,
      doc: 'What this process does: `api` answers HTTP, `worker` processes and sends.',
      aliases: [
        { name: 'START_WEBHOOK_WORKER', read: (value) => (/^(false|0|no|off)$/i.test(value) ? 'api' : null) },
      ],
    },
  ),
  DEMO: setting(flag.optional(), {
    group: GROUPS.process,
    doc: 'Starts the simulator and a demo workspace with one active number. Refused in production.',
    defaultText: 'true; false in production and without the role api',
  }),
  DATA_DIR: setting(z.string().optional(), {
    group: GROUPS.process,
    doc: 'Folder for the embedded database, generated secrets and stored media; kept between starts.',
    defaultText: '/var/lib/chaski as root, else .data in the checkout, else ~/.local/share/chaski',
  }),
  LOG_LEVEL: setting(
    z
      .string()
      .toLowerCase()
      .pipe(
        z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
          error: 'must be debug, info, warn, error or silent',
        }),
      )
      .default('info'),
    {
      group: GROUPS.process,
      doc: 'How much is logged (JSON lines on stderr): debug, info, warn, error or silent.',
    },
  ),
  LOG_DIR: setting(z.string().optional(), {
    group: GROUPS.operation,
    doc: 'Folder that gets `all.log` and `error.log` besides stderr, rotated by size.',
    example: 'logs',
    defaultText: 'no files',
  }),
  LOG_FILE_BYTES: setting(number(10_000, 10_000_000_000).default(10 * 1024 * 1024), {
    group: GROUPS.operation,
    doc: 'Size at which a log file is put aside (`all.log.1`).',
  }),
  LOG_FILE_COUNT: setting(number(0, 1_000).default(5), {
    group: GROUPS.operation,
    doc: 'How many files put aside are kept, of each.',
  }),
  METRICS_TOKEN: setting(z.string().min(16, 'must have 16 characters or more').optional(), {
    group: GROUPS.operation,
    doc: 'What /metrics must bring as bearer token. Without it only callers from loopback and private addresses that came through no proxy are answered.',
    secret: true,
    defaultText: 'only private addresses may read /metrics',
  }),
  METRICS_PORT: setting(number(1, 65_535).optional(), {
    group: GROUPS.operation,
    doc: 'Port on which a process without the role api answers /metrics, /livez and /readyz; with it they are at PORT.',
    defaultText: 'such a process listens nowhere',
  }),
  SENTRY_DSN: setting(
    z
      .string()
      .refine((value) => parseDsn(value) !== null, 'must look like https://<key>@<host>/<project>')
      .optional(),
    {
      group: GROUPS.operation,
      doc: 'Where unexpected errors are reported: type, place in the code and a scrubbed message; never bodies, headers or tokens.',
      secret: true,
      defaultText: 'nothing is reported',
    },
  ),
};
