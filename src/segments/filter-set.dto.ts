import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { FieldError } from '../common/problem';
import { fieldErrors, validationOptions } from '../common/validation';
import { Optional } from '../common/validators';
import { filterList, type FilterSet } from './filters';

/**
 * One scope of purchases, and what must hold of it and of the customer, all together. `last_days`, `stores_in` and `is_market_store`
 * narrow the purchases that count; the totals are tested on those; a set that only narrows asks for at least one such purchase.
 * `{}` is every active customer. An unknown key is refused.
 */
@ApiSchema({ name: 'FilterSet' })
export class FilterSetDto {}

// One property a filter: checked, documented, and refused when null.
for (const { key, value, description, example } of filterList) {
  const documented = ApiPropertyOptional({ ...value.schema, description, example });
  for (const decorate of [...value.rules, Optional(), documented]) decorate(FilterSetDto.prototype, key);
}

/** JSON Schema of a filter set, for a model that is to write one. */
export const filterSetSchema = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(filterList.map(({ key, value, description }) => [key, { ...value.schema, description }])),
} as const;

/** Everything that is wrong with what claims to be a filter set; the same checks as a request's. Empty: it is one. */
export function filterSetErrors(value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ pointer: '', detail: 'must be a JSON object' }];
  return fieldErrors(validateSync(plainToInstance(FilterSetDto, value), validationOptions));
}

/**
 * Whether a valid set holds for everybody. Totals that also hold for customers without a purchase in scope make the scope moot:
 * `{last_days: 30, min_num_purchases: 0}` is everyone. A filter whose upper bound holds for them ("at most") must be told apart here
 * when there is one; until then it is refused, which is the safe mistake.
 */
export function asksNothing(set: FilterSet): boolean {
  const values = set as Readonly<Record<string, unknown>>;
  const given = filterList.filter(({ key }) => values[key] !== undefined);
  const totals = given.filter((filter) => filter.asks === 'total');
  const ofCustomer = given.some(({ asks, key }) => asks === 'customer' && Object.keys(values[key] as object).length > 0);
  const ofPurchases =
    totals.length > 0 ? !totals.every((f) => f.holdsForNone(values[f.key])) : given.some((f) => f.asks === 'scope');
  return !ofCustomer && !ofPurchases;
}
