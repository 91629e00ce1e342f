import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Measures } from '../../common/measures';
import type { Problem } from '../../common/problem';
import { Spans } from '../../common/spans';
import { row, rows, type Sql, sql } from '../../common/sql';
import { traceOfThing } from '../../common/trace';
import { abandon, allowTime } from '../../database/connection-guard';
import { inTransaction } from '../../database/transaction';
import { NotificationsService } from '../../notifications/notifications.service';
import { AudienceService, isIncluded } from '../../segments/audience.service';
import {
  capChunk,
  closeResolving,
  compareTargeted,
  keepAudience,
  lockCaps,
  resolve,
  type Resolving,
  roomToOrder,
  suppressChunk,
} from '../audience/audience.sql';
import { lasting, RESOLVE_SECONDS } from './dispatch-failure';
import {
  type DispatchPreview,
  type DispatchSettings,
  type DispatchStatus,
  type FrozenRun,
  settingsOf,
} from './dispatch-row';
import {
  advance,
  cancelDispatch,
  failDispatch,
  finishDispatch,
  keepPreview,
  lockWriting,
  selectFrozen,
  selectLastDryRun,
  selectStatus,
  tryResolve,
  type StatusRow,
  type WritingRow,
} from './dispatches.sql';

/** Any other statement of a dispatch, on a bad day. */
const CHUNK_SECONDS = 60;
/** How soon a pause or a cancellation is noticed while an audience is resolved. */
const LOOK_MS = 500;
/** Overlaps shown of a dry run: beyond these they are crumbs. */
const MAX_OVERLAPS = 50;

/** A share of a count may come out a hair below the whole number that is meant: 0.29 of 100 as 28.999999999999996. */
const ROUNDING = 1e-6;

/** What a step came to: `busy` where another process is at it, `idle` where nothing is left to do. */
export type StepOutcome = 'done' | 'busy' | 'idle';

/**
 * The steps of a dispatch, each one transaction: resolve the audience, write a chunk, close. A step holds the dispatch by a lock of its
 * transaction and begins with reading where it is, so any process can make any step, a killed one leaves nothing half done, and its next
 * step is somebody else's. Nothing of a dispatch is kept in a process.
 */
@Injectable()
export class DispatchSteps {
  private readonly logger = new Logger(DispatchSteps.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audience: AudienceService,
    private readonly notifications: NotificationsService,
    private readonly measures: Measures,
    private readonly spans: Spans,
  ) {}

  /** Makes the next step of a dispatch. Errors that pass by themselves are thrown; what will not pass ends the dispatch as failed. */
  async next(id: string, stopping: AbortSignal): Promise<StepOutcome> {
    const began = performance.now();
    try {
      const [now] = await rows<StatusRow>(this.database, selectStatus(id));
      if (now?.status === 'resolving') return await this.timed(id, 'resolve', () => this.resolve(id, stopping));
      if (now?.status === 'writing') return await this.timed(id, 'write', () => this.write(id, now.is_capped));
      return 'idle';
    } catch (error) {
      if (stopping.aborted) return 'idle';
      const failure = lasting(error, performance.now() - began);
      if (!failure) throw error;
      this.logger.error(`Dispatch ${id} failed: ${error instanceof Error ? error.stack : String(error)}`);
      await inTransaction(this.database, (transaction) => this.fail(transaction, id, failure));
      return 'done';
    }
  }

  /** Where another process was at it, or there was nothing to do, nothing was done that took time. */
  private async timed(id: string, step: 'resolve' | 'write', work: () => Promise<StepOutcome>): Promise<StepOutcome> {
    const began = performance.now();
    const took = (outcome: 'done' | 'error') => {
      const [trace, endedAt, isError] = [traceOfThing(`dispatch ${id}`), performance.now(), outcome === 'error'];
      this.measures.stepSeconds.observe({ step, outcome }, (endedAt - began) / 1000);
      this.spans.add({ trace, name: `dispatch ${step}`, kind: 'internal', beganAt: began, endedAt, isError });
    };
    try {
      const outcome = await work();
      if (outcome === 'done') took('done');
      return outcome;
    } catch (error) {
      took('error');
      throw error;
    }
  }

