import { isUuid } from '../../../components/is-uuid';
import type { ValueSchema } from './value-schema';

/** What is wrong with a value, before the service is asked: the name of a text, and the figures in it. */
export type ValueProblem =
  | { code: 'empty' | 'whole' | 'text' | 'instant' | 'uuid' | 'order' | 'choice' }
  | { code: 'atLeast' | 'above'; least: number }
  | { code: 'atMost' | 'below'; most: number }
  | { code: 'tooMany' | 'tooLong'; most: number }
  | { code: 'tooFew'; least: number };

/** The first thing that is wrong with a value; undefined where the service may be asked. What cannot be told here is left to it. */
export function problemOf(schema: ValueSchema, value: unknown): ValueProblem | undefined {
  if (value === null || value === undefined || value === '') return { code: 'empty' };
  if (schema.enum) return schema.enum.includes(value) ? undefined : { code: 'choice' };
  switch (schema.type) {
    case 'integer':
    case 'number':
      return ofNumber(schema, value);
    case 'string':
      return ofText(schema, value);
    case 'array':
      return Array.isArray(value) ? ofList(schema, value) : undefined;
    case 'object':
      return typeof value === 'object' ? ofObject(schema, value as Record<string, unknown>) : undefined;
    default:
      return undefined;
  }
}

function ofNumber(schema: ValueSchema, value: unknown): ValueProblem | undefined {
  if (typeof value !== 'number') return { code: 'empty' };
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (schema.type === 'integer' && !Number.isInteger(value)) return { code: 'whole' };
  if (minimum !== undefined && value < minimum) return { code: 'atLeast', least: minimum };
  if (maximum !== undefined && value > maximum) return { code: 'atMost', most: maximum };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return { code: 'above', least: exclusiveMinimum };
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return { code: 'below', most: exclusiveMaximum };
  return undefined;
}

function ofText({ format, maxLength }: ValueSchema, value: unknown): ValueProblem | undefined {
  if (typeof value !== 'string') return { code: 'text' };
  if (maxLength !== undefined && value.length > maxLength) return { code: 'tooLong', most: maxLength };
  if (format === 'uuid' && !isUuid(value)) return { code: 'uuid' };
  if (format === 'date-time' && Number.isNaN(Date.parse(value))) return { code: 'instant' };
  return undefined;
}

function ofList({ items = {}, minItems, maxItems }: ValueSchema, value: unknown[]): ValueProblem | undefined {
  if (value.length === 0 && (minItems ?? 0) > 0) return { code: 'empty' };
  if (minItems !== undefined && value.length < minItems) return { code: 'tooFew', least: minItems };
  if (maxItems !== undefined && value.length > maxItems) return { code: 'tooMany', most: maxItems };
  for (const item of value) {
    const problem = Object.keys(items).length > 0 ? problemOf(items, item) : undefined;
    if (problem) return problem;
  }
  const isRange = minItems === 2 && maxItems === 2 && (items.type === 'integer' || items.type === 'number');
  return isRange && (value[0] as number) > (value[1] as number) ? { code: 'order' } : undefined;
}

function ofObject({ properties, required = [] }: ValueSchema, value: Record<string, unknown>): ValueProblem | undefined {
  if (!properties) return undefined;
  for (const key of required) if (value[key] === undefined) return { code: 'empty' };
  for (const [key, given] of Object.entries(value)) {
    const problem = properties[key] && problemOf(properties[key], given);
    if (problem) return problem;
  }
  return undefined;
}
