import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { FieldError } from '../../common/problem';
import { fieldErrors, validationOptions } from '../../common/validation';
import { Optional } from '../../common/validators';
import { enlist, filterList, type FilterSet, type SegmentFilter } from '../filters';
import { filtersOf, shapeOf } from './rule';

/**
 * One scope of purchases, and what must hold of it and of the customer, all together. Some filters, such as `last_days` and `stores_in`,
 * narrow the purchases that count; the totals are tested on those; a set that only narrows asks for at least one such purchase.
 * `{}` is every active customer. An unknown key is refused.
 */
@ApiSchema({ name: 'FilterSet' })
export class FilterSetDto {}

/** JSON Schema of a filter set, for a model that is to write one. */
export const filterSetSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {} as Record<string, Readonly<Record<string, unknown>>>,
};

/** One property a filter: checked, documented, refused when null, and known to the model. */
function describe({ key, value, description, example }: SegmentFilter): void {
  // a schema may say under `required` what an object must have; selfRequired is said of the property itself
  const property = { type: Object, required: false, selfRequired: false, ...value.schema, description, example };
  for (const decorate of [...value.rules, Optional(), ApiProperty(property)]) decorate(FilterSetDto.prototype, key);
  filterSetSchema.properties[key] = { ...value.schema, description };
}

filterList.forEach(describe);

/**
 * Adds a filter of your own, from your own file: to be called before the application is made. It is checked, documented, given to the
 * model and asked of PostgreSQL as ours are.
 * @throws Error where there is a filter of that name, or where it would be taken for a node of a rule tree
 */
export function addFilter(filter: SegmentFilter): void {
  if (shapeOf({ [filter.key]: true }) !== 'filters') throw new Error(`${filter.key} is a key of rule trees`);
  enlist(filter);
  describe(filter);
}

/** Everything that is wrong with what claims to be a filter set; the same checks as a request's. Empty: it is one. */
export function filterSetErrors(value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ pointer: '', detail: 'must be a JSON object' }];
  return fieldErrors(validateSync(plainToInstance(FilterSetDto, value), validationOptions));
}

/**
 * Whether a valid set asks nothing of anybody: `{}`, and totals such as `min_num_purchases: 0`, which make the scope moot:
 * `{last_days: 30, min_num_purchases: 0}` is everyone, `{last_days: 30, max_num_purchases: 0}` is not.
 */
export function asksNothing(set: FilterSet): boolean {
  const given = filtersOf(set);
  const hasTotals = given.some(({ filter }) => filter.asks === 'total');
  return given.every(({ filter, value }) => {
    if (filter.asks === 'customer') return filter.holdsForAll?.(value) ?? false;
    if (filter.asks === 'total') return filter.holdsForEvery?.(value) ?? false;
    return filter.asks === 'scope' && hasTotals;
  });
}
