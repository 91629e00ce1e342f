import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { plainToInstance, Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsObject, IsUUID, ValidateNested, validateSync } from 'class-validator';
import type { FieldError } from '../../common/problem';
import { fieldErrors, validationOptions } from '../../common/validation';
import { check } from '../../common/validators';
import { givesEveryone } from './everyone';
import { FilterSetDto } from './filter-set.dto';
import { filterList } from '../filters';
import { costOf, LIMITS, parseRule, referencesOf, type Rule, type RuleShape, shapeOf, treeKeys } from './rule';

const RULE = { $ref: '#/components/schemas/Rule' };
const RULES = { type: 'array', items: RULE, minItems: 1, maxItems: LIMITS.conditions } as const;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

const Parts = () =>
  applyDecorators(
    ValidateNested({ each: true }),
    // to ValidateNested a list is as good as an object, and an empty one a filter set that asks nothing: everybody
    check('areRules', (parts) => Array.isArray(parts) && parts.every(isObject), 'must hold rules, which are objects'),
    ArrayMaxSize(LIMITS.conditions),
    ArrayNotEmpty(),
    ApiProperty(RULES),
    IsArray(),
  );

/** Customers of every one of these rules. */
@ApiSchema({ name: 'AllRule' })
class AllRuleDto {
  @Parts()
  all: object[];
}

/** Customers of at least one of these rules. */
@ApiSchema({ name: 'AnyRule' })
class AnyRuleDto {
  @Parts()
  any: object[];
}

/** Active customers who are not of this rule: those who never bought anything are among them. */
@ApiSchema({ name: 'NotRule' })
class NotRuleDto {
  @ValidateNested()
  @ApiProperty({ oneOf: [RULE] })
  @IsObject()
  not: object;
}

/** Customers of another segment, as its rule is when this one is read. It must exist, be active, and not lead back here. */
@ApiSchema({ name: 'SegmentRule' })
class SegmentRuleDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID(undefined, { message: 'segment_id must be a uuid' })
  segment_id: string;
}

const shapes: Record<RuleShape, new () => object> = {
  all: AllRuleDto,
  any: AnyRuleDto,
  not: NotRuleDto,
  segment_id: SegmentRuleDto,
  filters: FilterSetDto,
};

export const ruleShapes = Object.values(shapes);

// What is known, but not here: "is not a known field" would be untrue.
for (const shape of treeKeys)
  for (const other of [...treeKeys, ...filterList.map(({ key }) => key)])
    if (other !== shape)
      check(
        'standsAlone',
        (value) => value === undefined,
        `cannot stand beside ${shape}: make it a rule of its own`,
      )(shapes[shape].prototype as object, other);

/** The schema of a rule in the API document, where it has no class: it is one of five. */
export const ruleSchema = {
  description:
    `A filter set, or a tree of them: {all: […]}, {any: […]}, {not: …}, {segment_id: …}. At most ${LIMITS.conditions} conditions ` +
    `(a filter, an empty set or a reference) and ${LIMITS.levels} levels, what is referred to included.`,
  oneOf: ['FilterSet', 'AllRule', 'AnyRule', 'NotRule', 'SegmentRule'].map((name) => ({
    $ref: `#/components/schemas/${name}`,
  })),
};

/** What claims to be a rule as instances of the classes that check it. The json guard has bounded its depth. */
function toRuleDto(value: unknown): unknown {
  if (!isObject(value)) return value;
  const shape = shapeOf(value);
  if (shape === 'filters') return plainToInstance(FilterSetDto, value);
  const part = (value as Record<string, unknown>)[shape];
  return Object.assign(new shapes[shape](), value, {
    [shape]: Array.isArray(part) ? part.map(toRuleDto) : shape === 'segment_id' ? part : toRuleDto(part),
  });
}

/** Sizes are known without what a rule refers to; that is looked at again where the references are read. */
const within = (limit: keyof typeof LIMITS) => (rule: unknown) => {
  try {
    return costOf(parseRule(rule as Rule, () => ({})))[limit] <= LIMITS[limit];
  } catch {
    return true; // it is no rule: the other checks say why
  }
};

/** A rule in a body. Everything in it is checked, whatever its depth; an error points at the very field. */
export const IsRule = () =>
  applyDecorators(
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => toRuleDto(obj[key])),
    ValidateNested(),
    check('conditions', within('conditions'), `has more than ${LIMITS.conditions} conditions`),
    check('levels', within('levels'), `has more than ${LIMITS.levels} levels`),
    ApiPropertyOptional({ oneOf: [RULE] }),
    IsObject(),
  );

class Holder {
  @IsRule()
  rule: Rule;
}

/** Everything that is wrong with what claims to be a rule; the same checks as a request's. Empty: it is one. */
export const ruleErrors = (rule: unknown): FieldError[] =>
  fieldErrors(validateSync(plainToInstance(Holder, { rule }), validationOptions)).map(({ pointer, detail }) => ({
    pointer: pointer.replace(/^\/rule/, ''),
    detail,
  }));

/** The same of a rule that a model wrote: it refers to no segment, and its structure does not make it everybody. */
export function draftErrors(rule: unknown): FieldError[] {
  const errors = ruleErrors(rule);
  if (errors.length > 0) return errors;
  const references = referencesOf(rule as Rule);
  if (references.length > 0) return references.map(({ pointer }) => ({ pointer, detail: 'cannot be drafted' }));
  return givesEveryone(rule as Rule) ? [{ pointer: '', detail: EVERYONE }] : [];
}

export const EVERYONE = 'would match every customer';
