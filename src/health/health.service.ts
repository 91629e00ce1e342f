import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../common/problem';
import { version } from '../version';

/** A probe every second from each of several balancers must not become a load of its own: one check at a time, shared by all. */
const CHECK_MAX_AGE_MS = 1000;

/** A database that takes longer than this counts as not answering: a probe must not hang with it. */
const CHECK_PATIENCE_MS = 1000;

interface Check {
  startedAt: number;
  isOver: boolean;
  ok: Promise<boolean>;
}

@Injectable()
export class HealthService {
  private isStopping = false;
  private check?: Check;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** From now on this replica is not ready: balancers send new requests elsewhere while it finishes what it has. */
  stopping(): void {
    this.isStopping = true;
  }

  /** @throws Problem shutting-down, database-unavailable */
  async ready(): Promise<{ status: 'ok' }> {
    if (this.isStopping) throw new Problem('shutting-down', 'Send the request to another replica.');
    if (!(await this.databaseAnswers())) throw new Problem('database-unavailable', 'The database does not answer.');
    return { status: 'ok' };
  }

  async summary() {
    const database = (await this.databaseAnswers()) ? ('ok' as const) : ('unavailable' as const);
    const status = this.isStopping ? ('stopping' as const) : database === 'ok' ? ('ok' as const) : ('degraded' as const);
    return { status, version, uptime_seconds: Math.round(process.uptime()), checks: { database } };
  }

  /** Asked at most once a second, however many want to know; false after a second without an answer. */
  databaseAnswers(): Promise<boolean> {
    const now = performance.now();
    if (!this.check || (this.check.isOver && now - this.check.startedAt > CHECK_MAX_AGE_MS))
      this.check = this.startCheck(now);
    const patienceMs = Math.max(0, this.check.startedAt + CHECK_PATIENCE_MS - now);
    return Promise.race([this.check.ok, sleep(patienceMs, false, { ref: false })]);
  }

  private startCheck(startedAt: number): Check {
    const ok = this.database.query('SELECT 1').then(
      () => true,
      () => false,
    );
    const check: Check = { startedAt, isOver: false, ok };
    void ok.then(() => (check.isOver = true));
    return check;
  }
}
