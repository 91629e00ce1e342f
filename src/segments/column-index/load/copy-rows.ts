/** "PGCOPY\n\377\r\n\0", flags, and the length of an extension that no server sends. */
const HEADER_BYTES = 19;

/**
 * Called for each row. at[k] is where field k begins, at its length; the last one is where the row ends. Neither may be kept: both
 * are used again for the next row.
 */
export type OnRow = (bytes: Uint8Array, at: Int32Array) => void;

/** Reads what COPY … (FORMAT binary) sends, in whatever pieces it arrives. */
export class CopyRows {
  private rest: Uint8Array = new Uint8Array(0);
  private headerIsRead = false;
  private readonly at: Int32Array;

  constructor(
    private readonly fields: number,
    private readonly onRow: OnRow,
  ) {
    this.at = new Int32Array(fields + 1);
  }

  push(chunk: Uint8Array): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let from = 0;
    if (!this.headerIsRead) {
      if (bytes.length < HEADER_BYTES) return void (this.rest = bytes);
      this.headerIsRead = true;
      from = HEADER_BYTES;
    }
    while (this.measure(bytes, from)) {
      this.onRow(bytes, this.at);
      from = this.at[this.fields];
    }
    this.rest = bytes.subarray(from);
  }

  /** Finds the fields of the row at `from`; false where it is not there as a whole, and at the end, which is a row of -1 fields. */
  private measure(bytes: Uint8Array, from: number): boolean {
    if (from + 2 > bytes.length || bytes[from] === 0xff) return false;
    let position = from + 2;
    for (let field = 0; field < this.fields; field++) {
      if (position + 4 > bytes.length) return false;
      this.at[field] = position;
      const length = int32(bytes, position);
      position += length < 0 ? 4 : 4 + length;
    }
    this.at[this.fields] = position;
    return position <= bytes.length;
  }
}

export const int32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];

const int16 = (bytes: Uint8Array, at: number): number => ((bytes[at] << 24) >> 16) | bytes[at + 1];

/** Microseconds between 1970 and 2000, from where PostgreSQL counts. */
const EPOCH_2000 = 946_684_800_000_000;

/**
 * A timestamptz in microseconds since 1970, NaN where it is NULL; infinity is itself. Beyond the years 1684 to 2255 a double rounds by
 * a microsecond: no rule is read there, so that nothing compares differently.
 */
export function microsAt(bytes: Uint8Array, field: number): number {
  if (bytes[field] === 0xff) return NaN;
  const high = int32(bytes, field + 4);
  const low = int32(bytes, field + 8);
  if (high === 0x7fffffff && low === -1) return Infinity;
  if (high === -0x80000000 && low === 0) return -Infinity;
  return high * 4_294_967_296 + (low >>> 0) + EPOCH_2000;
}

/** A boolean: true, false, or null. */
export const booleanAt = (bytes: Uint8Array, field: number): boolean | null =>
  bytes[field] === 0xff ? null : bytes[field + 4] === 1;

/**
 * A numeric in hundredths; NaN where that is not exact: NULL, NaN, infinity, a third decimal, or more than a double holds.
 * PostgreSQL writes numbers to the base 10,000: how many digits, the power of the first, sign, display scale, digits.
 */
export function hundredthsAt(bytes: Uint8Array, field: number): number {
  if (bytes[field] === 0xff) return NaN;
  const digits = int16(bytes, field + 4);
  const weight = int16(bytes, field + 6);
  const sign = int16(bytes, field + 8);
  if (sign !== 0 && sign !== 0x4000) return NaN;
  let value = 0;
  let power = weight;
  for (let i = 0; i < digits; i++, power--) {
    const digit = int16(bytes, field + 12 + 2 * i);
    if (power >= 0) value = value * 10_000 + digit;
    else if (power === -1 && digit % 100 === 0 && i === digits - 1) return signed(value * 100 + digit / 100, sign);
    else return NaN;
  }
  for (; power >= 0; power--) value *= 10_000; // trailing zeros are not sent
  return signed(value * 100, sign);
}

const signed = (value: number, sign: number): number => {
  if (!Number.isSafeInteger(value)) return NaN;
  return sign === 0 ? value : 0 - value;
};