  /** Freezes who is targeted and why the others are not. A dry run ends here. */
  private async resolve(id: string, stopping: AbortSignal): Promise<StepOutcome> {
    const run = await row<FrozenRun>(this.database, selectFrozen(id));
    const settings = settingsOf(run);
    const isDryRun = run.kind === 'dry_run';
    const watch = this.watch(id, stopping);
    try {
      // one snapshot for all of it, so that what is counted by segment is what was matched
      return await inTransaction(
        this.database,
        async (transaction) => {
          const { mine } = await row<{ mine: boolean }>(transaction, tryResolve(id));
          if (!mine) return 'busy';
          const [now] = await rows<StatusRow>(transaction, selectStatus(id));
          if (now?.status !== 'resolving') return 'idle'; // paused since it was found: whoever resumes it begins anew
          await allowTime(transaction, RESOLVE_SECONDS);
          watch.over(transaction);
          await rows(transaction, resolve(this.resolving(run, settings)));
          const preview = isDryRun ? await this.previewOf(run, transaction) : undefined;
          await rows(transaction, roomToOrder);
          await rows(transaction, keepAudience(id));
          // where it was paused or cancelled meanwhile, the snapshot makes this fail
          const closed = await row<Closed>(transaction, closeResolving(id, isDryRun ? 'previewed' : 'writing'));
          if (preview) await rows(transaction, keepPreview(id, preview));
          await this.refuseMoved(run, settings, closed, transaction);
          return 'done';
        },
        'REPEATABLE READ',
      );
    } catch (error) {
      if (stopping.aborted || (await this.statusOf(id)) !== 'resolving') return 'idle'; // paused or cancelled: whatever failed is not wanted any more
      throw error;
    } finally {
      watch.end();
    }
  }

  /** One chunk: its rows, its lane and the place to go on from, or none of them. After the last one, the reconciliation. */
  private async write(id: string, isCapped: boolean): Promise<StepOutcome> {
    let written = 0;
    const outcome = await inTransaction(this.database, async (transaction): Promise<StepOutcome> => {
      written = 0;
      await allowTime(transaction, CHUNK_SECONDS);
      if (isCapped) await rows(transaction, lockCaps); // before the dispatch: a cancellation does not wait for another one's chunk
      const [run] = await rows<WritingRow>(transaction, lockWriting(id));
      if (!run) return 'busy';
      if (run.expired) await this.expire(transaction, id);
      else if (run.next_chunk === run.chunks) await this.finish(transaction, id);
      else written = await this.writeChunk(transaction, id, run);
      return 'done';
    });
    this.measures.written.inc(written);
    return outcome;
  }

  private async writeChunk(
    transaction: EntityManager,
    dispatchId: string,
    { next_chunk: chunkNo, has_suppressed, ...run }: WritingRow,
  ): Promise<number> {
    const { frequency_cap } = settingsOf(run);
    if (has_suppressed) await rows(transaction, suppressChunk(dispatchId, chunkNo));
    if (frequency_cap) await rows(transaction, capChunk(dispatchId, chunkNo, frequency_cap));
    await this.notifications.writeChunk(transaction, { dispatchId, chunkNo });
    const chunk = await row<{ written: number }>(transaction, advance(dispatchId, chunkNo));
    return chunk.written;
  }

  private async finish(transaction: EntityManager, id: string): Promise<void> {
    const closed = await rows(transaction, finishDispatch(id));
    if (closed.length > 0) return;
    this.logger.error(`Dispatch ${id} does not reconcile: its notifications are not those its audience says`);
    await this.fail(transaction, id, {
      type: 'internal-error',
      detail: 'Its notifications are not those that its audience says. They were changed from outside.',
    });
  }

  /** Ends it, and lets nothing of what it wrote be handed out. */
  private async fail(
    transaction: EntityManager,
    id: string,
    { type, detail }: Pick<Problem, 'type' | 'detail'>,
  ): Promise<void> {
    const failed = await rows(transaction, failDispatch(id, type, detail));
    if (failed.length > 0) await this.notifications.cancel(transaction, id);
  }

  /** Cancels what may not be sent any more. */
  async expire(transaction: EntityManager, id: string): Promise<void> {
    const detail = 'Its not_after has passed.';
    const cancelled = await rows(transaction, cancelDispatch(id, { type: 'campaign-expired', detail }));
    if (cancelled.length > 0) await this.notifications.cancel(transaction, id);
  }

