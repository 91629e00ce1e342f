import { parentPort } from 'node:worker_threads';
import { lowestBit } from './bits';
import { addCounts, addMasks, BlockScanner } from './block-scanner';
import { Documents } from './customer-test';
import type { IndexData } from '../data/index-data';
import type { ScanAnswer, ScanRequest } from './scan-request';
import { answerRequests } from '../thread';
import { uuidOf } from '../data/uuid-table';
import { BLOCK } from '../data/index-data';

let data: IndexData;
const documents = new Documents();

answerRequests<ScanRequest, ScanAnswer>(parentPort!, (request) => {
  if (request.do === 'use') {
    data = request.data;
    return [];
  }
  const scanner = new BlockScanner(request.plan, data, documents);
  const roots = request.plan.rules.map(([root]) => scanner.nodes[root]);
  if (request.do === 'sample') return sample(scanner, roots[0], request.next, request.limit);
  const sums = new Float64Array(request.do === 'count' ? scanner.nodes.length : 2 ** roots.length);
  forEachBlock(scanner, request.next, (words) => {
    if (request.do === 'count') addCounts(scanner.nodes, words, sums);
    else addMasks(roots, words, sums);
    return true;
  });
  return Array.from(sums);
});

/** All threads take blocks from one counter: whoever is slower does fewer. Goes on while `use` says so. */
function forEachBlock(scanner: BlockScanner, next: Int32Array, use: (words: number, block: number) => boolean): void {
  for (let block = Atomics.add(next, 0, 1); block < scanner.blocks; block = Atomics.add(next, 0, 1))
    if (!use(scanner.scan(block), block)) return;
}

/** The first customers of the blocks this thread came to, with their numbers: the first of all are among them. */
function sample(scanner: BlockScanner, root: Uint32Array, next: Int32Array, limit: number): [number, string][] {
  const found: [number, string][] = [];
  forEachBlock(scanner, next, (words, block) => {
    for (let w = 0; w < words; w++)
      for (let left = root[w]; left !== 0 && found.length < limit; left &= left - 1) {
        const number = block * BLOCK + w * 32 + lowestBit(left);
        found.push([number, uuidOf(data.ids, number)]);
      }
    return found.length < limit;
  });
  return found;
}
