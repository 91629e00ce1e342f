import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { AnswersComputed, Refuses } from '../../common/api-docs';
import { CallerGone } from '../../common/caller-gone';
import { modelProblems } from '../../common/problem';
import { WithoutEffect } from '../../idempotency/without-effect';
import { SegmentDraftsService } from '../../segments/drafts/segment-drafts.service';
import { SegmentSuggestionView, SuggestSegment } from '../../segments/drafts/suggestion.dto';

@Controller('ai/segments')
export class AiSegmentsController {
  constructor(private readonly drafts: SegmentDraftsService) {}

  /**
   * A rule from a sentence, to look at: with what it says in English, what of the sentence is not in it, names that do not exist, and how
   * many customers it reaches. Nothing is saved. The model is asked at most twice; a caller that leaves stops it.
   */
  @Post()
  @WithoutEffect()
  @HttpCode(200)
  @Refuses('rule-too-heavy', 'filter-not-available', ...modelProblems)
  @AnswersComputed(SegmentSuggestionView)
  suggest(@Body() { prompt }: SuggestSegment, @CallerGone() signal: AbortSignal) {
    return this.drafts.suggest(prompt.trim(), signal);
  }
}
