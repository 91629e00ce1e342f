import { type Entries, shared } from './index-data';

/**
 * Gives the same byte sequence the same small number. What is kept are fields as COPY writes them, lengths included, so that nothing
 * is decoded for a row whose value has been seen before, and NULL differs from ''.
 */
export class ByteDictionary {
  private bytes = shared(Uint8Array, 4096);
  private ends = shared(Uint32Array, 64);
  private slots = new Int32Array(256);
  private used = 0;
  size = 0;

  constructor(
    private readonly maxSize: number,
    private readonly maxBytes: number,
  ) {}

  get entries(): Entries {
    return { bytes: this.bytes, ends: this.ends, size: this.size };
  }

  get byteLength(): number {
    return this.bytes.byteLength + this.ends.byteLength;
  }

  /** The code of source[from…to), a new one where it has none yet; -1 when the dictionary is full. */
  code(source: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ source[i], 0x01000193);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const code = this.slots[slot] - 1;
      if (this.holds(code, source, from, to)) return code;
    }
    return this.add(source, from, to, slot);
  }

  private holds(code: number, source: Uint8Array, from: number, to: number): boolean {
    const at = code === 0 ? 0 : this.ends[code - 1];
    if (this.ends[code] - at !== to - from) return false;
    for (let i = from, k = at; i < to; i++, k++) if (source[i] !== this.bytes[k]) return false;
    return true;
  }

  private add(source: Uint8Array, from: number, to: number, slot: number): number {
    if (this.size >= this.maxSize || this.used + to - from > this.maxBytes) return -1;
    while (this.used + to - from > this.bytes.length) this.bytes = doubled(Uint8Array, this.bytes);
    if (this.size === this.ends.length) this.ends = doubled(Uint32Array, this.ends);
    this.bytes.set(source.subarray(from, to), this.used);
    this.used += to - from;
    this.ends[this.size] = this.used;
    this.slots[slot] = ++this.size;
    if (this.size * 2 > this.slots.length) this.rehash();
    return this.size - 1;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let hash = 0x811c9dc5;
      for (let i = code === 0 ? 0 : this.ends[code - 1]; i < this.ends[code]; i++)
        hash = Math.imul(hash ^ this.bytes[i], 0x01000193);
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = code + 1;
    }
  }
}

function doubled<T extends Uint8Array | Uint32Array>(Type: Parameters<typeof shared<T>>[0], from: T): T {
  const to = shared(Type, from.length * 2);
  to.set(from);
  return to;
}

/** The fields an entry is made of, as text; null for NULL. A boolean is the character 0 or 1. */
export function fieldsOf({ bytes, ends }: Entries, code: number): (string | null)[] {
  const fields: (string | null)[] = [];
  const entry = Buffer.from(bytes.subarray(code === 0 ? 0 : ends[code - 1], ends[code])); // no decoder takes shared memory
  for (let at = 0; at < entry.length;) {
    const length = entry.readInt32BE(at);
    at += 4;
    fields.push(length < 0 ? null : entry.toString('utf8', at, at + Math.max(length, 0)));
    at += Math.max(length, 0);
  }
  return fields;
}
