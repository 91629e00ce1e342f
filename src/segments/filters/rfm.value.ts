import { Type } from 'class-transformer';
import { IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { check, hasTwoDecimals, Optional } from '../../common/validators';
import { MOST_MONEY, type ValueKind } from './value-kind';

/** What a customer is scored by, in the order of the name. */
export const dimensions = ['recency', 'frequency', 'monetary'] as const;

const isList = (length: number, holds: (item: number) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'number' && holds(item));

const isScore = isList(2, (score) => Number.isInteger(score) && score >= 1 && score <= 5);
const isRange = (value: unknown) => isScore(value) && (value as number[])[0] <= (value as number[])[1];
const Scores = () => check('isScores', isRange, 'must be [from, to]: whole numbers from 1 to 5, from not above to');

const ascends = (value: unknown) => (value as number[]).every((n, i, all) => i === 0 || all[i - 1] < n);
const CutPoints = (what: string, holds: (cut: number) => boolean) =>
  check(
    'isCutPoints',
    (value) => isList(4, holds)(value) && ascends(value),
    `must be four ${what}, each above the one before`,
  );

class RfmCutPoints {
  @CutPoints('numbers of days above 0, at most 3650', (days) => days > 0 && days <= 3650)
  @Optional()
  recency_days?: number[];

  @CutPoints('whole numbers from 0 to 1000000', (count) => Number.isInteger(count) && count >= 0 && count <= 1_000_000)
  @Optional()
  frequency?: number[];

  @CutPoints('amounts with at most two decimals', (sum) => hasTwoDecimals(sum) && Math.abs(sum) <= MOST_MONEY)
  @Optional()
  monetary?: number[];
}

/** Ranges of scores in a window of purchases. */
export class Rfm {
  @Max(3650)
  @Min(1)
  @IsInt()
  window_days: number;

  @Scores()
  @Optional()
  recency?: number[];

  @Scores()
  @Optional()
  frequency?: number[];

  @Scores()
  @Optional()
  monetary?: number[];

  @ValidateNested()
  @IsObject()
  @Type(() => RfmCutPoints)
  @Optional()
  cut_points?: RfmCutPoints;
}

const asksScore = (value: unknown) => dimensions.some((dimension) => (value as Rfm)[dimension] !== undefined);

const scores = (description: string) => ({
  type: 'array',
  description,
  items: { type: 'integer', minimum: 1, maximum: 5 },
  minItems: 2,
  maxItems: 2,
});
const cuts = (items: object) => ({ type: 'array', items, minItems: 4, maxItems: 4 });

export const rfmValue = (): ValueKind<Rfm> => ({
  schema: {
    type: 'object',
    properties: {
      window_days: { type: 'integer', minimum: 1, maximum: 3650 },
      recency: scores('From which score to which; 5 bought last.'),
      frequency: scores('From which score to which; 5 bought most often.'),
      monetary: scores('From which score to which; 5 spent most.'),
      cut_points: {
        type: 'object',
        description:
          'Where one score ends and the next begins, instead of the quintiles of the customers themselves. Ascending.',
        properties: {
          recency_days: cuts({ type: 'number', exclusiveMinimum: 0, maximum: 3650 }),
          frequency: cuts({ type: 'integer', minimum: 0, maximum: 1_000_000 }),
          monetary: cuts({ type: 'number', minimum: -MOST_MONEY, maximum: MOST_MONEY }),
        },
        additionalProperties: false,
      },
    },
    required: ['window_days'],
    additionalProperties: false,
  },
  rules: [
    IsObject(),
    check('asksScore', asksScore, `must ask for at least one of ${dimensions.join(', ')}`),
    ValidateNested(),
    Type(() => Rfm),
  ],
});
