import { Injectable } from '@nestjs/common';
import { jsonFault } from '../common/json-guard';
import { type FieldError, Problem } from '../common/problem';
import { asksNothing, filterSetErrors, filterSetSchema } from '../segments/rules/filter-set.dto';
import { filterList, type FilterSet } from '../segments/filters';
import type { SegmentDrafter } from '../segments/segment-drafter';
import { LanguageModel } from './language-model';
import { hasInvisible } from './plain-text';
import { segmentPrompt } from './prompts/segment.prompt';

/** Enough for some sixty names of stores. */
const MAX_TOKENS = 1024;

@Injectable()
export class ModelSegmentDrafter implements SegmentDrafter {
  constructor(private readonly model: LanguageModel) {}

  async draftFilters(sentence: string): Promise<FilterSet> {
    const answer = await this.model.generate({
      ...segmentPrompt(sentence, filterList),
      format: filterSetSchema,
      temperature: 0,
      max_tokens: MAX_TOKENS,
    });
    const draft = parsed(answer);
    const errors = draftErrors(draft);
    if (errors.length === 0) return draft as FilterSet;
    throw new Problem(
      'draft-not-usable',
      'The model made no usable rule of the sentence: say it in other words, or send `filters` instead of `prompt`.',
      errors,
    );
  }
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
}

/** What is wrong with a draft; the same checks as a request's, and that it asks something. */
function draftErrors(draft: unknown): FieldError[] {
  if (draft === undefined) return [{ pointer: '/filters', detail: 'is not JSON' }];
  const fault = jsonFault(draft);
  if (fault) return [atKnownFilter(fault)];
  const errors = filterSetErrors(draft);
  if (errors.length > 0) return unique(errors.map(atKnownFilter));
  if (hasInvisible(JSON.stringify(draft))) return [{ pointer: '/filters', detail: 'has invisible characters' }];
  return asksNothing(draft as FilterSet) ? [{ pointer: '/filters', detail: 'would match every customer' }] : [];
}

/** Names of the model's own making go no further: an error points at a filter we know, or at the whole set. */
function atKnownFilter({ pointer, detail }: FieldError): FieldError {
  const [, key, ...below] = pointer.split('/');
  if (filterList.some((filter) => filter.key === key)) return { pointer: `/filters/${key}`, detail };
  const unknown = key !== undefined && below.length === 0;
  return { pointer: '/filters', detail: unknown ? 'has a filter that does not exist' : detail };
}

const unique = (errors: FieldError[]) => [...new Map(errors.map((error) => [error.pointer + error.detail, error])).values()];
