import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Background, type Repeated } from '../../common/background';
import { rows, type Sql } from '../../common/sql';
import { CONFIG, type Config } from '../../config/config';
import { inTransaction } from '../../database/transaction';
import { DispatchSteps } from './dispatch-steps';
import { announceFinished, dropOldPreviews, selectExpired, selectToWorkOn, selectToWrite } from './dispatches.sql';

/**
 * What the loops of a process work on, by the connections it has: each takes one. With more than one, one of them only writes, so that
 * audiences that take minutes to resolve keep no other dispatch waiting.
 */
const loopsOf = (connections: number): Sql[] => {
  if (connections < 4) return [selectToWorkOn];
  return connections < 8 ? [selectToWorkOn, selectToWrite] : [selectToWorkOn, selectToWorkOn, selectToWrite];
};
/** How long a dispatch that another process left behind waits at most. */
const LOOK_MS = 1000;
const EXPIRE_MS = 2000;
/** How long after its last notification the end of a dispatch is announced at most, and how many at a time. */
const FINISHED_MS = 2000;
const FINISHED_ROWS = 100;
const TIDY_MS = 60_000;
/** Audiences of dry runs are kept so long. */
const PREVIEW_DAYS = 7;
/** Whoever asks again and again looks at the newest; an audience of a million customers takes 20 MB. */
const PREVIEWS_PER_CAMPAIGN = 50;

/** Works on dispatches until none is left, and looks again: what this process was asked for, and what a dead one left behind. */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap {
  private readonly loops: Repeated[] = [];

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly database: DataSource,
    private readonly background: Background,
    private readonly steps: DispatchSteps,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.ROLES.includes('dispatcher')) return;
    for (const [i, work] of loopsOf(this.config.DATABASE_POOL_SIZE).entries())
      this.loops.push(this.background.repeat(`dispatcher ${i + 1}`, LOOK_MS, (stopping) => this.workOff(work, stopping)));
    this.background.repeat('expired dispatches', EXPIRE_MS, () => this.expire());
    this.background.repeat('finished dispatches', FINISHED_MS, (stopping) => this.announceFinished(stopping));
    this.background.repeat('old dry runs', TIDY_MS, async (stopping) => {
      const drop = () => rows(this.database, dropOldPreviews(PREVIEW_DAYS, PREVIEWS_PER_CAMPAIGN));
      for (let dropped = await drop(); dropped.length > 0 && !stopping.aborted;) dropped = await drop();
    });
  }

  /** There is something to do. Where this process does not dispatch, another notices by itself. */
  wake(): void {
    for (const loop of this.loops) loop.wake();
  }

  /** Step by step, until there is nothing that nobody is at. One that fails for now keeps none of the others waiting. */
  private async workOff(work: Sql, stopping: AbortSignal): Promise<void> {
    let worked = true;
    while (worked && !stopping.aborted) {
      worked = false;
      await this.each(work, async (id) => {
        while (!stopping.aborted && (await this.steps.next(id, stopping)) === 'done') worked = true;
      });
    }
  }

  private expire(): Promise<void> {
    return this.each(selectExpired, (id) =>
      inTransaction(this.database, (transaction) => this.steps.expire(transaction, id)),
    );
  }

  private async announceFinished(stopping: AbortSignal): Promise<void> {
    const announce = () => rows(this.database, announceFinished(FINISHED_ROWS));
    while ((await announce()).length === FINISHED_ROWS && !stopping.aborted);
  }

  /** Does it for each dispatch of a statement, and fails at the end with the first failure. */
  private async each(statement: Sql, work: (id: string) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    for (const { id } of await rows<{ id: string }>(this.database, statement))
      await work(id).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
