import { DatabaseError } from 'pg';

/** The import cannot be done. The message is one line for people; nothing was changed. */
export class ImportError extends Error {}

/** What the name of a temporary table puts before the name of the table it stands for. */
export const STAGED = 'imported_';

const MAX_MESSAGE_CHARS = 500;

const CONNECTION_LOST = /^(ECONNRESET|EPIPE|57P0|08)|Connection terminated/;

/**
 * What went wrong while a file was read and copied, as one line.
 * @param beginning gives the line on which the record begins that ends on the one PostgreSQL names
 */
export function refusedByCopy(error: Error, file: string, beginning: (line: number) => number): ImportError {
  if (error instanceof ImportError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (CONNECTION_LOST.test(`${code} ${error.message}`))
    return new ImportError(`The connection to the database was lost (${error.message}). Nothing was changed.`, {
      cause: error,
    });
  if (code.startsWith('Z_')) return new ImportError(`${file} is not a whole gzip file (${error.message})`, { cause: error });
  // "COPY users, line 7, column email: …": the server may say the words in its own language, but not the order
  const [, line, column] = /\bCOPY\b\D*(\d+)(?:, \S+ (\w+):)?/.exec((error as DatabaseError).where ?? '') ?? [];
  if (!line) return refused(error, file);
  return refused(error, `${file} line ${beginning(Number(line))}${column ? `, column ${column}` : ''}`);
}

/** What PostgreSQL said of the record at `place`, as one line. */
export function refused(error: Error, place: string): ImportError {
  const { code = '', detail } = error as Partial<DatabaseError>;
  const saysMore = detail && !['23502', '23514'].includes(code); // those two repeat the whole row
  const message = `${error.message || code}${saysMore ? ` (${detail.replace(/\.$/, '')})` : ''}`
    .replaceAll(`"${STAGED}`, '"')
    .replace(/\s+/g, ' ');
  const hint = code === '22021' ? '; the file must be UTF-8 text' : '';
  const short = message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS)}…` : message;
  return new ImportError(`${place}: ${short}${hint}`, { cause: error });
}
