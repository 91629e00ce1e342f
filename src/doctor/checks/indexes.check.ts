import { type CustomerColumn, customerColumns } from '../../customers/customer-tables';
import { createStatements, qualified } from '../indexes/create-index';
import type { CustomerRelation } from '../customer-relations';
import { type ExistingIndex, existingIndexes, serves, takenNames, withPartitions } from '../indexes/existing-indexes';
import type { Check, Finding, Patient } from '../finding';
import type { IndexAdvice } from '../indexes/index-advice';
import { measuredGain, writerCost } from '../indexes/index-figures';
import { estimateBytes } from '../indexes/index-size';
import { plannerGain } from '../indexes/planner-gain';
import { coveringIndexes, plainIndexes, type ProposedIndex } from '../indexes/proposed-indexes';
import { SMALL_BYTES } from './statistics.check';
import { tableSize } from '../indexes/table-size';

/** Which of the indexes that help are there, and what the others would bring and cost. */
export const checkIndexes: Check = async (patient) => {
  const found: Finding[] = [];
  const columns = await customerColumns(patient.database, patient.config.CUSTOMERS_SCHEMA);
  for (const relation of patient.relations) {
    if (!['table', 'partitioned table'].includes(relation.kind)) continue;
    const existing = await existingIndexes(patient.database, relation);
    for (const index of [...plainIndexes, ...coveringIndexes])
      if (index.table === relation.name && possible(index, columns))
        found.push(await judge(patient, relation, index, existing));
    found.push(...existing.filter(({ valid }) => !valid).map((index) => broken(relation, index)));
  }
  return found;
};

/** Whether its columns are there. What is wrong with one that is not is said of the column. */
const possible = ({ table, keys, include, method }: ProposedIndex, columns: CustomerColumn[]): boolean =>
  [...keys, ...include].every((key) =>
    columns.some(
      ({ name, type, readable }) => name === `${table}.${key}` && readable && (method !== 'gin' || type === 'jsonb'),
    ),
  );

async function judge(
  { database }: Patient,
  relation: CustomerRelation,
  index: ProposedIndex,
  existing: ExistingIndex[],
): Promise<Finding> {
  const subject = `${relation.schema}.${relation.name} (${index.keys.join(', ')})`;
  const there = existing.find((candidate) => candidate.valid && serves(candidate, index));
  if (there) return { id: 'index', level: 'ok', subject, message: `${there.name} serves ${index.serves}` };
  const advice = await advise(database, relation, index);
  const plain = plainIndexes.includes(index);
  const need = plain
    ? `no index begins with it: every question about ${index.serves} reads the whole table`
    : `an index would serve ${index.serves}`;
  return {
    id: 'index-missing',
    level: plain && relation.bytes > SMALL_BYTES ? 'warning' : 'info',
    subject,
    message: `${need}. ${instead(index)}${inWords(advice)}`,
    remedy: advice.statements.join('\n'),
    index: advice,
  };
}

/** A wider index that begins with the same column does what a plain one does: nobody needs both. */
function instead(index: ProposedIndex): string {
  const wider = coveringIndexes.find(({ table, keys }) => table === index.table && keys[0] === index.keys[0]);
  return wider && plainIndexes.includes(index)
    ? `The one on (${wider.keys.join(', ')}) that carries ${wider.include.join(', ')} serves it too: make one of the two. `
    : '';
}

async function advise(
  database: Patient['database'],
  relation: CustomerRelation,
  index: ProposedIndex,
): Promise<IndexAdvice> {
  const table = await withPartitions(database, relation);
  const size = await tableSize(database, relation.schema, relation.name);
  return {
    name: index.name,
    table: `${relation.schema}.${relation.name}`,
    statements: createStatements(table, index, await takenNames(database, table)),
    estimated_bytes: await estimateBytes(database, size, index),
    gain: {
      planner_times_cheaper: (await plannerGain(database, relation.schema, index)) ?? null,
      measured: measuredGain[index.name],
    },
    writers: writerCost[index.name],
  };
}

function inWords({ estimated_bytes, gain, writers }: IndexAdvice): string {
  const planner = gain.planner_times_cheaper && times(gain.planner_times_cheaper);
  const measured = gain.measured && times(gain.measured.times_faster);
  const sentences = [
    planner && `Cheaper by this planner's reckoning (hypopg): ${planner}.`,
    measured && `Faster on generated data (bench/README.md, index-gain): ${measured}.`,
    `About ${mebibytes(estimated_bytes)} (an estimate).`,
    writers.insert_times_slower &&
      `Writers: a purchase takes ${writers.insert_times_slower}× the time and ${writers.wal_bytes_per_insert} bytes more log.`,
    writers.remark,
  ];
  return sentences.filter(Boolean).join(' ');
}

const times = (gains: Record<string, number>): string =>
  Object.entries(gains)
    .map(([rule, gain]) => `${rule} ${gain}×`)
    .join(', ') || 'none of the rules asked';

const mebibytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 2 ** 20)).toLocaleString('en')} MB`;

const broken = (relation: CustomerRelation, { name }: ExistingIndex): Finding => ({
  id: 'index-invalid',
  level: 'warning',
  subject: `${relation.schema}.${name}`,
  message:
    'is an index that is not valid: it is still being built, or its build failed, and then it costs writers and serves nobody',
  remedy:
    relation.kind === 'partitioned table'
      ? `Make and attach the index of each partition that lacks it; or DROP INDEX ${qualified({ schema: relation.schema, name })};`
      : `DROP INDEX CONCURRENTLY ${qualified({ schema: relation.schema, name })};`,
});
