import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { parseRecurrence, type Recurrence, RecurrenceFault } from './recurrence';

/** When a campaign is due: a local time in a zone, once or by a rule. */
export interface Plan {
  /** `2026-12-01T09:00:00`: the one occurrence, or where the rule begins. */
  readonly local_time: string;
  /** An IANA name, such as Europe/Madrid. */
  readonly time_zone: string;
  /** An RRULE value of RFC 5545. */
  readonly recurrence: string | null;
}

const DAY_MS = 86_400_000;
/** No clock was ever put forward by more: Samoa left out 30 December 2011. */
const LONGEST_GAP_MS = DAY_MS;
/** So far ahead of the last occurrence, or of the start, the next one is looked for: 29 February is eight years away at most. */
const YEARS_AHEAD = 10;
const AHEAD_MS = YEARS_AHEAD * 366 * DAY_MS;
/** Nothing is due after this. */
const END_OF_TIME = Date.UTC(2201, 0, 1);
/** Periods the library may look at for one answer, so that a rule that never comes costs milliseconds. Ten years of days fit. */
const MAX_PERIODS = 4000;
/** The same for a time that went by: eleven years of hours. */
const MAX_PAST_PERIODS = 100_000;

/**
 * The occurrences of a plan, as instants in milliseconds since 1970. Pure: the clock is the caller's.
 *
 * The rule is followed on the calendar and the clock on the wall, and each time so found becomes an instant afterwards, as RFC 5545,
 * section 3.3.5 reads a local time: one that the clocks leave out by the offset before the change, one that comes twice as the first of
 * the two. So 09:00 stays 09:00, 02:30 in the night the clocks go forward is sent (at 03:30) and not left out, and in the night they go
 * back it is sent once. A "wall" is such a local time, in milliseconds since 1970 as if the zone were UTC.
 */
export class Occurrences {
  private readonly startWall: number;
  private readonly timeZone: string;
  private readonly recurrence: Recurrence | undefined;
  /** Of the last occurrence, where COUNT says which that is. */
  private readonly lastWall: number = END_OF_TIME;

  /** @throws RecurrenceFault where the rule cannot be followed */
  constructor({ local_time, time_zone, recurrence }: Plan) {
    this.startWall = Date.parse(`${local_time}Z`);
    this.timeZone = time_zone;
    this.recurrence = recurrence === null ? undefined : parseRecurrence(recurrence);
    if (this.recurrence?.count !== undefined) this.lastWall = this.countedOut(this.recurrence.count);
  }

  /** The first occurrence after an instant; undefined where there is none within ten years of it, or of the start. */
  next(after: number): number | undefined {
    if (!this.recurrence) return this.instantsOf([this.startWall]).find((at) => at > after);
    const wall = this.wallOf(after);
    const firstOf = (walls: number[]) => this.instantsOf(walls).find((at) => at > after);
    const near = firstOf(this.wallsBetween(wall - LONGEST_GAP_MS, wall + 3 * LONGEST_GAP_MS));
    // an earlier instant could only be that of a wall before the one the clocks show then, and those have all been seen
    if (near !== undefined && this.wallOf(near) <= wall + 2 * LONGEST_GAP_MS) return near;
    const rule = this.rule(Math.max(after, this.startWall) + AHEAD_MS);
    const far = searched(() => rule.next(new Date(wall + LONGEST_GAP_MS)))?.epochMilliseconds;
    return far === undefined ? undefined : firstOf(this.wallsBetween(far, far + 2 * LONGEST_GAP_MS));
  }

  /** The first few occurrences after an instant. */
  upcoming(after: number, max: number): number[] {
    const found: number[] = [];
    for (let at = this.next(after); at !== undefined && found.length < max; at = this.next(at)) found.push(at);
    return found;
  }

  /** All occurrences after one instant, up to another and with it. */
  between(after: number, until: number): number[] {
    const [from, to] = [this.wallOf(after) - LONGEST_GAP_MS, this.wallOf(until) + LONGEST_GAP_MS];
    const walls = this.recurrence ? this.wallsBetween(from, to, MAX_PAST_PERIODS) : [this.startWall];
    return this.instantsOf(walls).filter((at) => at > after && at <= until);
  }

  /** An instant as the clock on the wall shows it: `2026-12-01T09:00:00`. */
  localTime(at: number): string {
    return new Date(this.wallOf(at)).toISOString().slice(0, 19);
  }

  private wallsBetween(from: number, to: number, maxIterations = MAX_PERIODS): number[] {
    const rule = this.rule(to, { maxIterations });
    const found = searched(() => rule.between(new Date(from), new Date(to), true));
    return found?.map((wall) => wall.epochMilliseconds) ?? [];
  }

  /** In their order, which is not that of walls where the clocks leave out an hour. */
  private instantsOf(walls: number[]): number[] {
    const instants = new Set(walls.map((wall) => this.instantOf(wall)));
    return [...instants].filter((at) => at <= this.lastInstant).sort((a, b) => a - b);
  }

  private get lastInstant(): number {
    return this.recurrence?.until ?? Infinity;
  }

  private wallOf(at: number): number {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.timeZone);
    return at + offsetNanoseconds / 1e6;
  }

  private instantOf(wall: number): number {
    const local = utc(wall).toPlainDateTime();
    return local.toZonedDateTime(this.timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
  }

  /**
   * The rule as the library follows it: on walls, up to one of them. COUNT is left out of every search but the one for its end: without it
   * the library need not begin at the start.
   */
  private rule(lastWall: number, { count, maxIterations = MAX_PERIODS }: Bounds = {}): RRuleTemporal {
    return new RRuleTemporal({
      rruleString: this.recurrence!.rule,
      dtstart: utc(this.startWall),
      until: utc(Math.min(lastWall, this.lastWall)),
      count,
      maxIterations,
      cache: false,
    });
  }

  /** The wall of the last occurrence of so many. */
  private countedOut(count: number): number {
    const rule = this.rule(this.startWall + AHEAD_MS, { count });
    const counted = searched(() => rule.all());
    if (counted?.length === count) return counted[count - 1].epochMilliseconds;
    throw new RecurrenceFault(`does not come COUNT times within ${YEARS_AHEAD} years; leave COUNT out, or give it an UNTIL`);
  }
}

interface Bounds {
  count?: number;
  maxIterations?: number;
}

const utc = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC');

/** What the library finds; undefined where it gave up. */
function searched<T>(search: () => T): T | undefined {
  try {
    return search();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Maximum ')) return undefined;
    throw error;
  }
}
