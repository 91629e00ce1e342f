import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Background, type Repeated } from '../../common/background';
import { rows } from '../../common/sql';
import { CONFIG, type Config } from '../../config/config';
import { inTransaction } from '../../database/transaction';
import { DispatchSteps } from './dispatch-steps';
import { dropOldPreviews, selectExpired, selectToWorkOn } from './dispatches.sql';

/** Dispatches a process works on at once: a long one does not keep the others waiting, and each takes a connection. */
const AT_ONCE = 2;
/** How long a dispatch that another process left behind waits at most. */
const LOOK_MS = 1000;
const EXPIRE_MS = 2000;
const TIDY_MS = 60_000;
/** Audiences of dry runs are kept so long. */
const PREVIEW_DAYS = 7;

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
    for (let loop = 1; loop <= AT_ONCE; loop++)
      this.loops.push(this.background.repeat(`dispatcher ${loop}`, LOOK_MS, (stopping) => this.workOff(stopping)));
    this.background.repeat('expired dispatches', EXPIRE_MS, () => this.expire());
    this.background.repeat(
      'old dry runs',
      TIDY_MS,
      async () => void (await rows(this.database, dropOldPreviews(PREVIEW_DAYS))),
    );
  }

  /** There is something to do. Where this process does not dispatch, another notices by itself. */
  wake(): void {
    for (const loop of this.loops) loop.wake();
  }

  /** Step by step, the oldest dispatch first, until there is nothing that nobody is at. */
  private async workOff(stopping: AbortSignal): Promise<void> {
    let worked = true;
    while (worked && !stopping.aborted) {
      worked = false;
      for (const { id } of await rows<{ id: string }>(this.database, selectToWorkOn))
        while (!stopping.aborted && (await this.steps.next(id, stopping)) === 'done') worked = true;
    }
  }

  private async expire(): Promise<void> {
    for (const { id } of await rows<{ id: string }>(this.database, selectExpired))
      await inTransaction(this.database, (transaction) => this.steps.expire(transaction, id));
  }
}
