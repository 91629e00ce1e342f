import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measuredGain, writerCost } from './index-figures';
import { coveringIndexes } from './proposed-indexes';

/** What the benchmark kept when it was last run. */
const kept = JSON.parse(readFileSync(join(__dirname, '../../../bench/results/index-gain.json'), 'utf8')) as {
  taken_at: string;
  data: string;
  times_faster: Record<string, Record<string, number>>;
  insert_10k: Record<string, Record<string, number>>;
  insert_times_slower: { ms: Record<string, number> };
};

/** Less than a fifth is what two runs of the same statement differ by. */
const WORTH_SAYING = 1.2;
const rounded = (value: number) => Number(value.toFixed(1));

it.each(coveringIndexes)('the gain said of $name is the one measured', ({ name }) => {
  const gains = Object.entries(kept.times_faster).map(([rule, of]): [string, number] => [rule, rounded(of[name])]);

  expect(measuredGain[name]).toEqual({
    times_faster: Object.fromEntries(gains.filter(([, times]) => times >= WORTH_SAYING)),
    data: kept.data,
    taken_on: kept.taken_at.slice(0, 10),
    source: 'npm run bench -- index-gain',
  });
});

it.each(['purchases_by_customer', 'purchases_by_date'] as const)('the cost said of %s is the one measured', (name) => {
  expect(writerCost[name]).toMatchObject({
    insert_times_slower: rounded(kept.insert_times_slower.ms[name]),
    wal_bytes_per_insert: Math.round(kept.insert_10k.wal_per_row[name] - kept.insert_10k.wal_per_row.none),
  });
});
