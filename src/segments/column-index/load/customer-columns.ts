import { ByteDictionary } from '../data/byte-dictionary';
import { type IndexData, shared } from '../data/index-data';
import { addUuid, findUuid, homeOf, slotsFor } from '../data/uuid-table';
import { int32 } from './copy-rows';

/** Codes of 8 and of 16 bits. */
const MAX_ROLES = 256;
const MAX_DOCUMENTS = 65_536;

/** A row of users. */
export interface CustomerRow {
  readonly number: number;
  readonly isActive: boolean;
  readonly role: number;
  readonly registered: number;
  readonly document: number;
}

/** Those of the columns that say where purchases lie. */
export type Places = Pick<IndexData, 'start' | 'end' | 'newest'>;

/** The columns of customers while they are filled and changed: in the loader's thread alone. */
export class CustomerColumns {
  /** Numbers given. */
  count = 0;
  /** Of them: rows of users, and active ones. */
  inUsers = 0;
  active = 0;
  readonly roles = new ByteDictionary(MAX_ROLES, 16_384);
  readonly documents: ByteDictionary;
  private columns: ReturnType<typeof columnsFor>;

  /** @param maxDocumentBytes of different documents; every thread that scans keeps them parsed besides. */
  constructor(
    private capacity: number,
    maxDocumentBytes: number,
  ) {
    this.documents = new ByteDictionary(MAX_DOCUMENTS, maxDocumentBytes);
    this.columns = columnsFor(capacity);
  }

  static bytesFor(capacity: number): number {
    return Math.ceil(capacity * BYTES_PER_CUSTOMER);
  }

  get data() {
    const { ids, slots, active, role, preferences, registered, start, end, newest } = this.columns;
    const customers = this.count;
    const [roles, documents] = [this.roles.entries, this.documents.entries];
    return {
      ids,
      slots,
      active,
      role,
      preferences,
      registered,
      start,
      end,
      newest,
      roles,
      documents,
      customers,
    } satisfies Partial<IndexData>;
  }

  get byteLength(): number {
    const columns = Object.values(this.columns).reduce((sum, { byteLength }) => sum + byteLength, 0);
    return columns + this.roles.byteLength + this.documents.byteLength;
  }

  /** Where the purchases of customers lie. */
  get places(): Places {
    return this.columns;
  }

  /**
   * The numbers of many uuids, given as four words each, into into[from…); new numbers for those that have none. One by one they would
   * each wait for memory, twice; here the first places to look at are all read before the first is compared.
   */
  numbersFor(words: Int32Array, into: Uint32Array, from: number): void {
    const count = words.length / 4;
    const { ids, slots } = this.columns;
    for (let k = 0, w = 0; k < count; k++, w += 4)
      into[from + k] = slots[homeOf(words[w], words[w + 1], words[w + 2], words[w + 3], slots.length)];
    for (let k = 0, w = 0; k < count; k++, w += 4) {
      const at = (into[from + k] - 1) * 4;
      const isThere =
        at >= 0 &&
        ids[at] === words[w] &&
        ids[at + 1] === words[w + 1] &&
        ids[at + 2] === words[w + 2] &&
        ids[at + 3] === words[w + 3];
      into[from + k] = isThere ? at / 4 : this.numberOf(words[w], words[w + 1], words[w + 2], words[w + 3], true)!;
    }
  }

  /** The number of the uuid in a field of COPY, the next one for one that has none; undefined: no room, and none may be made. */
  numberFor(bytes: Uint8Array, field: number, mayGrow: boolean): number | undefined {
    const at = field + 4;
    return this.numberOf(int32(bytes, at), int32(bytes, at + 4), int32(bytes, at + 8), int32(bytes, at + 12), mayGrow);
  }

  private numberOf(a: number, b: number, c: number, d: number, mayGrow: boolean): number | undefined {
    let found = findUuid(this.columns.ids, this.columns.slots, a, b, c, d);
    if (found >= 0) return found;
    if (this.count === this.capacity) {
      if (!mayGrow) return undefined;
      this.grow();
      found = findUuid(this.columns.ids, this.columns.slots, a, b, c, d);
    }
    addUuid(this.columns.ids, this.columns.slots, this.count, found, a, b, c, d);
    return this.count++;
  }

  has(number: number): boolean {
    return this.columns.exists[number] === 1;
  }

  set({ number, isActive, role, registered, document }: CustomerRow): void {
    const { exists, active } = this.columns;
    this.inUsers += 1 - exists[number];
    exists[number] = 1;
    const bit = 1 << (number & 31);
    const wasActive = (active[number >> 5] & bit) !== 0;
    if (isActive !== wasActive) {
      active[number >> 5] ^= bit;
      this.active += isActive ? 1 : -1;
    }
    this.columns.role[number] = role;
    this.columns.registered[number] = registered;
    this.columns.preferences[number] = document;
  }

  /** For more customers without a row in users than there was room for. */
  private grow(): void {
    const from = this.columns;
    this.capacity = Math.ceil(this.capacity * 1.25) + 64;
    this.columns = columnsFor(this.capacity);
    const { ids, slots } = this.columns;
    for (const key of ['active', 'exists', 'role', 'preferences', 'registered', 'start', 'end', 'newest'] as const)
      this.columns[key].set(from[key]);
    for (let number = 0; number < this.count; number++) {
      const [a, b, c, d] = from.ids.subarray(number * 4, number * 4 + 4);
      addUuid(ids, slots, number, findUuid(ids, slots, a, b, c, d), a, b, c, d);
    }
  }
}

const columnsFor = (capacity: number) => ({
  ids: shared(Int32Array, capacity * 4),
  slots: slotsFor(capacity),
  active: shared(Uint32Array, Math.ceil(capacity / 32)),
  exists: shared(Uint8Array, capacity),
  role: shared(Uint8Array, capacity),
  preferences: shared(Uint16Array, capacity),
  registered: shared(Float64Array, capacity),
  start: shared(Uint32Array, capacity),
  end: shared(Uint32Array, capacity),
  newest: shared(Uint32Array, capacity),
});

const BYTES_PER_CUSTOMER = 16 + 6 + 1 / 8 + 1 + 1 + 2 + 8 + 4 + 4 + 4;
