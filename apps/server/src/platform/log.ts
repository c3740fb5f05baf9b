import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stderr: stdout belongs to what a person asked for. Secrets are cut by key, message text is never logged. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      redact: {
        paths: [
          '*.token',
          '*.secret',
          '*.password',
          '*.authorization',
          'headers.authorization',
          'headers.cookie',
          '*.apiKey',
        ],
        censor: '[cut]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
