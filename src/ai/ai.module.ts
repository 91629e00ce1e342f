import { HttpModule, HttpService } from '@nestjs/axios';
import { Global, Module } from '@nestjs/common';
import { MessageDrafter } from '../campaigns/message-drafter';
import { Measures } from '../common/measures';
import { Spans } from '../common/spans';
import { CONFIG, type Config } from '../config/config';
import { SegmentsModule } from '../segments/segments.module';
import { SegmentDrafter } from '../segments/segment-drafter';
import { AiController } from './ai.controller';
import { BoundedLanguageModel } from './bounded.language-model';
import { LanguageModel } from './language-model';
import { AudienceFactsService } from './messages/audience-facts.service';
import { CampaignMessageDrafter } from './messages/campaign-message.drafter';
import { MessageDraftsService } from './messages/message-drafts.service';
import { MessagesController } from './messages/messages.controller';
import { MessagesService } from './messages/messages.service';
import { InferRun } from './preferences/infer-run';
import { InferenceService } from './preferences/inference.service';
import { PreferencesController } from './preferences/preferences.controller';
import { PreferencesService } from './preferences/preferences.service';
import { StoredPreferencesModule } from './preferences/stored-preferences.module';
import { RemoteLanguageModel } from './remote.language-model';
import { AiSegmentsController } from './segments/ai-segments.controller';
import { ModelSegmentDrafter } from './segments/segment-drafter';
import { TextService } from './text.service';

/** Global, because segments and campaigns use its drafters through ports of their own and never import it. */
@Global()
@Module({
  imports: [HttpModule, SegmentsModule, StoredPreferencesModule],
  controllers: [AiController, AiSegmentsController, MessagesController, PreferencesController],
  providers: [
    {
      provide: LanguageModel,
      inject: [HttpService, CONFIG, Measures, Spans],
      useFactory: (http: HttpService, config: Config, measures: Measures, spans: Spans) =>
        new BoundedLanguageModel(new RemoteLanguageModel(http, config), config, measures, spans),
    },
    TextService,
    AudienceFactsService,
    MessageDraftsService,
    MessagesService,
    InferenceService,
    InferRun,
    PreferencesService,
    { provide: SegmentDrafter, useClass: ModelSegmentDrafter },
    { provide: MessageDrafter, useClass: CampaignMessageDrafter },
  ],
  exports: [SegmentDrafter, MessageDrafter],
})
export class AiModule {}
