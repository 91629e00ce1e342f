import type { Rule } from './rules/rule';

/** A rule as a model reads a sentence. */
export interface RuleDraft {
  /** Valid, without references, and not everybody by its structure. What it names need not exist. */
  readonly filters: Rule;
  /** What the sentence says and the rule does not, in the sentence's own words: as long as there is some, the rule may be too wide. */
  readonly missing: readonly string[];
  /** What the rule says and the sentence does not. */
  readonly guesses: readonly Guess[];
}

/** Something in a rule that the model made up. */
export interface Guess {
  /** The value. */
  readonly said: string;
  /** Where it stands in the rule. */
  readonly pointer: string;
}

/**
 * Turns a sentence into a rule. The port through which segments use a model without knowing one: whoever has a model provides it.
 */
export abstract class SegmentDrafter {
  /**
   * @param signal aborted when nobody waits any more; the model is then stopped
   * @throws Problem draft-not-usable where no rule comes of the sentence: it never becomes "everyone"; model-… when there is no answer to use
   */
  abstract draft(sentence: string, signal?: AbortSignal): Promise<RuleDraft>;
}
