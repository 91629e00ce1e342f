import type { CustomerScan } from '../../filters/scan';
import { fieldsOf } from '../data/byte-dictionary';
import type { Entries, IndexData } from '../data/index-data';
import { lowestBit } from './bits';
import { jsonContains } from './json-contains';
import { findUuid, wordsOf } from '../data/uuid-table';

/** Takes the customers that do not hold out of a block's bits. `first` is the number of the block's first customer. */
export type CustomerTest = (bits: Uint32Array, first: number) => void;

/** The documents as values, parsed when they are first asked of: a thread keeps them as long as it serves the index. */
export class Documents {
  private readonly parsed: unknown[] = [];

  /** 1 for the codes of documents that contain `part`. NULL contains what {} does. */
  containing(documents: Entries, part: object): Uint8Array {
    for (let code = this.parsed.length; code < documents.size; code++)
      this.parsed.push(JSON.parse(fieldsOf(documents, code)[0] ?? '{}'));
    return Uint8Array.from({ length: documents.size }, (_, code) => (jsonContains(this.parsed[code], part) ? 1 : 0));
  }
}

export function customerTest(scan: CustomerScan, data: IndexData, documents: Documents): CustomerTest {
  switch (scan.column) {
    case 'registered':
      return inRange(data.registered, scan.from ?? -Infinity, scan.to ?? Infinity);
    case 'preferences':
      return hasCode(data.preferences, documents.containing(data.documents, scan.contains));
    case 'role':
      return hasCode(
        data.role,
        Uint8Array.from({ length: data.roles.size }, (_, code) => {
          const [role] = fieldsOf(data.roles, code);
          return role !== null && scan.in.includes(role) ? 1 : 0;
        }),
      );
    case 'id':
      return among(customersOf(scan.in, data));
  }
}

function hasCode(codes: Uint8Array | Uint16Array, wanted: Uint8Array): CustomerTest {
  return (bits, first) => {
    for (let w = 0; w < bits.length; w++) {
      let kept = 0;
      for (let left = bits[w]; left !== 0; left &= left - 1) {
        const bit = lowestBit(left);
        kept |= wanted[codes[first + w * 32 + bit]] << bit;
      }
      bits[w] = kept;
    }
  };
}

/** NaN is in no range. */
function inRange(values: Float64Array, from: number, to: number): CustomerTest {
  return (bits, first) => {
    for (let w = 0; w < bits.length; w++)
      for (let left = bits[w]; left !== 0; left &= left - 1) {
        const bit = lowestBit(left);
        const value = values[first + w * 32 + bit];
        if (!(value >= from && value <= to)) bits[w] &= ~(1 << bit);
      }
  };
}

function among(set: Uint32Array): CustomerTest {
  return (bits, first) => {
    const from = first >> 5;
    for (let w = 0; w < bits.length; w++) bits[w] &= set[from + w];
  };
}

function customersOf(uuids: readonly string[], { ids, slots, customers }: IndexData): Uint32Array {
  const set = new Uint32Array(Math.ceil(customers / 32));
  for (const uuid of uuids) {
    const [a, b, c, d] = wordsOf(uuid);
    const number = findUuid(ids, slots, a, b, c, d);
    if (number >= 0 && number < customers) set[number >> 5] |= 1 << (number & 31);
  }
  return set;
}
