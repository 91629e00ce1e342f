import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { isUUID } from 'class-validator';
import { CsvError, parse } from 'csv-parse';
import { channels } from '../common/channels';
import { microsOf } from '../common/instant';
import { stringFault } from '../common/json-guard';
import { type FieldError, Problem } from '../common/problem';
import { isInstant } from '../common/validators';
import { isAddress, MAX_SOURCE, suppressionReasons } from './suppression.dto';
import type { SuppressionLines } from './suppressions.sql';

export const MAX_LINES = 200_000;
const MAX_ERRORS = 50;
/** More than this in one record is a quote that never ends. */
const MAX_RECORD_BYTES = 8192;
/** The file is read in pieces of so many bytes, and between them others get their turn. */
const PIECE = 65_536;

/** What the header line may name. `fault`: what is wrong with a value that is not empty. `empty`: what an empty one means; without it, it is wrong. */
interface Column {
  readonly fault: (value: string) => string | undefined;
  readonly empty?: string | null;
}

const COLUMNS = {
  user_id: { fault: (value) => (isUUID(value, 'loose') ? undefined : 'must be a uuid') },
  email: { fault: (value) => stringFault(value) ?? (isAddress(value) ? undefined : 'must be an e-mail address') },
  channel: { fault: oneOf(channels), empty: '' },
  reason: { fault: oneOf(suppressionReasons), empty: 'other' },
  source: {
    fault: (value) => {
      if (stringFault(value) || /[\t\r\n\u007f\u0085\u2028\u2029]/.test(value)) return 'must be on one line';
      return [...value].length > MAX_SOURCE ? `must have at most ${MAX_SOURCE} characters` : undefined;
    },
    empty: '',
  },
  expires_at: {
    fault: (value) => (isInstant(value) ? undefined : 'must be an instant with a zone, such as 2026-11-22T10:00:00Z'),
    empty: null,
  },
} satisfies Record<string, Column>;
type ColumnName = keyof typeof COLUMNS;

const isColumn = (name: string): name is ColumnName => Object.hasOwn(COLUMNS, name);

function oneOf(values: readonly string[]) {
  return (value: string) => (values.includes(value) ? undefined : `must be one of ${values.join(', ')}`);
}

/**
 * Reads a CSV file of suppressions: RFC 4180 with any kind of line end, blanks around values and empty lines left out.
 * @throws Problem bad-request that names lines and columns (`/lines/17/reason`), body-too-large
 */
export async function readSuppressions(file: Buffer): Promise<SuppressionLines> {
  const errors: FieldError[] = [];
  let header: ColumnName[] | undefined;
  let lastLine = 0;
  const read: SuppressionLines = {
    by: 'user_id',
    line: [],
    customer: [],
    channel: [],
    reason: [],
    source: [],
    expires_at: [],
  };

  const take = (record: string[], line: number): void => {
    lastLine = line;
    if (!header) {
      header = headerOf(
        record.map((name) => name.toLowerCase()),
        line,
      );
      read.by = header.includes('email') ? 'email' : 'user_id';
    } else {
      if (read.line.length === MAX_LINES)
        throw new Problem('body-too-large', `A file may have at most ${MAX_LINES} lines. Split it.`);
      errors.push(...faultsOf(record, header, line));
      if (errors.length >= MAX_ERRORS) throw refused(errors);
      append(read, header, record, line);
    }
  };
  try {
    await pipeline(Readable.from(pieces(file)), records(take));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    errors.push({ pointer: `/lines/${lastLine + 1}`, detail: CSV_FAULTS[error.code] ?? 'is not CSV (RFC 4180)' });
  }
  if (errors.length > 0) throw refused(errors);
  if (!header) throw refused([{ pointer: '/lines/1', detail: 'must name the columns; the file is empty' }]);
  return read;
}

/**
 * Apart from the reading: a file that is sent again after its suppressions have ended is answered as it was the first time.
 * @param now microseconds since 1970
 * @throws Problem bad-request that names the lines that expire by then
 */
export async function refuseExpired({ line, expires_at }: SuppressionLines, now: number): Promise<void> {
  const errors: FieldError[] = [];
  for (const [i, expiry] of expires_at.entries()) {
    if (expiry !== null && microsOf(expiry) <= now)
      errors.push({ pointer: `/lines/${line[i]}/expires_at`, detail: 'must be in the future' });
    if (errors.length === MAX_ERRORS) break;
    if (i % 5000 === 4999) await setImmediate();
  }
  if (errors.length > 0) throw refused(errors);
}

const CSV_FAULTS: Partial<Record<CsvError['code'], string>> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quoted value that never ends',
  CSV_MAX_RECORD_SIZE: `has more than ${MAX_RECORD_BYTES} bytes, or a quoted value that never ends`,
  INVALID_OPENING_QUOTE: 'has a quote inside a value that is not quoted',
  CSV_INVALID_CLOSING_QUOTE: 'has a quoted value that goes on behind its closing quote',
};

/** Gives each record to `take` while it parses, with the line on which it ends: a stream of them would lose those before a mistake. */
const records = (take: (record: string[], line: number) => void) =>
  parse({
    bom: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (record: string[], { lines }) => void take(record, lines),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true, // a line with too few or too many is named with the others
    skip_empty_lines: true,
    trim: true,
  }).resume();

async function* pieces(file: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += PIECE) {
    yield file.subarray(at, at + PIECE);
    await setImmediate();
  }
}

function headerOf(names: string[], line: number): ColumnName[] {
  if (names.length === 1 && /[;\t]/.test(names[0]))
    throw refused([
      { pointer: `/lines/${line}`, detail: 'has its columns separated by semicolons or tabs; separate them by commas' },
    ]);
  const errors = names.flatMap((name, i) => {
    const detail = !isColumn(name)
      ? `names a column that is none of ${Object.keys(COLUMNS).join(', ')}`
      : names.indexOf(name) < i
        ? `names ${name} twice`
        : undefined;
    return detail ? [{ pointer: `/lines/${line}`, detail }] : [];
  });
  if (names.includes('user_id') === names.includes('email'))
    errors.push({ pointer: `/lines/${line}`, detail: 'must name either user_id or email' });
  if (errors.length > 0) throw refused(errors);
  return names as ColumnName[];
}

function faultsOf(record: string[], header: ColumnName[], line: number): FieldError[] {
  if (record.length !== header.length)
    return [{ pointer: `/lines/${line}`, detail: `has ${record.length} values, and the header names ${header.length}` }];
  return header.flatMap((name, i) => {
    const { fault, empty }: Column = COLUMNS[name];
    const detail = record[i] !== '' ? fault(record[i]) : empty === undefined ? 'must not be empty' : undefined;
    return detail ? [{ pointer: `/lines/${line}/${name}`, detail }] : [];
  });
}

function append(read: SuppressionLines, header: ColumnName[], record: string[], line: number): void {
  const value = <E>(name: ColumnName, empty: E) => record[header.indexOf(name)] || empty;
  read.line.push(line);
  read.customer.push(value(read.by, ''));
  read.channel.push(value('channel', COLUMNS.channel.empty));
  read.reason.push(value('reason', COLUMNS.reason.empty));
  read.source.push(value('source', COLUMNS.source.empty));
  read.expires_at.push(value('expires_at', COLUMNS.expires_at.empty));
}

function refused(errors: FieldError[]): Problem {
  const [{ pointer, detail }] = errors;
  const [, , line, column] = pointer.split('/');
  return new Problem(
    'bad-request',
    `Line ${line}${column ? `, ${column}` : ''}: ${detail}. Nothing was stored.`,
    errors.slice(0, MAX_ERRORS),
  );
}
