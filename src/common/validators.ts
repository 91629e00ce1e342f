import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  registerDecorator,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { templateFaults } from './message-template';

/** May be left out, but not null: @IsOptional would let null pass every other check. */
export const Optional = () => ValidateIf((_, value) => value !== undefined);

/** Text on one line, 1…max characters: no line breaks or control characters, so that it can stand in a mail header. */
export const SingleLine = (max: number) =>
  applyDecorators(
    IsString(),
    MinLength(1),
    MaxLength(max),
    // eslint-disable-next-line no-control-regex
    Matches(/^[^\u0000-\u001f\u007f\u0085\u2028\u2029]*$/u, { message: '$property must be on one line' }),
    Matches(/\S/u, { message: '$property must not be blank' }),
    ApiProperty({ minLength: 1, maxLength: max }),
  );

/** A whole number in a query string: digits only, so `1e2`, `0x10`, `1.0` and `+1` are refused rather than read. */
export const QueryInteger = (min: number, max: number) =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message: `$property must be a whole number from ${min} to ${max}` }),
    Min(min),
    Max(max),
    ApiProperty({ type: 'integer', minimum: min, maximum: max, required: false }),
  );

/** `true` or `false` in a query string; anything else is refused rather than guessed. */
export const QueryBoolean = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value)),
    check('isQueryBoolean', (value) => typeof value === 'boolean', 'must be true or false'),
    ApiProperty({ type: 'boolean', required: false }),
  );

/** Whether a number is one of hundredths, such as an amount in cents. */
export const hasTwoDecimals = (value: unknown): boolean => typeof value === 'number' && Number(value.toFixed(2)) === value;

/** A number with at most two decimals. IsNumber's own maxDecimalPlaces throws on 1e-7. */
export const TwoDecimals = () => check('hasTwoDecimals', hasTwoDecimals, 'must have at most two decimals');

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** An instant that PostgreSQL reads as we mean it: ISO 8601 with a zone, a day that exists, years 1970…2200. */
export function isInstant(value: unknown): value is string {
  const parts = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (!parts) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year >= 1970 && year <= 2200 && hour < 24 && minute < 60 && second < 60;
}

/** An instant such as `2026-11-22T10:00:00Z`. */
export const Instant = () =>
  applyDecorators(
    check('isInstant', isInstant, 'must be an instant with a zone, 1970 to 2200, such as 2026-11-22T10:00:00Z'),
    ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-22T10:00:00Z' }),
  );

/** JSON of the caller's own making, kept to the letter: class-transformer would rebuild it, and lose some keys on the way. */
export const RawJson = () => Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]);

/** Texts of a list in lower case: uuids are equal whatever their case, and PostgreSQL writes them so. */
export const LowerCase = () =>
  Transform(({ value }: { value: unknown }) =>
    Array.isArray(value) ? value.map((item: unknown) => (typeof item === 'string' ? item.toLowerCase() : item)) : value,
  );

/** Text whose placeholders can be replaced for every customer: see message-template.ts. */
export const IsMessageTemplate = () => {
  const faults = (value: unknown) => (typeof value === 'string' ? templateFaults(value) : []);
  return check(
    'isMessageTemplate',
    (value) => faults(value).length === 0,
    (value) => faults(value).join('. '),
  );
};

/** A class-validator decorator from one predicate. */
export function check(
  name: string,
  holds: (value: unknown) => boolean,
  message: string | ((value: unknown) => string),
): PropertyDecorator {
  const text = (args?: ValidationArguments) => (typeof message === 'string' ? message : message(args?.value));
  return (target, propertyName) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: propertyName as string,
      validator: { validate: holds, defaultMessage: (args) => `${args?.property} ${text(args)}` },
    });
}
