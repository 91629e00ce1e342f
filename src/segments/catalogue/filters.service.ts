import { Injectable } from '@nestjs/common';
import { Page } from '../../common/answer';
import { Problem } from '../../common/problem';
import { filterList } from '../filters';
import { type FilterValuesQuery, type FilterValueView, type FilterView, toFilterView } from './filter.dto';
import { FilterValues } from './filter-values';

/** What a rule can be made of: out of the list of filters alone, so that a new one appears by itself. */
@Injectable()
export class FiltersService {
  constructor(private readonly known: FilterValues) {}

  list(): Page<FilterView> {
    return new Page(filterList.map(toFilterView), undefined, filterList.length);
  }

  /** @throws Problem filter-not-found, filter-not-available, statement-too-slow */
  async values(key: string, { search = '', limit }: FilterValuesQuery): Promise<Page<FilterValueView>> {
    const filter = filterList.find((one) => one.key === key);
    if (!filter) throw new Problem('filter-not-found', 'GET /segments/filters lists those there are.');
    if (!filter.values) return new Page<FilterValueView>([], undefined, 0);
    const { dataAsOf, values } = await this.known.of(key);
    const wanted = search.toLowerCase();
    const found = values.filter(({ words }) => words.includes(wanted));
    const page = found.slice(0, limit).map(({ view }) => view);
    return new Page(page, undefined, found.length, { source: 'database', dataAsOf });
  }
}
