import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import type { EntityManager } from 'typeorm';
import { inTransaction } from '../database/transaction';
import { IdempotencyKeys } from './idempotency-keys';
import { keptAnswer, REPLAYED } from './kept-answer';

/** What comes back from a jsonb column as it went in. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * How a POST has its effect: once for each Idempotency-Key, however often and wherever it is repeated. To be called once a request, for
 * everything the request writes; its promise fails with what ends the request where it was answered before.
 *
 * Every statement of an effect goes through the manager that it is given: another connection would be outside of the transaction, and
 * might wait for it. Nothing else may be waited for in an effect, no model and no other service.
 */
export interface Once {
  /**
   * Has the effect, and gives its answer. With a key, the effect and its answer are committed together; without one `manager` is no
   * transaction, and an effect of several statements opens its own (`inTransaction(manager, …)`), which is a part of the other with a key.
   * @param effect gives the answer as the handler gives it to Nest: a view, `Versioned`, `Page` or `Computed`
   */
  <T>(effect: (manager: EntityManager) => Promise<T>): Promise<T>;

  /**
   * For an effect whose answer comes later, when its transaction has long been committed. Whoever repeats the request in between, or
   * after an answer that failed, waits for the answer to the same effect. All get the answer that was there first.
   * @param effect always in a transaction; gives what `answer` needs to know of it, such as an id
   * @param answer changes nothing that may be changed only once; may have set the status of the response when it is done
   */
  begin<E extends Json, T>(
    effect: (transaction: EntityManager) => Promise<E>,
    answer: (effect: E) => Promise<T>,
  ): Promise<T>;

  /**
   * For an effect whose answer shows what is not to lie in `idempotency_keys` for days, such as what is known of a customer. Of the answer
   * nothing is kept: whoever repeats the request gets a view of the same effect as it is then.
   * @param effect as above; gives what `view` needs to know of it and may be kept, such as an id
   * @param view changes nothing. Comes after the effect is committed, and reads through a connection of its own
   */
  review<E extends Json, T>(effect: (manager: EntityManager) => Promise<E>, view: (effect: E) => Promise<T>): Promise<T>;
}

@Injectable()
export class OncePipe implements PipeTransform<Request, Once> {
  private readonly withoutKey: Once;

  constructor(private readonly keys: IdempotencyKeys) {
    const { database } = keys;
    this.withoutKey = Object.assign(<T>(effect: (manager: EntityManager) => Promise<T>) => effect(database.manager), {
      begin: async <E extends Json, T>(
        effect: (transaction: EntityManager) => Promise<E>,
        answer: (effect: E) => Promise<T>,
      ): Promise<T> => answer(await inTransaction(database, effect)),
      review: async <E extends Json, T>(
        effect: (manager: EntityManager) => Promise<E>,
        view: (effect: E) => Promise<T>,
      ): Promise<T> => view(await effect(database.manager)),
    });
  }

  transform(request: Request): Once {
    const { keyed } = request;
    if (!keyed) return this.withoutKey;
    const { keys } = this;
    return Object.assign(
      async <T>(effect: (manager: EntityManager) => Promise<T>) =>
        (await keys.claim(keyed, effect, (made) => ({ answer: keptAnswer(made, request) }))).made,
      {
        async begin<E extends Json, T>(
          effect: (transaction: EntityManager) => Promise<E>,
          answer: (effect: E) => Promise<T>,
        ): Promise<T> {
          const { made } = await keys.claim(keyed, effect, (value) => ({ effect: value }));
          const answered = await answer(made);
          await keys.answer(keyed, keptAnswer(answered, request));
          return answered;
        },
        async review<E extends Json, T>(
          effect: (manager: EntityManager) => Promise<E>,
          view: (effect: E) => Promise<T>,
        ): Promise<T> {
          const { made, isRepeated } = await keys.claim(keyed, effect, (value) => ({ effect: value }));
          const viewed = await view(made);
          if (isRepeated) request.res!.set(REPLAYED);
          return viewed;
        },
      },
    );
  }
}

const TheRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<Request>(),
);

/** `@Once() once: Once`, on every POST that writes. */
export const Once = () => TheRequest(OncePipe);
