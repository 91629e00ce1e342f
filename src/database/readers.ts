import { isNativeError } from 'node:util/types';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Measures } from '../common/measures';
import { Problem } from '../common/problem';
import { CONFIG, type Config } from '../config/config';
import { problemFromDatabase } from './pg-errors';
import { Replica } from './replica';

/** Where to read. */
export interface Reader {
  readonly database: DataSource;
  /**
   * The instant up to which it has everything, by the clock of the primary, to the microsecond; undefined: it has what there is now. A rule is
   * read at this instant where the caller names none, and the answer is of it: the standby's own now() would promise more than it knows.
   */
  readonly knownAt?: string;
}

/**
 * Decides where customers and purchases are looked at: in the replica while it is near enough, in the primary where there is none. For what only
 * looks and is dear. Never for what decides who is notified, or what a caller has just written and reads back.
 */
@Injectable()
export class Readers implements OnApplicationShutdown {
  private readonly logger = new Logger('Database');
  private readonly replica?: Replica;

  constructor(
    @InjectDataSource() private readonly primary: DataSource,
    @Inject(CONFIG) config: Config,
    private readonly measures: Measures,
  ) {
    const { DATABASE_REPLICA_URL: url } = config;
    this.replica =
      url === undefined
        ? undefined
        : new Replica(primary, url, config, (standing, why) => {
            if (standing === 'ready') this.logger.log('Previews and counts read from the replica');
            else this.logger.warn(`Previews and counts read from the primary, the replica is ${standing}: ${why}`);
          });
  }

  /**
   * Reads. `work` may be asked twice: what the replica fails at, the primary is asked again. Not what takes it too long: that would take the
   * primary as long.
   */
  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    if (!this.replica) return work({ database: this.primary });
    const reader = await this.replica.reader();
    if (typeof reader === 'string') return this.fromPrimary(reader, work);
    try {
      const answer = await work(reader);
      this.measures.replicaReads.inc({ from: 'replica', why: 'ready' });
      return answer;
    } catch (error) {
      const problem = problemFromDatabase(error);
      if (error instanceof Problem || problem?.type === 'statement-too-slow') throw error;
      const why = isNativeError(error) ? error.message : String(error);
      if (problem?.type === 'database-unavailable') this.replica.lost(why);
      else this.logger.warn(`The replica failed at a reading, the primary is asked: ${why}`);
      return this.fromPrimary('failed', work);
    }
  }

  /** The same for something that may not be there: that it is not, only the primary can say. */
  async find<T>(work: (reader: Reader) => Promise<T | undefined>): Promise<T | undefined> {
    let isReplica = false;
    const found = await this.read((reader) => {
      isReplica = reader.knownAt !== undefined;
      return work(reader);
    });
    return found === undefined && isReplica ? work({ database: this.primary }) : found;
  }

  /** Seconds; undefined where there is no replica, or it is not known how far it is. */
  get replicaAge(): number | undefined {
    return this.replica?.ageSeconds;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.replica?.close();
  }

  private fromPrimary<T>(why: string, work: (reader: Reader) => Promise<T>): Promise<T> {
    this.measures.replicaReads.inc({ from: 'primary', why });
    return work({ database: this.primary });
  }
}
