import { HttpModule, HttpService } from '@nestjs/axios';
import { Global, Module } from '@nestjs/common';
import { MessageDrafter } from '../campaigns/message-drafter';
import { Measures } from '../common/measures';
import { Spans } from '../common/spans';
import { CONFIG, type Config } from '../config/config';
import { SegmentDrafter } from '../segments/segment-drafter';
import { AiController } from './ai.controller';
import { BoundedLanguageModel } from './bounded.language-model';
import { LanguageModel } from './language-model';
import { ModelMessageDrafter } from './message-drafter';
import { RemoteLanguageModel } from './remote.language-model';
import { ModelSegmentDrafter } from './segment-drafter';
import { TextService } from './text.service';

/** Global, because segments and campaigns use its drafters through ports of their own and never import it. */
@Global()
@Module({
  imports: [HttpModule],
  controllers: [AiController],
  providers: [
    {
      provide: LanguageModel,
      inject: [HttpService, CONFIG, Measures, Spans],
      useFactory: (http: HttpService, config: Config, measures: Measures, spans: Spans) =>
        new BoundedLanguageModel(new RemoteLanguageModel(http, config), config, measures, spans),
    },
    TextService,
    { provide: SegmentDrafter, useClass: ModelSegmentDrafter },
    { provide: MessageDrafter, useClass: ModelMessageDrafter },
  ],
  exports: [SegmentDrafter, MessageDrafter],
})
export class AiModule {}
