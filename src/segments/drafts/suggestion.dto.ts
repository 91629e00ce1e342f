import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import type { Rule } from '../rules/rule';

/** A sentence to make a rule of. */
export class SuggestSegment {
  /** Whom the segment is to have, in English, Spanish or Catalan, 1 to 1,000 characters. */
  @Matches(/\S/u, { message: '$property must not be blank' })
  @MinLength(1)
  @MaxLength(1000)
  @ApiProperty({ minLength: 1, maxLength: 1000, example: 'spent 100 € or more in the last 90 days' })
  @IsString()
  prompt: string;
}

const unknownKinds = ['phrase', 'guess', 'store', 'ticket_type', 'role', 'preference'] as const;

/** Something of the sentence that is not in the rule, or that the data has not. */
export class UnknownView {
  /**
   * `phrase`: it is not in the rule, which is therefore wider than the sentence. `guess`: it is in the rule, and not in the sentence. The
   * others: it is in the rule, and the data has no such name.
   */
  @ApiProperty({ enum: unknownKinds })
  kind: (typeof unknownKinds)[number];

  /** Of a phrase the words of the sentence; of a guess the value, of a name the name in the rule, of a preference as `key: value`. */
  @ApiProperty({ example: 'Mercat Centrl' })
  said: string;

  /** Where it stands in `filters` (JSON pointer); null for a phrase. */
  @ApiProperty({ type: String, nullable: true, example: '/stores_in/0' })
  pointer: string | null;

  /** Names that the data has, the nearest first, at most three. */
  @ApiProperty({ type: [String], maxItems: 3, example: ['Mercat Central'] })
  nearest: string[];
}

/** A rule as the model reads a sentence, to look at. It is not saved. */
export class SegmentSuggestionView {
  /** The rule: valid, without references to segments. */
  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/Rule' }] })
  filters: Rule;

  /** The rule in English, made of the rule and not by the model: what would be saved, not what was asked. */
  @ApiProperty({ example: 'Active customers who spent at least 100.00 (counting only purchases made in the last 90 days).' })
  reading: string;

  /** What to look at before it is saved: as long as there is some, it is not what the sentence says. */
  @ApiProperty({ type: () => [UnknownView] })
  unknowns: UnknownView[];

  /** Customers it reaches. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total: number;

  /** Of all active customers, 0…1; 1 is everybody. */
  @ApiProperty({ minimum: 0, maximum: 1, example: 0.042 })
  share: number;
}
