import { type DestinationStream, type Logger, multistream, pino } from 'pino';

export type { Logger } from 'pino';

/** Where lines go besides stderr. */
export interface LogSinks {
  /** Takes every line. */
  all?: DestinationStream;
  /** Takes lines of level error and above, each. */
  errors?: DestinationStream[];
}

/**
 * JSON lines on stderr: stdout belongs to what a person asked for. Secrets are cut by key, message text is never logged.
 * Every line names its component: `part(log, 'inbound')` makes the logger of one, whatever has none is `chaski`.
 */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
  sinks: LogSinks = {},
): Logger {
  const { all, errors = [] } = sinks;
  return pino(
    {
      level,
      serializers: { err: plainError },
      mixin: (_fields, _level, logger) =>
        logger.bindings().component === undefined ? { component: 'chaski' } : {},
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
    all === undefined && errors.length === 0
      ? destination
      : multistream([
          // The lowest level, or the streams would filter what the logger let through.
          { level: 'trace', stream: destination },
          ...(all === undefined ? [] : [{ level: 'trace' as const, stream: all }]),
          ...errors.map((stream) => ({ level: 'error' as const, stream })),
        ]),
  );
}

/** The logger of one part of the program: its lines carry `component`. */
export function part(log: Logger, component: string): Logger {
  return log.child({ component });
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
