import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Changed } from '../../audit/trail';
import { Problem } from '../../common/problem';
import { type Queryable, rows } from '../../common/sql';
import { inTransaction } from '../../database/transaction';
import { type InferredPreferencesView, toInferredPreferencesView } from './preferences.dto';
import { deleteInferred, type InferredRow, lockInferred, selectInferred, storeInferred } from './preferences.sql';

/** What is to be kept of a customer; `inferred_at` as the database writes it. */
export type Inference = Omit<InferredPreferencesView, 'user_id'>;

/** What was inferred of customers: one suggestion each, the newest. */
@Injectable()
export class StoredPreferencesService {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @throws Problem inferred-preferences-not-found */
  async get(userId: string): Promise<InferredPreferencesView> {
    return (await this.ofCustomer(userId, this.database)) ?? nothingInferred(userId);
  }

  async ofCustomer(userId: string, database: Queryable): Promise<InferredPreferencesView | undefined> {
    const [found] = await rows<InferredRow>(database, selectInferred(userId));
    return found && toInferredPreferencesView(found);
  }

  /** In the place of the last one. @throws Problem conflict where the customer has objected, or was erased, in the meantime */
  store(user_id: string, inference: Inference, database: EntityManager): Promise<void> {
    return inTransaction(database, async (transaction) => {
      await rows(transaction, lockInferred(user_id));
      const stored = await rows(transaction, storeInferred({ user_id, ...inference }));
      if (stored.length === 0) throw notToBeInferred();
    });
  }

  /** @throws Problem inferred-preferences-not-found */
  async remove(userId: string, transaction: EntityManager, changed: Changed): Promise<void> {
    const removed = await rows(transaction, deleteInferred(userId));
    if (removed.length === 0) nothingInferred(userId);
    changed(userId);
  }

  /** As a part of an erasure, which leaves a suppression: what is being inferred meanwhile is not stored after it. */
  async erase(userId: string, transaction: EntityManager): Promise<number> {
    await rows(transaction, lockInferred(userId));
    return (await rows(transaction, deleteInferred(userId))).length;
  }
}

export const notToBeInferred = (wasErased = false): Problem =>
  new Problem(
    'conflict',
    wasErased
      ? 'The customer was erased: nothing is inferred of them.'
      : 'The customer has asked not to be messaged: nothing is inferred of them either.',
  );

function nothingInferred(userId: string): never {
  throw new Problem('inferred-preferences-not-found', `Nothing has been inferred of ${userId}: POST makes a suggestion.`);
}
