import type { PlannerGain } from './planner-gain';
import type { ProposalName } from './proposed-indexes';
import type { RuleName } from './representative-rules';

/** What an index that is missing would bring and cost. The names are part of the contract of `--json`. */
export interface IndexAdvice {
  name: ProposalName;
  table: string;
  /** To be run one after the other, none inside a transaction. */
  statements: string[];
  /** When it is fresh. An estimate, good to about a factor of two. */
  estimated_bytes: number;
  gain: {
    /** By the planner of this database, through hypopg; null where that is not installed. */
    planner_times_cheaper: PlannerGain | null;
    /** On generated data; null for an index that every measurement had. */
    measured: MeasuredGain | null;
  };
  writers: WriterCost;
}

export interface MeasuredGain {
  times_faster: Partial<Record<RuleName, number>>;
  /** Customers and purchases of the data. */
  data: string;
  taken_on: string;
  source: string;
}

export interface WriterCost {
  /** A purchase written with the index, in times of one without. */
  insert_times_slower: number | null;
  /** More write-ahead log for each purchase, pages logged whole after a checkpoint left aside. */
  wal_bytes_per_insert: number | null;
  remark: string;
}
