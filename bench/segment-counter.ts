/* A process of its own that counts segments in one way, asked by segments.bench.ts: its memory is that way's. */
import { DataSource, EntitySchema, type SelectQueryBuilder } from 'typeorm';
import { row, sql } from '../src/common/sql';
import { databaseOptions } from '../src/database/options';
import { loadConfig } from '../src/config/config';
import type { FilterSet } from '../src/segments/filters';
import { parseRule, type RuleNode } from '../src/segments/rules/rule';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { AS_OF } from './seed';

export type Way = 'compiled' | 'orm';
export interface Asked {
  rule: object;
}
export interface Counted {
  total: number;
  ms: number;
  /** The most this process held while it counted, in MB. */
  rss: number;
}

const uuid = { type: 'uuid', primary: true } as const;
const User = new EntitySchema<{ id: string; preferences: object; is_active: boolean | null }>({
  name: 'users',
  schema: 'public',
  columns: { id: uuid, preferences: { type: 'jsonb' }, is_active: { type: 'boolean' } },
});
const Purchase = new EntitySchema<{
  id: string;
  user_id: string;
  purchase_date: Date;
  store_name: string;
  total_amount: string;
  is_market_store: boolean;
}>({
  name: 'purchase_history',
  schema: 'public',
  columns: {
    id: uuid,
    user_id: { type: 'uuid' },
    purchase_date: { type: 'timestamptz' },
    store_name: { type: 'varchar' },
    total_amount: { type: 'numeric' },
    is_market_store: { type: 'boolean' },
  },
});

/** How it is done with an ORM: a query for each thing asked, ids to the process, sets there. */
class OrmWay {
  constructor(private readonly database: DataSource) {}

  async count(rule: RuleNode): Promise<number> {
    const active = await this.users((query) => query.where('u.is_active IS NOT FALSE'));
    const found = await this.ids(rule, active);
    return intersection(found, active).size;
  }

  private async ids(rule: RuleNode, active: Set<string>): Promise<Set<string>> {
    if (rule.type === 'filters') return this.ofSet(rule.filters, active);
    const parts: Set<string>[] = [];
    for (const part of rule.parts) parts.push(await this.ids(part, active));
    if (rule.type === 'not') return new Set([...active].filter((id) => !parts[0].has(id)));
    return rule.type === 'all' ? parts.reduce(intersection) : new Set(parts.flatMap((part) => [...part]));
  }

  private async ofSet(set: FilterSet, active: Set<string>): Promise<Set<string>> {
    const { preferences_contains: preferences, ...purchases } = set;
    const answers: Set<string>[] = [];
    if (preferences)
      answers.push(await this.users((query) => query.where('u.preferences @> :preferences', { preferences })));
    if (Object.keys(purchases).length > 0) answers.push(await this.buyers(purchases));
    return answers.length > 0 ? answers.reduce(intersection) : active;
  }

  private async users(where: (query: SelectQueryBuilder<object>) => SelectQueryBuilder<object>): Promise<Set<string>> {
    const found = await where(this.database.getRepository(User).createQueryBuilder('u').select('u.id', 'id')).getRawMany<{
      id: string;
    }>();
    return new Set(found.map(({ id }) => id));
  }

  private async buyers(set: FilterSet): Promise<Set<string>> {
    const query = this.database.getRepository(Purchase).createQueryBuilder('p').select('p.user_id', 'id');
    query.where('p.purchase_date <= :asOf', { asOf: AS_OF }).groupBy('p.user_id');
    if (set.last_days)
      query.andWhere('p.purchase_date >= :since', { since: new Date(Date.parse(AS_OF) - set.last_days * 86_400_000) });
    if (set.stores_in) query.andWhere('p.store_name IN (:...stores)', { stores: set.stores_in });
    if (set.is_market_store !== undefined) query.andWhere('p.is_market_store = :market', { market: set.is_market_store });
    if (set.min_total_spent) query.andHaving('sum(p.total_amount) >= :spent', { spent: set.min_total_spent });
    if (set.min_num_purchases) query.andHaving('count(*) >= :bought', { bought: set.min_num_purchases });
    const found = await query.getRawMany<{ id: string }>();
    return new Set(found.map(({ id }) => id));
  }
}

const intersection = (a: Set<string>, b: Set<string>): Set<string> => new Set([...a].filter((id) => b.has(id)));

async function main(way: Way, url: string): Promise<void> {
  const settings = { ...loadConfig({}), STATEMENT_TIMEOUT_SECONDS: 600 };
  const database = new DataSource({ ...databaseOptions(url, settings), entities: [User, Purchase] });
  await database.initialize();
  const builder = new SegmentQueryBuilder();
  const orm = new OrmWay(database);
  const count = async (rule: RuleNode) =>
    way === 'orm' ? orm.count(rule) : Number((await row<{ total: string }>(database, builder.count([rule], AS_OF))).total);
  const answer = async ({ rule }: Asked): Promise<Counted> => {
    const node = parseRule(rule, () => ({}));
    let rss = 0;
    const look = () => (rss = Math.max(rss, process.memoryUsage.rss()));
    const looking = setInterval(look, 10);
    const began = performance.now();
    const total = await count(node);
    const ms = performance.now() - began;
    clearInterval(looking);
    return { total, ms, rss: Math.round(look() / 2 ** 20) };
  };
  process.on('message', (asked: Asked) => void answer(asked).then((counted) => process.send!(counted)));
  process.on('disconnect', () => void database.destroy());
  await row(database, sql`SELECT 1 AS ready`);
  process.send!('ready');
}

if (require.main === module) void main(process.argv[2] as Way, process.env.BENCH_DATABASE_URL!);
