import { ApiProperty } from '@nestjs/swagger';
import type { InferredRow } from './preferences.sql';

/** What one preference rests on. */
export class PreferenceEvidence {
  @ApiProperty({ example: 'likes' })
  key: string;

  @ApiProperty({ example: 'green tea' })
  value: string;

  /** Purchases of the customer, the newest first. */
  @ApiProperty({ type: 'array', items: { type: 'string' } })
  purchase_ids: string[];
}

/** What a model takes a customer to prefer, by what they bought: a guess, kept beside what they said themselves. */
export class InferredPreferencesView {
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  /** Every key holds a list of texts; empty where the purchases show nothing. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    example: { likes: ['green tea', 'bread'] },
  })
  preferences: Record<string, string[]>;

  @ApiProperty({ type: () => [PreferenceEvidence] })
  evidence: PreferenceEvidence[];

  /** LLM_MODEL as it was. */
  @ApiProperty({ example: 'llama3.2:3b' })
  model: string;

  /** What was bought later is not in it. */
  @ApiProperty({ format: 'date-time' })
  inferred_at: string;
}

export const toInferredPreferencesView = (row: InferredRow): InferredPreferencesView => ({
  ...row,
  inferred_at: row.inferred_at.toISOString(),
});
