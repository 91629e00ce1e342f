import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { check, Instant, LowerCase, RawJson, TwoDecimals } from '../../common/validators';

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

/** The largest amount: a hundred times numeric(10,2). */
export const MOST_MONEY = 9_999_999_999.99;

/** An amount in the currency of the purchases, with at most two decimals, 0…9,999,999,999.99. Compared as `numeric`, exactly. */
export const money = (): ValueKind<number> => ({
  schema: { type: 'number', minimum: 0, maximum: MOST_MONEY }, // no multipleOf: validators compute it in binary and refuse 100.1
  rules: [IsNumber({}, { message: '$property must be a number' }), Min(0), Max(MOST_MONEY), TwoDecimals()],
});

/** An amount of `money` in hundredths, exactly. */
export const hundredths = (amount: number): number => Math.round(amount * 100);

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

/** A JSON array or object, and not an empty one. */
export const jsonContainer = (): ValueKind<unknown[] | Record<string, unknown>> => ({
  schema: {
    anyOf: [
      { type: 'array', items: {}, minItems: 1 },
      { type: 'object', additionalProperties: true, minProperties: 1 },
    ],
  },
  rules: [check('isContainer', isFilled, 'must be a JSON array or object, and not an empty one'), RawJson()],
});
const isFilled = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** An instant with a zone, kept as it was written. */
export const instant = (): ValueKind<string> => ({ schema: { type: 'string', format: 'date-time' }, rules: [Instant()] });

/** Ids as PostgreSQL takes them: of any version, in any letter case, kept in lower case. */
export const uuidList = (maxItems: number): ValueKind<string[]> => ({
  schema: { type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems },
  rules: [
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(maxItems),
    Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, {
      each: true,
      message: 'each value in $property must be a uuid',
    }),
    LowerCase(),
  ],
});
