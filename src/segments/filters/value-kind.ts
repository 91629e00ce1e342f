import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { check, RawJson } from '../../common/validators';

/** A kind of value a filter takes: the same limits once as validation and once as JSON Schema. `V` is its TypeScript type. */
export interface ValueKind<V> {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly rules: readonly PropertyDecorator[];
  /** Carries `V` for the compiler; there is no such property at run time. */
  readonly type?: V;
}

export const wholeNumber = (minimum: number, maximum: number): ValueKind<number> => ({
  schema: { type: 'integer', minimum, maximum },
  rules: [IsInt(), Min(minimum), Max(maximum)],
});

/** An amount in the currency of the purchases, with at most two decimals, 0…9,999,999,999.99. Compared as `numeric`, exactly. */
export const money = (): ValueKind<number> => ({
  schema: { type: 'number', minimum: 0, maximum: 9_999_999_999.99 }, // no multipleOf: validators compute it in binary and refuse 100.1
  rules: [IsNumber(), Min(0), Max(9_999_999_999.99), check('isMoney', hasCents, 'must have at most two decimals')],
});
// IsNumber's own maxDecimalPlaces throws on 1e-7
const hasCents = (value: unknown) => typeof value === 'number' && Number(value.toFixed(2)) === value;

export const flag = (): ValueKind<boolean> => ({ schema: { type: 'boolean' }, rules: [IsBoolean()] });

export const textList = (maxItems: number, maxLength: number): ValueKind<string[]> => ({
  schema: { type: 'array', items: { type: 'string', minLength: 1, maxLength }, minItems: 1, maxItems },
  rules: [
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(maxItems),
    IsString({ each: true }),
    MinLength(1, { each: true }),
    MaxLength(maxLength, { each: true }),
  ],
});

export const jsonObject = (): ValueKind<Record<string, unknown>> => ({
  schema: { type: 'object', additionalProperties: true },
  rules: [IsObject(), RawJson()],
});
