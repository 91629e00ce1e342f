import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Refuses } from '../common/api-docs';
import { WithoutEffect } from '../idempotency/without-effect';
import { GeneratedText, GenerateText } from './ai.dto';
import { CallerGone } from '../common/caller-gone';
import { LanguageModel } from './language-model';

@Controller('ai')
export class AiController {
  constructor(private readonly model: LanguageModel) {}

  /** Generate text with the model. A caller that leaves before the answer stops the model. */
  @Post('generate')
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('model-answer-invalid', 'model-unavailable', 'model-missing', 'model-too-slow')
  @ApiOkResponse({ type: GeneratedText })
  async generate(@Body() body: GenerateText, @CallerGone() signal: AbortSignal): Promise<GeneratedText> {
    return { text: await this.model.generate({ ...body, signal }) };
  }
}
