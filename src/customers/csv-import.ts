import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline as pipe } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type CustomerTable, customerTablesAreOurs } from './customer-tables';
import { CsvError, readHeader, RecordNumbering } from './csv-records';
import { ImportError, refusedByCopy } from './import-error';
import { StagedTable } from './staged-table';

/** CSV to be loaded: UTF-8, a header line that names the columns. */
export interface CsvSource {
  /** What messages call it: the name of the file. */
  readonly name: string;
  /** The bytes, in pieces of any size. They are read once and never held all at once. */
  read(): AsyncGenerator<Buffer>;
}

export interface ImportOptions {
  /** Move every instant by the same interval, so that the newest purchase of the file is now. */
  shiftToNow?: boolean;
  /** Write into users and purchase_history even where this service has not made them. */
  iOwnTheseTables?: boolean;
  /** Gives up; nothing is changed then. */
  signal?: AbortSignal;
  /** Told when a source has been read and its rows are being written to the table. */
  onMerge?: (source: CsvSource) => void;
}

export interface Imported {
  customers: number;
  purchases: number;
  /** Of these purchases, those whose user_id no customer has: no segment finds them. */
  ofNobody: number;
}

/**
 * Loads customers and purchases in one transaction: all of both, or nothing. A row whose id is there already replaces it in the
 * columns the file has, so importing a file twice is harmless.
 * @throws ImportError with one line that names the file, and the line where there is one.
 */
export async function importCsv(
  url: string,
  customersSchema: string,
  sources: { users?: CsvSource; purchases?: CsvSource },
  options: ImportOptions = {},
): Promise<Imported> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'crm-service import',
    // an instant without a zone is UTC, and 01/02/2024 is refused rather than guessed at; a big file may take its time
    options: '-c timezone=UTC -c datestyle=ISO,YMD -c statement_timeout=0 -c idle_in_transaction_session_timeout=0',
  });
  client.on('error', () => undefined); // the statement that was running reports it
  const giveUp = () => void client.end();
  options.signal?.addEventListener('abort', giveUp);
  try {
    options.signal?.throwIfAborted();
    await client.connect();
    await client.query('BEGIN');
    const imported = await load(client, customersSchema, sources, options);
    options.signal?.removeEventListener('abort', giveUp); // too late: it is being completed
    await client.query('COMMIT').catch(outcomeUnknown);
    return imported;
  } catch (error) {
    if (options.signal?.aborted) throw new ImportError('Interrupted. Nothing was changed.', { cause: error });
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
    await client.end(); // before COMMIT it takes everything back
  }
}

const outcomeUnknown = (cause: Error): never => {
  const message = `${cause.message}, while the import was being completed. Look whether the rows are there; importing again is harmless.`;
  throw new ImportError(message, { cause });
};

async function load(
  client: Client,
  customersSchema: string,
  sources: { users?: CsvSource; purchases?: CsvSource },
  options: ImportOptions,
): Promise<Imported> {
  const database = { query: async (text: string, values?: unknown[]) => (await client.query<object>(text, values)).rows };
  if (!options.iOwnTheseTables && !(await customerTablesAreOurs(database, customersSchema)))
    throw new ImportError(
      `users and purchase_history in the schema ${customersSchema} were not made by this service, so it does not write to them. If they are yours to fill, npm run import takes --i-own-these-tables.`,
    );
  const users = sources.users && (await stage(client, customersSchema, 'users', sources.users));
  const purchases = sources.purchases && (await stage(client, customersSchema, 'purchase_history', sources.purchases));
  const shift = options.shiftToNow && purchases ? await purchases.shiftToNow() : undefined;
  const imported: Imported = { customers: 0, purchases: 0, ofNobody: 0 };
  if (users) {
    options.onMerge?.(sources.users!);
    imported.customers = await users.merge(shift);
  }
  if (purchases) {
    options.onMerge?.(sources.purchases!);
    imported.purchases = await purchases.merge(shift);
    imported.ofNobody = await purchases.countOfNobody(customersSchema);
  }
  return imported;
}

/** Copies a source into a temporary table of the columns it names. */
async function stage(
  client: Client,
  customersSchema: string,
  table: CustomerTable,
  source: CsvSource,
): Promise<StagedTable> {
  const chunks = source.read();
  const numbering = new RecordNumbering(2);
  try {
    const { columns, rest } = await readHeader(chunks);
    const staged = await StagedTable.create(client, customersSchema, table, columns, source.name);
    const records = async function* () {
      yield Buffer.from('header\n');
      yield numbering.push(rest);
      for await (const chunk of chunks) yield numbering.push(chunk);
      numbering.finish();
    };
    await pipeline(records, client.query(copyFrom(staged.copyStatement)));
    return staged;
  } catch (error) {
    if (error instanceof CsvError)
      throw new ImportError(`${source.name} line ${error.line}: ${error.message}`, { cause: error });
    throw refusedByCopy(error as Error, source.name, (line) => numbering.beginning(line));
  } finally {
    await chunks.return(undefined); // closes the file
  }
}

/**
 * A file of CSV; one whose name ends in `.gz` is unpacked on the way.
 * @param onRead told how many bytes of the file were read each time
 */
export function csvFile(path: string, onRead: (bytes: number) => void = () => undefined): CsvSource {
  const counted = async function* (file: AsyncIterable<Buffer>) {
    for await (const chunk of file) {
      onRead(chunk.length);
      yield chunk;
    }
  };
  return {
    name: basename(path),
    async *read() {
      const file = createReadStream(path, { highWaterMark: 256 * 1024 });
      // an error of the file destroys the unzipping stream, and so reaches whoever reads that
      yield* path.endsWith('.gz') ? pipe(file, counted, createGunzip(), () => undefined) : counted(file);
    },
  };
}
