import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Computed } from '../../common/answer';
import { folded } from '../../common/folded';
import { type FieldError, Problem } from '../../common/problem';
import { FilterVocabulary } from '../catalogue/filter-vocabulary.service';
import { AudienceCounter, type Timed } from '../engines/audience-counter';
import { type Counted, shareOf } from '../engines/audience-engine';
import { givesEveryone } from '../rules/everyone';
import { type Rule, shapeOf } from '../rules/rule';
import { EVERYONE } from '../rules/rule.dto';
import { readingOf } from '../rules/rule-reading';
import { SegmentRules } from '../rules/segment-rules';
import { SegmentDrafter } from '../segment-drafter';
import { named } from './draft-names';
import type { SegmentSuggestionView, UnknownView } from './suggestion.dto';

interface Suggestion {
  filters: Rule;
  unknowns: UnknownView[];
}

/** Rules made of sentences: a suggestion to look at, or one that nothing is unclear about, to be saved. */
@Injectable()
export class SegmentDraftsService {
  constructor(
    private readonly drafter: SegmentDrafter,
    private readonly vocabulary: FilterVocabulary,
    private readonly rules: SegmentRules,
    private readonly counter: AudienceCounter,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  /** @throws Problem draft-not-usable, model-…, statement-too-slow, rule-too-heavy */
  async suggest(sentence: string, signal: AbortSignal): Promise<Computed<SegmentSuggestionView>> {
    const { filters, unknowns } = await this.suggestion(sentence, signal);
    const counted = await this.counted(filters);
    const [[total]] = counted.totals;
    const share = shareOf(total, counted.activeCustomers);
    return new Computed({ filters, reading: readingOf(filters), unknowns, total, share }, counted);
  }

  /**
   * A rule that may be saved without anybody having looked at it: the sentence is understood to the end, and not every customer there
   * is comes of it. What the caller wrote wins over what the model drafts: filter by filter where both are filter sets, and both must hold otherwise.
   * @throws Problem draft-not-usable, model-…, statement-too-slow, rule-too-heavy, bad-request, unknown-segment, segment-inactive
   */
  async rule(sentence: string, filters: Rule = {}, signal?: AbortSignal): Promise<Rule> {
    const { filters: draft, unknowns } = await this.suggestion(sentence, signal);
    if (unknowns.length > 0) throw notUnderstood(sentence, unknowns);
    const rule = together(filters, draft);
    if (givesEveryone(rule))
      throw everyone('Together with your filters the drafted rule would match every customer: leave out one of the two.');
    const { totals, activeCustomers } = await this.counted(rule);
    if (activeCustomers > 0 && totals[0][0] === activeCustomers)
      throw everyone('The drafted rule matches every customer there is: say it in other words, or send `filters`.');
    return rule;
  }

  private async suggestion(sentence: string, signal?: AbortSignal): Promise<Suggestion> {
    const { filters, missing, guesses } = await this.drafter.draft(sentence, signal);
    const read = await named(filters, this.vocabulary, (set) => this.isThere(set));
    const phrases = missing.map((said) => ({ kind: 'phrase' as const, said, pointer: null, nearest: [] }));
    const made = guesses.map((guess) => ({ kind: 'guess' as const, ...guess, nearest: [] }));
    return { filters: read.filters, unknowns: [...phrases, ...made, ...read.unknowns] };
  }

  private async isThere(filters: Rule): Promise<boolean> {
    return (await this.counted(filters)).totals[0][0] > 0;
  }

  private async counted(filters: Rule): Promise<Timed<Counted>> {
    return this.counter.count([await this.rules.fitting(this.database, filters)], {});
  }
}

function together(filters: Rule, draft: Rule): Rule {
  if (Object.keys(filters).length === 0) return draft;
  const areSets = shapeOf(filters) === 'filters' && shapeOf(draft) === 'filters';
  return areSets ? { ...draft, ...filters } : { all: [filters, draft] };
}

const everyone = (detail: string): Problem =>
  new Problem('draft-not-usable', detail, [{ pointer: '/filters', detail: EVERYONE }]);

/** Words of the sentence are repeated to who wrote it; words of the model are not. */
function notUnderstood(sentence: string, unknowns: readonly UnknownView[]): Problem {
  const words = folded(sentence);
  const errors = unknowns.map(({ kind, said, pointer, nearest }): FieldError => {
    if (kind === 'guess') return { pointer: '/prompt', detail: `does not say what the model put at ${pointer}` };
    if (kind === 'phrase') return { pointer: '/prompt', detail: `was not understood: ${JSON.stringify(said)}` };
    const value = kind === 'preference' ? said.slice(said.indexOf(': ') + 2) : said;
    const what = words.includes(folded(value)) ? JSON.stringify(said) : 'of the name the model gave it';
    const offered = nearest.map((name) => JSON.stringify(name)).join(', ');
    return {
      pointer: '/prompt',
      detail: `there is no ${kind.replace('_', ' ')} ${what}${offered && `; nearest: ${offered}`}`,
    };
  });
  const detail =
    'The sentence was not understood to the end, and nothing was saved: say it in other words, or send `filters`.';
  return new Problem('draft-not-usable', detail, errors);
}
