import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Measures } from '../common/measures';
import { CONFIG, type Config } from '../config/config';
import { poolOf } from '../database/pool';
import { Readers } from '../database/readers';
import { HealthService } from '../health/health.service';
import { WakeUps } from '../notifications/wake-ups';
import { MonitoringService } from '../overview/monitoring.service';
import { OverviewService } from '../overview/overview.service';
import { SegmentHealthService } from '../segments/segment-health.service';
import { attentionFigures, databaseFigures } from './database-figures';
import { EventLoopDelay } from './event-loop-delay';
import { watch } from './gauge-list';
import { processFigures, type ProcessSources } from './process-figures';

/** Everything there is to know, as Prometheus reads it. */
@Injectable()
export class MetricsService implements OnModuleDestroy {
  private readonly eventLoop = new EventLoopDelay();
  /** The answer that is being made: whoever asks meanwhile shares it. */
  private making?: Promise<string>;
  private readonly show;

  constructor(
    private readonly measures: Measures,
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly database: DataSource,
    private readonly health: HealthService,
    private readonly monitoring: MonitoringService,
    private readonly overview: OverviewService,
    private readonly segments: SegmentHealthService,
    private readonly wakeUps: WakeUps,
    private readonly readers: Readers,
  ) {
    const { registry } = measures;
    this.show = {
      process: watch(registry, processFigures),
      up: watch(registry, [
        { name: 'crm_database_up', help: '1 while the database answers this process, else 0.', read: Number },
      ]),
      database: watch(registry, databaseFigures),
      attention: watch(registry, attentionFigures),
    };
  }

  onModuleDestroy(): void {
    this.eventLoop.stop();
  }

  /** Whatever is away, what is known without it is shown. */
  text(): Promise<string> {
    this.making ??= this.make().finally(() => (this.making = undefined));
    return this.making;
  }

  private async make(): Promise<string> {
    const isUp = await this.health.databaseAnswers();
    const [figures, attention] = await Promise.all([
      this.monitoring.get().catch(() => undefined),
      isUp ? this.overview.attention().catch(() => undefined) : undefined,
    ]);
    this.show.process(this.sources());
    this.show.up(isUp);
    this.show.database(figures);
    this.show.attention(attention);
    return this.measures.registry.metrics();
  }

  private sources(): ProcessSources {
    const { totalCount, idleCount, waitingCount } = poolOf(this.database);
    return {
      roles: this.config.ROLES,
      pool: { totalCount, idleCount, waitingCount, max: this.config.DATABASE_POOL_SIZE },
      eventLoop: this.eventLoop,
      index: this.segments.index(),
      waitingClaims: this.wakeUps.waiters,
      replicaAge: this.readers.replicaAge,
    };
  }
}
