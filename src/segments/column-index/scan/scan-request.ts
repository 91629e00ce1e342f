import type { IndexData } from '../data/index-data';
import type { ScanPlan } from './scan-plan';

/** What a scan thread is asked. `next` is the next block to be taken, shared by the threads that answer together. */
export type ScanRequest =
  | { readonly do: 'use'; readonly data: IndexData }
  | { readonly do: 'count' | 'overlap'; readonly plan: ScanPlan; readonly next: Int32Array }
  | { readonly do: 'sample'; readonly plan: ScanPlan; readonly next: Int32Array; readonly limit: number };

/** Its part: customers by node, customers by mask, or customers with their ids. */
export type ScanAnswer = number[] | [number, string][];
