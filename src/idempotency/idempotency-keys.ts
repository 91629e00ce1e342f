import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Measures } from '../common/measures';
import { Problem } from '../common/problem';
import { type Queryable, row, rows } from '../common/sql';
import { inTransaction } from '../database/transaction';
import {
  type AnswerRow,
  deleteOld,
  eraseShowing,
  insertAnswer,
  insertKey,
  type KeyRow,
  selectKey,
  selectShowing,
  tryLock,
  updateAnswer,
} from './idempotency-keys.sql';
import { AnsweredBefore, type KeptAnswer } from './kept-answer';
import type { KeyedRequest } from './keyed-request';

/** Longer than anybody repeats a request, and than the 24 hours that are promised. */
export const KEPT_HOURS = 48;
const REMOVED_AT_ONCE = 500;

/** What is known of a key: the effect it had, its answer, or both. */
interface Kept {
  effect: unknown;
  answer?: KeptAnswer;
}

/** What came of a request with a key. */
interface Claimed<T> {
  made: T;
  /** It was made when the request came before. */
  isRepeated: boolean;
}

/** Requests with an Idempotency-Key: each has its effect once, and one answer. */
@Injectable()
export class IdempotencyKeys {
  constructor(
    @InjectDataSource() readonly database: DataSource,
    private readonly measures: Measures,
  ) {}

  /** @throws AnsweredBefore where it has been answered; Problem idempotency-key-reused, conflict where that answer was erased */
  async refuseAnswered(request: KeyedRequest, database: Queryable = this.database): Promise<Kept | undefined> {
    const [found] = await rows<KeyRow>(database, selectKey(request));
    if (!found) return undefined;
    const { fingerprint, effect, status, headers, body } = found;
    if (!request.fingerprint.equals(fingerprint))
      throw this.refused(
        'reused',
        new Problem(
          'idempotency-key-reused',
          'This key came with another address, query or body before. Repeat the request as it was, or take a new key.',
        ),
      );
    if (status !== null && headers === null)
      throw new Problem(
        'conflict',
        'It was done, and is not done again. Its answer showed a customer who has been erased since.',
      );
    if (status !== null) throw this.refused('replayed', new AnsweredBefore({ status, headers: headers!, body }));
    return { effect };
  }

  /**
   * Does `work` and keeps what is to be known of it, in one transaction that holds the key: both are there when it ends, or neither.
   * @param last is done after that, where the work was
   * @returns what `work` made; or what it made when it was done before, and no answer was kept
   * @throws AnsweredBefore; Problem idempotency-key-in-use, idempotency-key-reused
   */
  async claim<T>(
    request: KeyedRequest,
    work: (transaction: EntityManager) => Promise<T>,
    toKeep: (made: T) => { effect: unknown } | { answer: KeptAnswer },
    last: (transaction: EntityManager) => Promise<void>,
  ): Promise<Claimed<T>> {
    const claimed = await inTransaction(this.database, async (transaction) => {
      const { locked } = await row<{ locked: boolean }>(transaction, tryLock(request));
      if (!locked)
        throw this.refused(
          'in_use',
          new Problem('idempotency-key-in-use', 'A request with this key is under way: repeat this one in a moment.'),
        );
      // a statement of its own, after the lock: what the one before us committed is to be seen
      const kept = await this.refuseAnswered(request, transaction);
      if (kept) return { made: kept.effect as T, isRepeated: true };
      const made = await work(transaction);
      await rows(transaction, insertKey(request, toKeep(made)));
      await last(transaction);
      return { made, isRepeated: false };
    });
    this.measures.keyed.inc({ outcome: claimed.isRepeated ? 'replayed' : 'first' });
    return claimed;
  }

  private refused<E>(outcome: 'reused' | 'replayed' | 'in_use', why: E): E {
    this.measures.keyed.inc({ outcome });
    return why;
  }

  /** Keeps the answer to an effect that `claim` kept. @throws AnsweredBefore where somebody who repeated the request was faster */
  async answer(request: KeyedRequest, answer: KeptAnswer): Promise<void> {
    const answered = await rows(this.database, updateAnswer(request, answer));
    if (answered.length === 0) await this.refuseAnswered(request);
  }

  /** Keeps the answer to a request that has no effect. @throws AnsweredBefore where somebody who repeated the request was faster */
  async answerWithoutEffect(request: KeyedRequest, answer: KeptAnswer): Promise<void> {
    const inserted = await rows(this.database, insertAnswer(request, answer));
    if (inserted.length === 0) await this.refuseAnswered(request);
  }

  /** Answers that are kept and have one of these texts in them, such as a customer's id. */
  showing(texts: readonly string[], database: Queryable): Promise<AnswerRow[]> {
    return rows<AnswerRow>(database, selectShowing(texts));
  }

  /** Erases those answers. @returns how many */
  async erase(texts: readonly string[], transaction: EntityManager): Promise<number> {
    return (await rows(transaction, eraseShowing(texts))).length;
  }

  /** Removes the keys that nobody will use again, a few at a time. Several replicas may do it at once. */
  async removeOld(stopping: AbortSignal): Promise<void> {
    let removed = REMOVED_AT_ONCE;
    while (removed === REMOVED_AT_ONCE && !stopping.aborted)
      removed = (await rows(this.database, deleteOld(KEPT_HOURS, REMOVED_AT_ONCE))).length;
  }
}
