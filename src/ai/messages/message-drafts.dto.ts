import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { type Channel, channels } from '../../common/channels';
import { LowerCase, Optional } from '../../common/validators';

const tones = ['friendly', 'formal', 'playful', 'urgent', 'informative'] as const;
const languages = ['en', 'es', 'ca'] as const;

/** What messages are to be drafted. */
export class DraftMessages {
  /** What the campaign is for, in words; links that the messages may have stand here. */
  @MinLength(1)
  @MaxLength(1000)
  @ApiProperty({
    minLength: 1,
    maxLength: 1000,
    example: 'Bring back who has not been here since summer: the first pumpkins are in',
  })
  @IsString()
  goal: string;

  /** The segments that it goes to: their union. Every active customer where it is empty or left out. */
  @Optional()
  @ArrayMaxSize(20)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each segment once' })
  @IsUUID(undefined, { each: true })
  @IsArray()
  @ApiPropertyOptional({ type: 'array', items: { type: 'string', format: 'uuid' }, maxItems: 20, uniqueItems: true })
  segment_ids: string[] = [];

  /** How it is to sound; the model's choice when left out. */
  @Optional()
  @IsIn(tones)
  @ApiPropertyOptional({ enum: tones })
  tone?: (typeof tones)[number];

  /** That of the goal when left out. */
  @Optional()
  @IsIn(languages)
  @ApiPropertyOptional({ enum: languages })
  language?: (typeof languages)[number];

  /** The way the message goes: how long it may be, and whether it has a title. */
  @Optional()
  @IsIn(channels)
  @ApiPropertyOptional({ enum: channels, default: 'webpush' })
  channel: Channel = 'webpush';

  /** How many different messages, 1 to 5; fewer come where some cannot be used. */
  @Optional()
  @Min(1)
  @Max(5)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 5, default: 3 })
  @IsInt()
  variants: number = 3;
}

/** A message that can be saved as that of a campaign. Untrusted: show it as text, and read it before it is sent. */
export class MessageVariantView {
  /** On one line; null where the channel has no title. */
  @ApiProperty({ type: String, nullable: true, example: 'The first pumpkins are in' })
  title: string | null;

  @ApiProperty({ example: 'Hello {{ preferences.first_name | default: "friend" }}, see you at the market!' })
  message: string;

  /** Characters of the message as a customer reads it of whom nothing is known: placeholders count as their defaults. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 35 })
  characters: number;

  /** Text messages that it takes, likewise; null in other channels. */
  @ApiProperty({ type: 'integer', minimum: 1, nullable: true, example: null })
  sms_messages: number | null;

  /** The fields that its placeholders name. */
  @ApiProperty({ type: [String], example: ['preferences.first_name'] })
  placeholders: string[];
}

class StoreShare {
  @ApiProperty({ example: 'Old Town' })
  name: string;

  /** Of the customers, rounded. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, example: 41 })
  percent: number;
}

class PreferenceShare {
  /** The key in preferences, or two with a dot between them. */
  @ApiProperty({ example: 'diet' })
  field: string;

  /** As text. */
  @ApiProperty({ example: 'vegan' })
  value: string;

  /** Of the customers, rounded. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, example: 12 })
  percent: number;
}

/** What the model was told of the audience, and all of it. Shares are those of a sample of up to 2,000 customers. */
export class AudienceFactsView {
  /** Rounded to two digits; null where they are fewer than 20, and then nothing else was told. */
  @ApiProperty({ type: 'integer', minimum: 20, nullable: true, example: 1900 })
  customers: number | null;

  /** Where most of them bought, of their last 100 purchases; at least 20 customers each. */
  @ApiProperty({ type: () => [StoreShare] })
  stores: StoreShare[];

  /** What most of them have in their preferences; at least 20 customers each. */
  @ApiProperty({ type: () => [PreferenceShare] })
  preferences: PreferenceShare[];
}

/** Something that the model wrote and that is not shown. */
export class RefusedDraft {
  /** What was wrong with it, in our own words. */
  @ApiProperty({ example: 'has a link that the goal does not name' })
  reason: string;
}

/** Messages to choose from. Nothing is saved. */
export class MessageDraftsView {
  /** At least one. */
  @ApiProperty({ type: () => [MessageVariantView] })
  variants: MessageVariantView[];

  audience: AudienceFactsView;

  /** What came beside them and cannot be used. */
  @ApiProperty({ type: () => [RefusedDraft] })
  refused: RefusedDraft[];
}
