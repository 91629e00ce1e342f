import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import type { ListQuery } from '../common/list.dto';
import { Problem } from '../common/problem';
import { type Queryable, row, rows } from '../common/sql';
import {
  type CustomerProfileView,
  type CustomersQuery,
  type CustomerView,
  type CustomerPurchaseView,
  type RevealQuery,
  toCustomerView,
  toProfileView,
  toCustomerPurchaseView,
} from './customer.dto';
import {
  countCustomers,
  countPurchases,
  type CustomerRow,
  type ProfileRow,
  type PurchaseRow,
  selectCustomers,
  selectEmail,
  selectExists,
  selectProfile,
  selectPurchases,
} from './customers.sql';

/** Everything that is read of a customer. */
export interface CustomerFacts {
  /** Null where there is none any more. */
  customer: CustomerProfileView | null;
  /** The newest. */
  purchases: CustomerPurchaseView[];
  purchases_total: number;
}

/** Looks at customers and what they bought. Nothing of either is ever written. */
@Injectable()
export class CustomersService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
  ) {}

  /** By id. @throws Problem bad-cursor, statement-too-slow */
  async list({ search, limit, cursor, total, reveal }: CustomersQuery): Promise<Page<CustomerView>> {
    const scope = `customers?search=${search ?? ''}`;
    const [after] = this.cursors.read(scope, cursor) ?? [];
    const [found, count] = await Promise.all([
      rows<CustomerRow>(this.database, selectCustomers(search, limit + 1, after)),
      total ? row<{ total: string }>(this.database, countCustomers(search)) : undefined,
    ]);
    const page = this.cursors.page(found, limit, scope, ({ id }) => [id], count && Number(count.total));
    return page.map((customer) => toCustomerView(customer, reveal));
  }

  /** @throws Problem customer-not-found */
  async get(id: string, { reveal }: RevealQuery): Promise<CustomerProfileView> {
    const [found] = await rows<ProfileRow>(this.database, selectProfile(id));
    return found ? toProfileView(found, reveal) : noSuchCustomer(id);
  }

  /** Newest first. @throws Problem customer-not-found, bad-cursor */
  async purchases(id: string, { limit, cursor, total }: ListQuery): Promise<Page<CustomerPurchaseView>> {
    const scope = `customers/${id}/purchases`;
    const after = this.cursors.read(scope, cursor);
    const [found, count] = await Promise.all([
      rows<PurchaseRow>(this.database, selectPurchases(id, limit + 1, after)),
      total ? row<{ total: string }>(this.database, countPurchases(id)) : undefined,
    ]);
    if (found.length === 0) await this.refuseUnknown(id);
    const key = ({ sorted_by, id: purchaseId }: PurchaseRow) => [sorted_by, purchaseId];
    return this.cursors.page(found, limit, scope, key, count && Number(count.total)).map(toCustomerPurchaseView);
  }

  /** With the address in full, and at most so many purchases; a customer who is not there is no error. */
  async facts(id: string, purchases: number, database: Queryable): Promise<CustomerFacts> {
    const [customer] = await rows<ProfileRow>(database, selectProfile(id));
    const bought = await rows<PurchaseRow>(database, selectPurchases(id, purchases));
    const { total } = await row<{ total: string }>(database, countPurchases(id));
    return {
      customer: customer ? toProfileView(customer, 'email') : null,
      purchases: bought.map(toCustomerPurchaseView),
      purchases_total: Number(total),
    };
  }

  /** In full; empty where there is no address, undefined where there is no such customer. */
  async emailOf(id: string, database: Queryable): Promise<string | undefined> {
    return (await rows<{ email: string }>(database, selectEmail(id)))[0]?.email;
  }

  /** @throws Problem customer-not-found */
  private async refuseUnknown(id: string): Promise<void> {
    const found = await rows(this.database, selectExists(id));
    if (found.length === 0) noSuchCustomer(id);
  }
}

export function noSuchCustomer(id: string): never {
  throw new Problem('customer-not-found', `There is no customer ${id}.`);
}
