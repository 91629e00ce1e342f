import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem';
import { filterList } from '../filters';
import type { FilterValueView } from './filter.dto';
import { FilterValues } from './filter-values';

/** A value that a filter may be given, with the active customers who have it where that is counted. */
export type KnownValue = Pick<FilterValueView, 'value' | 'customers'>;

/** The values that filters may be given, as the data has them: what a sentence may name. */
export abstract class FilterVocabulary {
  /**
   * Those of a filter, the most frequent first, at most 10,000; none where it has none to offer.
   * @throws Problem statement-too-slow while they are read for the first time, and that takes long
   */
  abstract of(key: string): Promise<readonly KnownValue[]>;
}

@Injectable()
export class KnownVocabulary implements FilterVocabulary {
  constructor(private readonly known: FilterValues) {}

  async of(key: string): Promise<readonly KnownValue[]> {
    if (!filterList.find((filter) => filter.key === key)?.values) return [];
    try {
      return (await this.known.of(key)).values.map(({ view }) => view);
    } catch (error) {
      if (error instanceof Problem && error.type === 'filter-not-available') return []; // the column is not there
      throw error;
    }
  }
}
