import { HttpModule } from '@nestjs/axios';
import { Global, Module } from '@nestjs/common';
import { MessageDrafter } from '../campaigns/message-drafter';
import { SegmentDrafter } from '../segments/segment-drafter';
import { AiController } from './ai.controller';
import { LanguageModel } from './language-model';
import { ModelMessageDrafter } from './message-drafter';
import { OllamaLanguageModel } from './ollama.language-model';
import { ModelSegmentDrafter } from './segment-drafter';

/** Global, because segments and campaigns use its drafters through ports of their own and never import it. */
@Global()
@Module({
  imports: [HttpModule],
  controllers: [AiController],
  providers: [
    { provide: LanguageModel, useClass: OllamaLanguageModel },
    { provide: SegmentDrafter, useClass: ModelSegmentDrafter },
    { provide: MessageDrafter, useClass: ModelMessageDrafter },
  ],
  exports: [SegmentDrafter, MessageDrafter],
})
export class AiModule {}
