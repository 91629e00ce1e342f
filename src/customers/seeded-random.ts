import { createHash } from 'node:crypto';

/**
 * Random numbers that are the same for the same name, on every machine: sfc32 (PractRand, public domain), started from the SHA-1 of
 * the name. Not for secrets.
 */
export class SeededRandom {
  private readonly state: Int32Array;

  constructor(name: string) {
    const hash = createHash('sha1').update(name).digest();
    this.state = Int32Array.from({ length: 4 }, (_, at) => hash.readInt32LE(at * 4));
  }

  /** A whole number of 32 bits, from 0. */
  bits(): number {
    const s = this.state;
    const sum = (s[0] + s[1] + s[3]) | 0;
    s[3]++;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = (s[2] + (s[2] << 3)) | 0;
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return sum >>> 0;
  }

  /** At least 0, less than 1. */
  fraction(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number, both ends possible. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.fraction() * values.length)];
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the values, each as likely as its share of the sum. */
  weighted<T extends { share: number }>(values: readonly T[]): T {
    let left = this.fraction() * values.reduce((sum, { share }) => sum + share, 0);
    return values.find(({ share }) => (left -= share) < 0) ?? values[values.length - 1];
  }

  /** Log-normal: half of the draws are below the median, a few far above it. */
  heavyTailed(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.fraction()));
  }

  /** In the form of a random uuid (version 4). */
  uuid(): string {
    const [a, b, c, d] = [this.bits(), this.bits(), this.bits(), this.bits()];
    return `${hex(a >>> 16)}${hex(a)}-${hex(b >>> 16)}-${hex((b & 0xfff) | 0x4000)}-${hex(((c >>> 16) & 0x3fff) | 0x8000)}-${hex(c)}${hex(d >>> 16)}${hex(d)}`;
  }
}

const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, '0'));
const hex = (value: number): string => HEX[value & 0xffff];
