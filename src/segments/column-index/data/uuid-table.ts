import { shared } from './index-data';

/** Slots a key: enough that a search looks at two or three of them. */
const SLOTS_PER_KEY = 1.5;

/** An empty hash table for so many keys. A slot holds a customer's number plus one, or 0. */
export const slotsFor = (capacity: number): Int32Array =>
  shared(Int32Array, Math.ceil(Math.max(capacity, 16) * SLOTS_PER_KEY));

/** The slot where the search for a uuid begins. Ids of every kind are spread: random ones, and those that begin with the time. */
export function homeOf(a: number, b: number, c: number, d: number, slots: number): number {
  let hash = Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35) ^ Math.imul(c, 0x27d4eb2f) ^ Math.imul(d, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return Math.floor(((hash ^ (hash >>> 15)) >>> 0) * (slots / 4_294_967_296));
}

/** The number of a uuid, given as four words; or, where there is none, -1 minus the slot where it would go. */
export function findUuid(ids: Int32Array, slots: Int32Array, a: number, b: number, c: number, d: number): number {
  for (let slot = homeOf(a, b, c, d, slots.length); ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
    const number = slots[slot] - 1;
    if (number < 0) return -1 - slot;
    const at = number * 4;
    if (ids[at] === a && ids[at + 1] === b && ids[at + 2] === c && ids[at + 3] === d) return number;
  }
}

/** Gives the next number, `number`, to a uuid that findUuid has not found: `missing` is what it answered. */
export function addUuid(
  ids: Int32Array,
  slots: Int32Array,
  number: number,
  missing: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  ids.set([a, b, c, d], number * 4);
  slots[-1 - missing] = number + 1;
}

/** The four words of a uuid as text. */
export const wordsOf = (uuid: string): number[] => {
  const hex = uuid.replaceAll('-', '');
  return [0, 8, 16, 24].map((at) => Number.parseInt(hex.slice(at, at + 8), 16) | 0);
};

export function uuidOf(ids: Int32Array, number: number): string {
  const words = Array.from(ids.subarray(number * 4, number * 4 + 4), (word) => (word >>> 0).toString(16).padStart(8, '0'));
  return words.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
