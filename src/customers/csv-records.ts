const LF = 10;
const CR = 13;
const QUOTE = 34;

/** More than this without an end of line is no header line but another kind of file. */
const MAX_HEADER_BYTES = 65_536;

/** How many records of several lines are remembered: more than can be on their way to the database at once. */
const SPANS_KEPT = 100_000;

/** The text is not the CSV it should be. */
export class CsvError extends Error {
  /** @param line physical line of the file, from 1; where it is a record's, the line on which the record begins */
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads the first line, which names the columns, and leaves the rest in `chunks`.
 * @returns the names, and the bytes after the line that came in the same chunk
 * @throws CsvError when there is none, or it is not UTF-8 text
 */
export async function readHeader(chunks: AsyncIterator<Buffer>): Promise<{ columns: string[]; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  let end = -1;
  for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) {
    bytes = Buffer.concat([bytes, chunk.value]);
    end = bytes.indexOf(LF);
    if (end >= 0 || bytes.length > MAX_HEADER_BYTES) break;
  }
  if (bytes.length === 0) throw new CsvError(1, 'the file is empty; its first line must name the columns');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new CsvError(1, 'this is gzip; give the file a name that ends in .gz');
  if (end < 0 && bytes.length > MAX_HEADER_BYTES)
    throw new CsvError(1, 'there is no header line; the first line must name the columns');
  return {
    columns: columnNames(bytes.subarray(0, end < 0 ? bytes.length : end)),
    rest: bytes.subarray(end < 0 ? bytes.length : end + 1),
  };
}

function columnNames(line: Buffer): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(line); // which also takes the byte order mark away
  } catch {
    throw new CsvError(1, 'the header line is not UTF-8 text');
  }
  if (/\r(?!$)/.test(text)) throw new CsvError(1, 'lines must end in LF or CR LF');
  const names = text.split(',').map((name) => name.trim().replace(/^"(.*)"$/s, '$1'));
  if (names.length === 1 && /[;\t]/.test(text)) throw new CsvError(1, 'columns must be separated by commas');
  return names;
}

/**
 * Writes in front of each record the physical line on which it begins (`7,…`), so that the database can tell it of a row that
 * it refuses later. It also keeps what COPY would misread: a record `\.` ended the data on PostgreSQL 17 and older, in silence.
 * Lines end in LF afterwards, whatever they ended in before, for COPY counts lines inside quotes by the one kind alone. Empty lines
 * at the end are dropped.
 *
 * Records are found the way COPY finds them: a quote character turns quoting on or off wherever it stands ("" does both).
 */
export class RecordNumbering {
  private readonly spans = new Map<number, number>();
  private recordLine = 0;
  private quoted = false;
  private emptyLine = 0;
  private held: Buffer = Buffer.alloc(0);

  /** @param line physical line of the first byte that `push` will be given, from 1 */
  constructor(private line: number) {}

  /** The next bytes; they may begin and end anywhere, even inside a character. */
  push(bytes: Buffer): Buffer {
    const chunk = this.held.length > 0 ? Buffer.concat([this.held, bytes]) : bytes;
    const length = chunk.length - (chunk[chunk.length - 1] === CR ? 1 : 0); // it may be half of a CR LF
    this.held = Buffer.from(chunk.subarray(length));
    const out: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < length; at++) {
      const byte = chunk[at];
      if (this.recordLine === 0) {
        const ends = byte === LF || (byte === CR && chunk[at + 1] === LF);
        if (ends) {
          this.emptyLine ||= this.line;
          if (byte === CR) at++;
          from = at + 1;
          this.line++;
          continue;
        }
        this.begin(out);
      }
      if (byte === QUOTE) this.quoted = !this.quoted;
      else if (byte === LF) {
        if (!this.quoted) {
          out.push(chunk.subarray(from, at > from && chunk[at - 1] === CR ? at - 1 : at), LINE_END);
          from = at + 1;
          this.end();
        }
        this.line++;
      }
    }
    out.push(chunk.subarray(from, length));
    return Buffer.concat(out);
  }

  /**
   * There are no more bytes.
   * @throws CsvError when a quoted value was never closed: the file is cut off, or a quote is missing
   */
  finish(): void {
    if (this.quoted) throw new CsvError(this.recordLine, 'a quoted value begins in this record and never ends');
  }

  /** The line on which the record begins that COPY says is on `line`: it counts to the record's last. */
  beginning(line: number): number {
    return this.spans.get(line) ?? line;
  }

  private begin(out: Buffer[]): void {
    if (this.emptyLine > 0) throw new CsvError(this.emptyLine, 'the line is empty');
    this.recordLine = this.line;
    out.push(Buffer.from(`${this.line},`));
  }

  private end(): void {
    if (this.line > this.recordLine) {
      this.spans.set(this.line, this.recordLine);
      if (this.spans.size > SPANS_KEPT) this.spans.delete(this.spans.keys().next().value!);
    }
    this.recordLine = 0;
  }
}

const LINE_END = Buffer.from('\n');