  /** Where each customer is once, however many segments he is in: of a test by name, of a campaign by its rules. */
  private resolving({ id, campaign_id, channel, kind, rule, as_of }: FrozenRun, settings: DispatchSettings): Resolving {
    const run = { dispatchId: id, campaignId: campaign_id, channel, settings };
    if (kind === 'test') return { ...run, included: activeAmong(settings.user_ids ?? []) };
    const excludes = rule.some(({ excluded }) => excluded);
    return {
      ...run,
      included: this.audience.included(rule, as_of),
      ...(excludes && { excluded: this.audience.excluded(rule, as_of) }),
    };
  }

  private async previewOf({ rule, as_of }: FrozenRun, transaction: EntityManager): Promise<DispatchPreview> {
    const found = await this.audience.combinations(rule, as_of, transaction);
    const ids = rule.filter(isIncluded).map(({ id }) => id);
    const sum = (totals: { total: number }[]) => totals.reduce((all, { total }) => all + total, 0);
    return {
      segments: ids.map((id, i) => {
        const here = found.filter(({ segments }) => segments.includes(i));
        return { id, customers: sum(here), only_here: sum(here.filter(({ segments }) => segments.length === 1)) };
      }),
      overlaps: found
        .filter(({ segments }) => segments.length > 1)
        .slice(0, MAX_OVERLAPS)
        .map(({ segments, total }) => ({ segment_ids: segments.map((i) => ids[i]), customers: total })),
    };
  }

  /** Ends a run whose audience is not as large as its caller expects, and says what changed since the last dry run. */
  private async refuseMoved(
    { id, campaign_id }: FrozenRun,
    { expected_count, tolerance = 0 }: DispatchSettings,
    { matched, targeted }: Closed,
    transaction: EntityManager,
  ): Promise<void> {
    if (expected_count === undefined) return;
    if (Math.abs(Number(targeted) - expected_count) <= expected_count * tolerance + ROUNDING) return;
    const [last] = await rows<{ id: string }>(transaction, selectLastDryRun(campaign_id, id));
    const since = last && (await row<{ came: string; left: string }>(transaction, compareTargeted(last.id, id)));
    const changes = since ? ` Since dry run ${last.id}, ${since.came} came and ${since.left} left.` : '';
    const figures = {
      expected: expected_count,
      targeted: Number(targeted),
      matched: Number(matched),
      ...(since && { came: Number(since.came), left: Number(since.left) }),
    };
    const detail = `${expected_count} customers were expected, and ${targeted} of ${matched} matched would be targeted.${changes} GET /dispatches/${id} has the figures by reason.`;
    await rows(transaction, failDispatch(id, 'audience-moved', detail, figures));
  }

  private async statusOf(id: string): Promise<DispatchStatus | undefined> {
    return (await rows<StatusRow>(this.database, selectStatus(id)))[0]?.status;
  }

  /** Cuts the transaction's connection once the dispatch is paused or cancelled, or the process stops: the server ends the statement. */
  private watch(id: string, stopping: AbortSignal): { over(transaction: EntityManager): void; end(): void } {
    let watched: EntityManager | undefined;
    const cut = () => {
      const transaction = watched;
      watched = undefined;
      if (transaction) void abandon(transaction).catch(() => undefined);
    };
    const look = async () => {
      const status = await this.statusOf(id).catch(() => undefined); // the database's trouble is the step's own to notice
      if (status && status !== 'resolving') cut();
    };
    const timer = setInterval(() => void look(), LOOK_MS);
    stopping.addEventListener('abort', cut);
    return {
      over: (transaction) => {
        watched = transaction;
        if (stopping.aborted) cut();
      },
      end: () => {
        watched = undefined;
        clearInterval(timer);
        stopping.removeEventListener('abort', cut);
      },
    };
  }
}

/** What closeResolving gives. */
type Closed = Record<'matched' | 'targeted', string>;

const activeAmong = (ids: readonly string[]): Sql =>
  sql`SELECT u.id AS user_id FROM users u WHERE u.id = ANY (${ids}::uuid[]) AND u.is_active IS NOT FALSE`;
