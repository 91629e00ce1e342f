import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/problem';
import { row, rows } from '../../common/sql';
import { CONFIG, type Config } from '../../config/config';
import { LanguageModel } from '../language-model';
import { type CheckedInference, checkedInference, type Inferred } from './inference-check';
import { inferencePrompt, type PlainPurchase } from './inference.prompt';
import { plainPurchase } from './plain-purchase';
import { type BoughtRow, selectBought, selectNow, selectSubject, type SubjectRow } from './preferences.sql';
import { type Inference, notToBeInferred } from './stored-preferences.service';

/** Twenty preferences with the purchases they rest on. */
const MAX_TOKENS = 1024;

/** Asks the model what a customer prefers, and lets through what rests on purchases of theirs. Nothing is stored here. */
@Injectable()
export class InferenceService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Pick<Config, 'LLM_MODEL'>,
    private readonly model: LanguageModel,
  ) {}

  /**
   * Where nothing of the first answer can be used, the model is told what was wrong and asked once more. An empty answer is one: there may be
   * nothing to say.
   * @throws Problem customer-not-found, conflict (the customer has objected), nothing-to-infer-from, draft-not-usable, model-…
   */
  async infer(userId: string, signal?: AbortSignal): Promise<Inference> {
    await this.refuseUnasked(userId);
    const { now } = await row<{ now: string }>(this.database, selectNow);
    const told = (await rows<BoughtRow>(this.database, selectBought(userId)))
      .map((bought) => ({ id: bought.id, plain: plainPurchase(bought) }))
      .filter(({ plain }) => plain.store !== '' || plain.products.length > 0);
    if (told.length === 0)
      throw new Problem('nothing-to-infer-from', 'The customer has no purchase with a store or a product in words.');
    const inferred = await this.ask(
      told.map(({ plain }) => plain),
      signal,
    );
    const evidence = inferred.map(({ key, value, purchases }) => ({
      key,
      value,
      purchase_ids: purchases.map((number) => told[number - 1].id),
    }));
    return { preferences: byKey(inferred), evidence, model: this.config.LLM_MODEL, inferred_at: now };
  }

  private async ask(purchases: PlainPurchase[], signal?: AbortSignal): Promise<Inferred[]> {
    const first = await this.answer(purchases, [], signal);
    if (isAnswer(first)) return first.inferred;
    const second = await this.answer(purchases, first.faults, signal);
    if (isAnswer(second)) return second.inferred;
    throw new Problem(
      'draft-not-usable',
      `Of what the model inferred, nothing can be used: a preference ${second.faults[0]}. Try again, or use a larger model.`,
      second.faults.map((detail) => ({ pointer: '/preferences', detail })),
    );
  }

  private async answer(purchases: PlainPurchase[], faults: string[], signal?: AbortSignal): Promise<CheckedInference> {
    const prompt = inferencePrompt(purchases, faults);
    const answer = await this.model.generate({ ...prompt, temperature: 0, max_tokens: MAX_TOKENS, signal });
    return checkedInference(answer, purchases.length);
  }

  private async refuseUnasked(userId: string): Promise<void> {
    const [subject] = await rows<SubjectRow>(this.database, selectSubject(userId));
    if (!subject) throw new Problem('customer-not-found', `There is no customer ${userId}.`);
    if (subject.objected) throw notToBeInferred(subject.erased);
  }
}

const isAnswer = ({ inferred, faults }: CheckedInference): boolean => inferred.length > 0 || faults.length === 0;

const byKey = (inferred: readonly Inferred[]): Record<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const { key, value } of inferred) values.set(key, [...(values.get(key) ?? []), value]);
  return Object.fromEntries(values);
};
