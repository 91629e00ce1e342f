import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import type { EntityManager } from 'typeorm';
import { auditedAction } from '../audit/audited';
import { type Changed, NO_TRAIL, type Trail, trailOf } from '../audit/trail';
import { inTransaction, repeated } from '../database/transaction';
import { IdempotencyKeys } from './idempotency-keys';
import { keptAnswer, REPLAYED } from './kept-answer';
import type { KeyedRequest } from './keyed-request';

/** What comes back from a jsonb column as it went in. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a request writes. Where its route is `@Audited()`, it says by `changed` what that was, before it ends. */
type Effect<T> = (manager: EntityManager, changed: Changed) => Promise<T>;

/**
 * How a request has its effect: once for each Idempotency-Key of a POST, however often and wherever it is repeated; and where it is
 * audited, together with its entry or not at all. To be called once a request, for everything the request writes; its promise fails with
 * what ends the request where it was answered before.
 *
 * Every statement of an effect goes through the manager that it is given: another connection would be outside of the transaction, and
 * might wait for it. Nothing else may be waited for in an effect, no model and no other service. PostgreSQL may end it for the sake of
 * others (a deadlock): then nothing of it is left, and it is had again. What it notes outside has to be of the last time.
 */
export interface Once {
  /**
   * Has the effect, and gives its answer. With a key, the effect and its answer are committed together. An audited effect always has a
   * transaction; of another one without a key `manager` is none, and where it has several statements it opens its own
   * (`inTransaction(manager, …)`), which is a part of the other with a key.
   * @param effect gives the answer as the handler gives it to Nest: a view, `Versioned`, `Page` or `Computed`
   */
  <T>(effect: Effect<T>): Promise<T>;

  /**
   * For an effect whose answer comes later, when its transaction has long been committed. Whoever repeats the request in between, or
   * after an answer that failed, waits for the answer to the same effect. All get the answer that was there first.
   * @param effect always in a transaction; gives what `answer` needs to know of it, such as an id
   * @param answer changes nothing that may be changed only once; may have set the status of the response when it is done
   */
  begin<E extends Json, T>(effect: Effect<E>, answer: (effect: E) => Promise<T>): Promise<T>;

  /**
   * For an effect whose answer shows what is not to lie in `idempotency_keys` for days, such as what is known of a customer. Of the answer
   * nothing is kept: whoever repeats the request gets a view of the same effect as it is then.
   * @param effect as above; gives what `view` needs to know of it and may be kept, such as an id
   * @param view changes nothing. Comes after the effect is committed, and reads through a connection of its own
   */
  review<E extends Json, T>(effect: Effect<E>, view: (effect: E) => Promise<T>): Promise<T>;
}

@Injectable()
export class OncePipe implements PipeTransform<ExecutionContext, Once> {
  /** Of whatever is neither audited nor to be repeated: one for all. */
  private readonly plain: Once;

  constructor(private readonly keys: IdempotencyKeys) {
    this.plain = this.withoutKey(NO_TRAIL);
  }

  transform(context: ExecutionContext): Once {
    const request = context.switchToHttp().getRequest<Request>();
    const action = auditedAction(context.getHandler());
    const trail = action ? trailOf(request, action) : NO_TRAIL;
    if (request.keyed) return this.withKey(request.keyed, request, trail);
    return action ? this.withoutKey(trail) : this.plain;
  }

  private withoutKey(trail: Trail): Once {
    const { database } = this.keys;
    const inOne = <T>(effect: Effect<T>): Promise<T> =>
      inTransaction(database, async (transaction) => {
        const made = await effect(transaction, trail.changed);
        await trail.append(transaction);
        return made;
      });
    const asItIs: typeof inOne = (effect) => repeated(() => effect(database.manager, trail.changed));
    const have = trail === NO_TRAIL ? asItIs : inOne;
    return Object.assign(have, {
      begin: async <E extends Json, T>(effect: Effect<E>, answer: (effect: E) => Promise<T>): Promise<T> =>
        answer(await inOne(effect)),
      review: async <E extends Json, T>(effect: Effect<E>, view: (effect: E) => Promise<T>): Promise<T> =>
        view(await have(effect)),
    });
  }

  private withKey(keyed: KeyedRequest, request: Request, trail: Trail): Once {
    const { keys } = this;
    const work =
      <T>(effect: Effect<T>) =>
      (transaction: EntityManager) =>
        effect(transaction, trail.changed);
    return Object.assign(
      async <T>(effect: Effect<T>) =>
        (await keys.claim(keyed, work(effect), (made) => ({ answer: keptAnswer(made, request) }), trail.append)).made,
      {
        async begin<E extends Json, T>(effect: Effect<E>, answer: (effect: E) => Promise<T>): Promise<T> {
          const { made } = await keys.claim(keyed, work(effect), (value) => ({ effect: value }), trail.append);
          const answered = await answer(made);
          await keys.answer(keyed, keptAnswer(answered, request));
          return answered;
        },
        async review<E extends Json, T>(effect: Effect<E>, view: (effect: E) => Promise<T>): Promise<T> {
          const { made, isRepeated } = await keys.claim(keyed, work(effect), (value) => ({ effect: value }), trail.append);
          const viewed = await view(made);
          if (isRepeated) request.res!.set(REPLAYED);
          return viewed;
        },
      },
    );
  }
}

const TheContext = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/** `@Once() once: Once`, on every route that writes, but for those of which `@WithoutEffect()` says that they do not. */
export const Once = () => TheContext(OncePipe);
