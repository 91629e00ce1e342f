import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { Refuses } from '../common/api-docs';
import { CallerGone } from '../common/caller-gone';
import { type EventStream, WantsEvents } from '../common/event-stream';
import { WithoutEffect } from '../idempotency/without-effect';
import { GeneratedText, GenerateText } from './ai.dto';
import { TextService } from './text.service';

@Controller('ai')
export class AiController {
  constructor(private readonly texts: TextService) {}

  /**
   * Generate text with the model. With `Accept: text/event-stream` as Server-Sent Events: `token` has what is new of the text, `done` all of it,
   * and `problem` what went wrong after the stream began. A caller that leaves before the end stops the model. A stream is not kept for its
   * Idempotency-Key: the model is asked anew.
   */
  @Post('generate')
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('model-answer-invalid', 'model-busy', 'model-unavailable', 'model-missing', 'model-too-slow')
  @ApiExtraModels(GeneratedText)
  @ApiOkResponse({
    description: 'Whole, or as it is written: events `token`, `done` and `problem`; a comment after 10 s without one.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(GeneratedText) } },
      'text/event-stream': {
        schema: {
          type: 'string',
          example: 'event: token\ndata: {"text":"Straight"}\n\nevent: done\ndata: {"text":"Straight"}\n\n',
        },
      },
    },
  })
  generate(
    @Body() body: GenerateText,
    @WantsEvents() streams: boolean,
    @CallerGone() signal: AbortSignal,
  ): Promise<GeneratedText | EventStream> {
    return streams ? this.texts.stream({ ...body, signal }) : this.texts.generate({ ...body, signal });
  }
}
