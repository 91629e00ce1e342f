import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { Problem, type ProblemType } from '../../common/problem';
import { rows, sql } from '../../common/sql';
import { problemFromDatabase } from '../../database/pg-errors';
import { Readers } from '../../database/readers';
import { given } from '../queries/filter-set.sql';
import { TruthQuery } from '../queries/truth-query';
import { costOf, nodesOf, type RuleNode } from '../rules/rule';
import { type Read, readSaved } from '../rules/saved-rules';
import { SegmentRules } from '../rules/segment-rules';
import { Segment } from '../segment.entity';
import type { CustomerSegmentView } from './customer-segments.dto';

type Listed = Pick<Segment, 'id' | 'name' | 'filters'>;
type Asked = Extract<Read<Listed>, { rule: RuleNode }>;

/** Conditions in one statement: what PostgreSQL plans in some 100 ms. */
const CONDITIONS_A_PASS = 1000;
/** The rule's own trouble; any other is the database's. */
const OF_THE_RULE: readonly ProblemType[] = ['filter-not-available', 'statement-too-slow', 'rule-too-heavy'];

/** In which segments one customer is. */
@Injectable()
export class CustomerSegmentsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @InjectRepository(Segment) private readonly segments: Repository<Segment>,
    private readonly rules: SegmentRules,
    private readonly readers: Readers,
  ) {}

  /**
   * The active segments a customer is in, by name, out of PostgreSQL: all of them by one statement, which reads this customer's purchases
   * alone; those that compare customers with each other by another, since they read everybody's.
   * @throws Problem customer-not-found
   */
  async of(userId: string): Promise<CustomerSegmentView[]> {
    const there = await rows(this.database, sql`SELECT 1 FROM users WHERE id = ${userId}::uuid`);
    if (there.length === 0) throw new Problem('customer-not-found', `There is no customer ${userId}.`);
    const active: Listed[] = await this.segments.find({
      select: { id: true, name: true, filters: true },
      where: { is_active: true },
      order: { name: 'ASC', id: 'ASC' },
    });
    const read = readSaved(active, await this.rules.referred(active.map(({ filters }) => filters)));
    const answered = new Map<string, CustomerSegmentView>();
    for (const one of read) if ('problem' in one) answered.set(one.segment.id, view(one.segment, one.problem));
    for (const pass of passes(read.filter((one): one is Asked => 'rule' in one)))
      for (const found of await this.ask(pass, userId)) answered.set(found.id, found);
    return active.flatMap(({ id }) => answered.get(id) ?? []);
  }

  /** One statement; where it cannot be asked at all because of one rule, each rule by its own. */
  private async ask(pass: readonly Asked[], userId: string): Promise<CustomerSegmentView[]> {
    try {
      const rules = pass.map(({ rule }) => rule);
      const answer = await this.readers.find(async ({ database, knownAt }) =>
        (await rows<{ holds: boolean[] }>(database, new TruthQuery(rules, knownAt).of(userId))).at(0),
      );
      return pass.filter((_, i) => answer?.holds[i]).map(({ segment }) => view(segment));
    } catch (error) {
      const problem = problemFromDatabase(error);
      if (!problem || !OF_THE_RULE.includes(problem.type)) throw error;
      if (pass.length === 1 || problem.type !== 'filter-not-available')
        return pass.map(({ segment }) => view(segment, problem.detail));
      const alone: CustomerSegmentView[] = [];
      for (const one of pass) alone.push(...(await this.ask([one], userId)));
      return alone;
    }
  }
}

const view = ({ id, name }: Listed, problem?: string): CustomerSegmentView => ({ id, name, ...(problem && { problem }) });

/** Those that ask about one customer, in a few large passes, and apart from them those that read everybody's purchases. */
function passes(asked: readonly Asked[]): Asked[][] {
  const [alone, compared]: Asked[][] = [[], []];
  for (const one of asked) (comparesCustomers(one.rule) ? compared : alone).push(one);
  return [...inPasses(alone), ...inPasses(compared)];
}

const comparesCustomers = (rule: RuleNode): boolean =>
  nodesOf(rule).some((node) => node.type === 'filters' && given(node.filters).standings.length > 0);

function inPasses(asked: readonly Asked[]): Asked[][] {
  const found: Asked[][] = [];
  let room = 0;
  for (const one of asked) {
    const { conditions } = costOf(one.rule);
    if (conditions > room) {
      found.push([]);
      room = CONDITIONS_A_PASS;
    }
    room -= conditions;
    found.at(-1)!.push(one);
  }
  return found;
}
