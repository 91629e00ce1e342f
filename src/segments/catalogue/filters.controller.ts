import { Controller, Get, Param, Query } from '@nestjs/common';
import { AnswersPage, Refuses } from '../../common/api-docs';
import { FilterValuesQuery, FilterValueView, FilterView } from './filter.dto';
import { FiltersService } from './filters.service';

/** What a rule can be made of. */
@Controller('segments/filters')
export class FiltersController {
  constructor(private readonly filters: FiltersService) {}

  /** Every filter a rule can have, in order: what it means and what it takes. All of them, on one page. */
  @Get()
  @AnswersPage({ type: FilterView })
  list() {
    return this.filters.list();
  }

  /** Values to choose from, the most frequent first, as the data has them; known anew every few minutes. None where it has none to offer. */
  @Get(':filter_key/values')
  @Refuses('filter-not-found', 'filter-not-available')
  @AnswersPage({ type: FilterValueView, computed: true })
  values(@Param('filter_key') key: string, @Query() query: FilterValuesQuery) {
    return this.filters.values(key, query);
  }
}
