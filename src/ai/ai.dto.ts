import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsNumber, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { Optional } from '../common/validators';
import { DEFAULT_MAX_TOKENS } from './language-model';

/** A text for the model to continue. */
export class GenerateText {
  /** What the model is asked, 1 to 8,000 characters. */
  @MinLength(1)
  @MaxLength(8000)
  @ApiProperty({ minLength: 1, maxLength: 8000, example: 'Three subject lines for an autumn sale of local vegetables' })
  @IsString()
  prompt: string;

  /** Who the model is to be, and how it is to answer. The model's own when left out. */
  @Optional()
  @MaxLength(4000)
  @ApiPropertyOptional({ maxLength: 4000, example: 'You write short, friendly e-mail subjects.' })
  @IsString()
  system?: string;

  /** How free the model is: 0 always takes the likeliest word, 2 is wild. The model's own when left out. */
  @Optional()
  @Min(0)
  @Max(2)
  @ApiPropertyOptional({ minimum: 0, maximum: 2, example: 0.7 })
  @IsNumber({}, { message: '$property must be a number' })
  temperature?: number;

  /** Tokens the answer has at most; it is cut off there. A token is about four letters of English. */
  @Optional()
  @Min(1)
  @Max(4096)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 4096, default: DEFAULT_MAX_TOKENS })
  @IsInt()
  max_tokens: number = DEFAULT_MAX_TOKENS;
}

/** What the model wrote. */
export class GeneratedText {
  /** As the model wrote it, without what nobody can see: untrusted, so never show it as HTML. */
  @ApiProperty({ example: 'Straight from the field: autumn is here' })
  text: string;
}
