import type { FilterSet } from './filters';

/**
 * Turns a sentence into a filter set. The port through which segments use a model without knowing one: whoever has a model provides it.
 */
export abstract class SegmentDrafter {
  /**
   * A valid filter set with at least one filter: a sentence never becomes "everyone".
   * @throws Problem draft-not-usable, or model-… when there is no answer to use
   */
  abstract draftFilters(prompt: string): Promise<FilterSet>;
}
