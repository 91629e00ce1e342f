import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem';
import { Turns } from '../../common/turns';
import { CONFIG, type Config } from '../../config/config';

/** Where RULES_AT_ONCE is not set, rules may hold this part of the pool for as long as a statement may take: the rest is for what takes milliseconds. */
const SHARE_OF_POOL = 2;
/** For each that is being read so many may wait, */
const WAITING_FOR_EACH = 10;
/** and no longer than for a connection. */
const LONGEST_WAIT_MS = 2000;

/** Keeps the questions that requests ask PostgreSQL about rules from taking every connection: workers settle meanwhile. */
@Injectable()
export class RuleTurns {
  private readonly turns: Turns;

  constructor(@Inject(CONFIG) config: Pick<Config, 'DATABASE_POOL_SIZE' | 'RULES_AT_ONCE'>) {
    const atOnce = config.RULES_AT_ONCE ?? Math.floor(config.DATABASE_POOL_SIZE / SHARE_OF_POOL);
    this.turns = new Turns(atOnce, atOnce * WAITING_FOR_EACH, LONGEST_WAIT_MS, busy);
  }

  /**
   * @param goesOn `read` is the second part of something whose first part had its turn
   * @throws Problem database-busy, and what `read` throws
   */
  async within<T>(read: () => Promise<T>, goesOn = false): Promise<T> {
    await this.turns.take({ goesOn });
    try {
      return await read();
    } finally {
      this.turns.give();
    }
  }
}

const busy = (): Problem =>
  new Problem('database-busy', 'Too many rules are being asked about already. Try again when those are answered.');
