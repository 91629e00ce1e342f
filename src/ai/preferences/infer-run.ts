import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem';
import { rows } from '../../common/sql';
import { AudienceService } from '../../segments/audience.service';
import { InferenceService } from './inference.service';
import { MinutePace } from './minute-pace';
import { selectStandings, type StandingRow } from './preferences.sql';
import { StoredPreferencesService } from './stored-preferences.service';

/** Customers that are looked at together. */
const PAGE = 500;

export interface RunOptions {
  segmentId: string;
  /** Customers the model is asked about, at most. */
  limit: number;
  /** Customers a minute. */
  rate: number;
  /** Those too whose suggestion is newer than their last purchase. */
  again: boolean;
  signal: AbortSignal;
  /** How many customers there are, once that is known. */
  onTotal: (customers: number) => void;
  /** So many more are done with, whatever came of them. */
  onDone: (customers: number) => void;
}

/** What became of the customers of a run, by reason. */
export interface RunOutcome {
  inferred: number;
  skipped: Partial<Record<Exclude<StandingRow['standing'], 'due'>, number>>;
  /** Of whom nothing could be inferred, by the type of the problem. */
  refused: Partial<Record<string, number>>;
  /** Why it ended before the last customer. */
  stopped?: Problem | 'limit' | 'interrupted';
}

/** What says something of one customer, and not of the model. */
const OF_ONE = ['draft-not-usable', 'nothing-to-infer-from', 'customer-not-found', 'conflict'];

/**
 * Infers the preferences of a segment's customers, one after the other, in the order of their ids. What is done is stored customer by customer, and
 * passed over by the next run: whoever repeats a run that was killed goes on where it was.
 */
@Injectable()
export class InferRun {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audience: AudienceService,
    private readonly inference: InferenceService,
    private readonly stored: StoredPreferencesService,
  ) {}

  /** A model that does not answer ends it. @throws Problem segment-not-found, segment-inactive, statement-too-slow, database-… */
  async run({ limit, rate, again, signal, onTotal, onDone, segmentId }: RunOptions): Promise<RunOutcome> {
    const outcome: RunOutcome = { inferred: 0, skipped: {}, refused: {} };
    const pace = new MinutePace(rate);
    let asked = 0;
    for await (const { user_id, standing } of this.customers(segmentId, onTotal)) {
      if (signal.aborted) return { ...outcome, stopped: 'interrupted' };
      const isKnown = standing === 'known' && !again;
      if (standing !== 'due' && (standing !== 'known' || isKnown)) {
        outcome.skipped[standing] = (outcome.skipped[standing] ?? 0) + 1;
        onDone(1);
        continue;
      }
      if (asked++ >= limit) return { ...outcome, stopped: 'limit' };
      await pace.turn(signal);
      if (signal.aborted) return { ...outcome, stopped: 'interrupted' };
      const problem = await this.one(user_id, signal);
      if (signal.aborted && problem) return { ...outcome, stopped: 'interrupted' };
      if (problem && !OF_ONE.includes(problem.type)) return { ...outcome, stopped: problem };
      if (problem) outcome.refused[problem.type] = (outcome.refused[problem.type] ?? 0) + 1;
      else outcome.inferred++;
      onDone(1);
    }
    return outcome;
  }

  /** Why nothing was inferred, where nothing was. */
  private async one(userId: string, signal: AbortSignal): Promise<Problem | undefined> {
    try {
      const inference = await this.inference.infer(userId, signal);
      await this.stored.store(userId, inference, this.database.manager);
      return undefined;
    } catch (error) {
      if (error instanceof Problem) return error;
      if (signal.aborted) return new Problem('shutting-down', 'Interrupted.');
      throw error;
    }
  }

  private async *customers(segmentId: string, onTotal: RunOptions['onTotal']): AsyncGenerator<StandingRow> {
    const [segment] = await this.audience.rules([segmentId]);
    if (!segment) throw new Problem('segment-not-found', `There is no segment ${segmentId}.`);
    if (!segment.is_active) throw new Problem('segment-inactive', `The segment ${segmentId} is not active.`);
    let cursor: string | undefined;
    do {
      const page = await this.audience.preview(
        [segment.filters],
        { limit: PAGE, cursor, total: cursor === undefined },
        `segments/${segmentId}/inference`,
      );
      if (page.total !== undefined) onTotal(page.total);
      yield* await rows<StandingRow>(this.database, selectStandings(page.items));
      cursor = page.next;
    } while (cursor !== undefined);
  }
}
