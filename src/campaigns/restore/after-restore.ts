import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { EntityManager, QueryRunner } from 'typeorm';
import { insertEntry } from '../../audit/audit.sql';
import { row, rows, sql } from '../../common/sql';
import { type Config, ConfigError } from '../../config/config';
import { installationOf, recordInstallation } from '../../database/installation';
import { applyPending, type Report } from '../../database/migrate';
import { inTransaction } from '../../database/transaction';
import { nothingSent, recordSentBefore, type SentBefore } from '../../notifications/sent-before.service';
import { prepareAhead } from '../../notifications/volumes/volumes.service';
import { passOverDue } from '../schedule/pass-over';
import { holdDispatches, selectOthers, skipDispatchNumbers } from './restore.sql';

/** Ids of a file that are recorded at a time. */
const BATCH = 5000;
const ID = /^[1-9]\d{0,17}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MISSED = 'The database was restored from a backup: whether it had been fired is not known.';

/** What a dump does not tell: which of what is queued in it was sent after it was taken. */
export interface Wanted {
  /** A file with an id of a notification in each line that is known to have been sent. */
  sent?: string;
  /** Nothing was: the service was stopped before the dump was taken, and has not run since. */
  nothingWasSentSince: boolean;
}

export interface Outcome {
  /** Dispatches that are paused now, and were not before; undefined where nothing was held back. */
  held?: { id: string; name: string }[];
  schedules: number;
  sent: SentBefore;
}

/**
 * Makes restored tables safe to start on: whatever would go out is held back, and what a file knows to have been sent is recorded so. All of
 * it, or nothing. To be called under the lock of our schema.
 * @throws ConfigError where processes of the service are connected, or the file has a line that is no id
 */
export async function afterRestore(runner: QueryRunner, config: Config, wanted: Wanted, report: Report): Promise<Outcome> {
  const installation = await installationOf(runner, config.DATABASE_SCHEMA);
  await applyPending(runner, config, report);
  // to record what was sent is for later too, when the service runs again; then nothing more is held back
  const holds = !wanted.nothingWasSentSince && (wanted.sent === undefined || installation?.isRestored === true);
  if (holds) await refuseOthers(runner);
  return inTransaction(runner.manager, async (transaction) => {
    await transaction.query("SET LOCAL lock_timeout = '10s'");
    const sent = wanted.sent === undefined ? nothingSent() : await recordFile(transaction, wanted.sent);
    const { held, schedules } = holds ? await hold(transaction) : { held: undefined, schedules: 0 };
    await rows(transaction, recordInstallation(config.DATABASE_SCHEMA));
    const { nothingWasSentSince } = wanted;
    await noteInAudit(transaction, { nothingWasSentSince, held: held?.length, schedules, recorded: sent.recorded });
    return { held, schedules, sent };
  });
}

async function hold(transaction: EntityManager) {
  const held = await rows<{ id: string; name: string }>(transaction, holdDispatches);
  const schedules = await passOverDue(transaction, MISSED);
  await rows(transaction, skipDispatchNumbers);
  await prepareAhead(transaction);
  return { held, schedules };
}

async function refuseOthers(runner: QueryRunner): Promise<void> {
  const others = await rows(runner, selectOthers);
  if (others.length > 0)
    throw new ConfigError(
      `${others.length} connections of the service to this database: stop every process of it first, and run this again`,
    );
}

async function recordFile(transaction: EntityManager, file: string): Promise<SentBefore> {
  const sum = nothingSent();
  let ids: string[] = [];
  let lineNo = 0;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    lineNo++;
    const id = line.trim().toLowerCase();
    if (id === '' || (lineNo === 1 && id === 'id')) continue;
    if (!ID.test(id)) throw new ConfigError(`${file}, line ${lineNo}: not the id of a notification, such as 17:01652fa0-…`);
    ids.push(id);
    if (ids.length < BATCH) continue;
    await recordSentBefore(transaction, ids, sum);
    ids = [];
  }
  if (ids.length > 0) await recordSentBefore(transaction, ids, sum);
  return sum;
}

/** The chain of the audit log is that of the dump, and whoever noted a later end of it sees here why it is gone. */
async function noteInAudit(transaction: EntityManager, detail: object): Promise<void> {
  const { role } = await row<{ role: string }>(transaction, sql`SELECT current_user AS role`);
  const who = { actor: `database role ${role}`, via: 'command', request_id: 'after-restore' };
  await rows(transaction, insertEntry({ ...who, action: 'installation.restored', outcome: 'done', detail }));
}
