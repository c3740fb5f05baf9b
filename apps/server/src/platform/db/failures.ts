import { AppError, errors } from '../errors.ts';

/** Classes of SQLSTATE after which the connection is gone or the server is leaving. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code;
  if (code === undefined)
    return /Connection terminated|connection .*(closed|ended)|not queryable/i.test(error.message);
  return code.startsWith('08') || code.startsWith('57P') || /^E[A-Z]+$/.test(code);
}

/** Of `database_busy`: a row of a day that is not there. */
export const noPartition = 'no_partition';

/** The one place that maps SQLSTATE to the catalogue. Unknown states pass as they are and become `internal`. */
export function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isConnectionLoss(error)) return errors.databaseUnavailable({}, error);
  switch ((error as { code?: string }).code) {
    case '53300': // too many connections
    case '53100': // disk full
    case '53200': // out of memory
    case '25006': // read-only after a failover
      return errors.databaseUnavailable({}, error);
    case '57014': // statement timeout or cancel
    case '55P03': // lock not available
      return errors.databaseBusy({}, error);
    case '23514': {
      // A broken check has a name. Without one it is a day that has no partition, or had none a moment ago: who made it has
      // committed before the others hear of it.
      const { table, constraint } = error as { table?: string; constraint?: string };
      return table && !constraint ? errors.databaseBusy({ reason: noPartition }, error) : error;
    }
    case '22021': // U+0000 in a text
    case '22P05': // and in a document
      return errors.invalidRequest([{ path: '', message: 'Text cannot hold the character U+0000.' }]);
    case '22007': // no date or time
    case '22008': // one beyond what can be kept: the year 0, the 30th of February
    case '22009': // a zone further than 15:59 from UTC
      return errors.invalidRequest([
        { path: '', message: 'A date or time does not exist, lies too far away or has an impossible zone.' },
      ]);
    default:
      return error;
  }
}
