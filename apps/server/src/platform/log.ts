import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stderr: stdout belongs to what a person asked for. Secrets are cut by key, message text is never logged. */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      serializers: { err: plainError },
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
    destination,
  );
}

/** What an error says. Its other properties stay out: pg hangs the whole client on some, with every statement it knows. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code, detail, table, constraint } = error as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(table === undefined ? {} : { table }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(error.cause === undefined ? {} : { cause: plainError(error.cause) }),
  };
}
