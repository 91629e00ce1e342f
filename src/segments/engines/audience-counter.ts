import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem';
import type { AudienceEngine, Counted, Overlap, Source } from './audience-engine';
import { ColumnIndex } from '../column-index/column-index';
import { namingTheCostliest } from '../queries/costliest-part';
import { DatabaseEngine } from './database.engine';
import { RuleTurns } from '../queries/rule-turns';
import type { RuleNode } from '../rules/rule';
import { type AsOf, SegmentQueryBuilder } from '../queries/segment-query.builder';

/** How rules are to be read: at an instant, by whom the caller wants it from; both may be left open. */
export interface Reading {
  as_of?: string;
  source?: Source;
  /** Where a rule stands in the request, for what is said of it; at /filters where left out. */
  at?: (rule: number) => string;
}

/** An answer of an engine with how long it took. */
export type Timed<T> = T & { readonly elapsedMs: number };

/**
 * Asks the fastest engine that can answer, and PostgreSQL where none can. Questions that are the same at the same time are asked once.
 */
@Injectable()
export class AudienceCounter {
  private readonly asked = new Map<string, Promise<unknown>>();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly builder: SegmentQueryBuilder,
    private readonly postgres: DatabaseEngine,
    private readonly index: ColumnIndex,
    private readonly turns: RuleTurns,
  ) {}

  /** @throws Problem rule-too-heavy, index-not-available */
  count(rules: readonly RuleNode[], reading: Reading): Promise<Timed<Counted>> {
    return this.ask('count', rules, reading, (engine, asOf) => engine.count(rules, asOf));
  }

  /** @throws Problem rule-too-heavy, index-not-available */
  overlap(rules: readonly RuleNode[], reading: Reading): Promise<Timed<Overlap>> {
    return this.ask('overlap', rules, reading, (engine, asOf) => engine.overlap(rules, asOf));
  }

  /**
   * Of a rule that was counted: it goes before those who only begin to count.
   * @throws Problem rule-too-heavy, index-not-available
   */
  async sample(rule: RuleNode, reading: Reading, limit: number): Promise<string[]> {
    const read = async (engine: AudienceEngine, asOf: AsOf) => {
      const ids = await engine.sample(rule, asOf, limit);
      return ids && { ids };
    };
    return (await this.ask(`sample ${limit}`, [rule], reading, read, true)).ids;
  }

  private ask<T extends object>(
    what: string,
    rules: readonly RuleNode[],
    { as_of, source, at }: Reading,
    read: (engine: AudienceEngine, asOf: AsOf) => Promise<T | undefined>,
    goesOn = false,
  ): Promise<Timed<T>> {
    const key = JSON.stringify([what, rules, as_of, source]);
    const running = this.asked.get(key) as Promise<Timed<T>> | undefined;
    if (running) return running;
    const asking = this.answer(rules, { as_of, source, at }, read, goesOn).finally(() => this.asked.delete(key));
    this.asked.set(key, asking);
    return asking;
  }

  private async answer<T extends object>(
    rules: readonly RuleNode[],
    { as_of, source, at }: Reading,
    read: (engine: AudienceEngine, asOf: AsOf) => Promise<T | undefined>,
    goesOn: boolean,
  ): Promise<Timed<T>> {
    const began = performance.now();
    const timed = (answer: T): Timed<T> => ({ ...answer, elapsedMs: Math.round((performance.now() - began) * 10) / 10 });
    const fromIndex = source === 'database' ? undefined : await read(this.index, as_of);
    if (fromIndex) return timed(fromIndex);
    if (source === 'index')
      throw new Problem(
        'index-not-available',
        'It is off or not loaded (GET /column-index says which), does not reach that far, or does not hold what a filter of the rule asks. Leave source out, and PostgreSQL answers.',
      );
    // PostgreSQL answers everything
    const fromDatabase = () => this.turns.within(() => read(this.postgres, as_of) as Promise<T>, goesOn);
    return timed(await namingTheCostliest(fromDatabase, this.database, this.builder, rules, as_of, at));
  }
}
