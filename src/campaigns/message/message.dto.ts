import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';

/** For whom to render. */
export class RenderQuery {
  /** The customer. */
  @IsUUID('loose')
  @ApiProperty({ format: 'uuid' })
  user_id: string;
}

/** What one customer would be sent. */
export class RenderedMessageView {
  /** The customer. */
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  /** The title or subject, on one line; null when the campaign has none. */
  @ApiProperty({ type: String, nullable: true, example: 'Ana, the first pumpkins are in' })
  title: string | null;

  /** The message. */
  @ApiProperty({ example: 'Hello Ana, see you at the market!' })
  message: string;

  /** The fields of which the customer has no text, number or yes and no: their defaults stand in title and message. */
  @ApiProperty({ type: [String], example: ['preferences.city'] })
  missing: string[];
}
