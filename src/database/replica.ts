import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { type Queryable, row, sql } from '../common/sql';
import type { Config } from '../config/config';
import { guardConnections } from './connection-guard';
import { databaseOptions } from './options';

/** While somebody reads, so often it is looked how far the standby is. */
const LOOK_MS = 1000;
/** Nobody waits longer than this to know. */
const PATIENCE_MS = 1000;
/** A standby that is behind for no longer than this is waited for, */
const CATCH_UP_MS = 250;
/** and asked so often. */
const AGAIN_MS = 25;

/**
 * Whether reads may go to the standby: `ready`; `behind`, it lacks what was written longer ago than it may; `unreachable`; `foreign`, it is no
 * standby, or not one of this database, or it did not follow when another server was promoted.
 */
export type Standing = 'ready' | 'behind' | 'unreachable' | 'foreign';

/** What the primary says of itself at an instant. */
interface Mark {
  /** By the clock of the primary, to the microsecond. Whatever was committed by then lies before `lsn`. */
  readonly at: string;
  /** The place in the WAL, as text of a number: bytes from its beginning. */
  readonly lsn: string;
  /** Which database of which cluster, since which promotion: places can be compared within one of them alone. */
  readonly cluster: string;
  readonly timeline: number;
}

/** A mark, and when we asked for it, by our own steady clock. */
type Seen = Mark & { readonly askedAt: number };

const CLUSTER = sql`(SELECT system_identifier FROM pg_control_system()) || '/' || current_database()`;

/**
 * The instant is that of the statement's beginning, so before the place is looked up. A place at the very beginning of a page lies behind the
 * page's header (24 bytes, 40 in the first one of a file), where nothing is yet to be replayed: the end of the page before is meant.
 */
const MARK = sql`
  SELECT at, lsn - CASE WHEN lsn % pg_size_bytes(current_setting('wal_segment_size')) = 40 THEN 40
                        WHEN lsn % current_setting('wal_block_size')::int = 24 THEN 24 ELSE 0 END AS lsn, cluster, timeline
  FROM (SELECT to_char(statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, ${CLUSTER} AS cluster,
               pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS lsn,
               ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline) mark`;

/** The timeline that is received, which only some roles are told; else that of the last restart point, which is right some minutes later. */
const STANDBY = sql`
  SELECT pg_is_in_recovery() AS is_standby, ${CLUSTER} AS cluster, pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS replayed,
         coalesce((SELECT received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint())) AS timeline`;

type Settings = Parameters<typeof databaseOptions>[1] & Pick<Config, 'REPLICA_MAX_LAG_SECONDS'>;

/**
 * A standby, and up to which instant it is known to have everything. That is found with one clock and without writing: the primary says how far
 * its WAL is, we remember when we asked, and the standby says later that it has replayed that much. The standby's own time of the last
 * transaction would not do: it stands still while nobody writes.
 */
export class Replica {
  private connected?: DataSource;
  /** Not known yet to be replayed, the oldest first. */
  private marks: Seen[] = [];
  private known?: Seen;
  private last?: Standing;
  private looking?: Promise<void>;
  private lookedAt = -Infinity;

  constructor(
    private readonly primary: Queryable,
    private readonly url: string,
    private readonly settings: Settings,
    private readonly onChange: (standing: Standing, why: string) => void,
  ) {}

  /** Where to read and up to which instant it has everything; or why not there. */
  async reader(): Promise<{ database: DataSource; knownAt: string } | Exclude<Standing, 'ready'>> {
    if (!this.looking && performance.now() - this.lookedAt > LOOK_MS) this.look();
    // one that could not be read is not waited for: the request goes on, and the next ones know
    if (!this.isFresh && (this.last === undefined || this.last === 'ready'))
      await Promise.race([this.looking, sleep(PATIENCE_MS, undefined, { ref: false })]);
    if (this.connected && this.known && this.isFresh) return { database: this.connected, knownAt: this.known.at };
    if (this.last === undefined || this.last === 'ready') this.turn('behind', 'it is not known to be near enough');
    return this.last as Exclude<Standing, 'ready'>;
  }

  /** Seconds since the instant up to which it is known to have everything; undefined where no such instant is. */
  get ageSeconds(): number | undefined {
    return this.known && (performance.now() - this.known.askedAt) / 1000;
  }

  /** It failed in the middle of a reading: it is looked at again before it is read again. */
  lost(why: string): void {
    this.known = undefined;
    this.lookedAt = -Infinity;
    this.turn('unreachable', why);
  }

  async close(): Promise<void> {
    await Promise.race([this.looking, sleep(PATIENCE_MS, undefined, { ref: false })]);
    await this.connected?.destroy();
  }

  private get isFresh(): boolean {
    return this.ageSeconds !== undefined && this.ageSeconds <= this.settings.REPLICA_MAX_LAG_SECONDS;
  }

  /** One at a time, however long it takes: a server that is frozen holds one connection of each pool, and not all. */
  private look(): void {
    this.lookedAt = performance.now();
    this.looking = this.compare()
      .catch((error: Error) => {
        this.known = undefined;
        this.turn('unreachable', error.message);
      })
      .finally(() => (this.looking = undefined));
  }

  private async compare(): Promise<void> {
    const askedAt = performance.now();
    const mark = await row<Mark>(this.primary, MARK).catch(() => undefined);
    const database = await this.connect();
    if (!mark) return; // the primary is away: what is known goes on being known, and grows old
    if (this.marks.concat(this.known ?? []).some((one) => !isSameHistory(one, mark))) this.forget();
    const oldest = askedAt - this.settings.REPLICA_MAX_LAG_SECONDS * 1000;
    this.marks = [...this.marks.filter((one) => one.askedAt >= oldest), { ...mark, askedAt }];
    for (;;) {
      const standby = await row<StandbyRow>(database, STANDBY);
      if (!standby.is_standby || !isSameHistory(standby, mark)) {
        this.forget();
        return this.turn('foreign', standby.is_standby ? 'it follows another server' : 'it is no standby');
      }
      this.advance(BigInt(standby.replayed ?? 0));
      if (this.isFresh) return this.turn('ready', '');
      if (performance.now() - askedAt > CATCH_UP_MS)
        return this.turn('behind', `it lacks what was written ${this.settings.REPLICA_MAX_LAG_SECONDS} s ago`);
      await sleep(AGAIN_MS);
    }
  }

  private advance(replayed: bigint): void {
    const reached = this.marks.filter(({ lsn }) => BigInt(lsn) <= replayed);
    this.known = reached.at(-1) ?? this.known;
    this.marks = this.marks.filter((mark) => !reached.includes(mark));
  }

  private forget(): void {
    this.known = undefined;
    this.marks = [];
  }

  private turn(standing: Standing, why: string): void {
    if (standing !== this.last) this.onChange(standing, why);
    this.last = standing;
  }

  private async connect(): Promise<DataSource> {
    if (this.connected) return this.connected;
    const options = databaseOptions(this.url, this.settings);
    const database = new DataSource({ ...options, migrations: [], poolErrorHandler: () => undefined }); // the next look says it
    await database.initialize();
    guardConnections(database, this.settings.STATEMENT_TIMEOUT_SECONDS * 1000);
    return (this.connected = database);
  }
}

interface StandbyRow {
  is_standby: boolean;
  cluster: string;
  timeline: number;
  /** Null before anything was replayed. */
  replayed: string | null;
}

type History = Pick<Mark, 'cluster' | 'timeline'>;

const isSameHistory = (one: History, other: History): boolean =>
  one.cluster === other.cluster && one.timeline === other.timeline;
