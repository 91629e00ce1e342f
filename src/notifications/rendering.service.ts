import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { compile, type CompiledText } from '../common/message-template';
import { type Queryable, rows } from '../common/sql';
import { type CustomerValuesRow, selectCustomerValues } from './customer-values.sql';

/** What goes to one customer, with its placeholders. */
export interface Personal {
  user_id: string;
  title: string | null;
  message: string;
}

/** The one place where messages and titles get the values of customers, whoever reads them. */
@Injectable()
export class RenderingService {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * The same list with every title and message as its customer is to read it now, and in `missing` the fields that took their fallback.
   * A customer who is gone takes the fallbacks. Where nothing has a placeholder no customer is read; otherwise all by one statement, apart
   * from the caller's: reading what is not personalised then needs no right to read customers, nor the columns that messages name.
   */
  async render<T extends Personal>(
    list: readonly T[],
    database: Queryable = this.database,
  ): Promise<(T & { missing: string[] })[]> {
    const compiled = distinct(list.flatMap(({ title, message }) => (title === null ? [message] : [title, message])));
    const asked = new Map<string, Set<string>>();
    for (const { user_id, title, message } of list) {
      const fields = [title ?? '', message].flatMap((text) => compiled.get(text)?.fields ?? []);
      const ofCustomer = fields.filter((field) => field !== 'user_id');
      if (ofCustomer.length > 0) asked.set(user_id, new Set([...(asked.get(user_id) ?? []), ...ofCustomer]));
    }
    const found = asked.size > 0 ? await rows<CustomerValuesRow>(database, selectCustomerValues(asked)) : [];
    const valuesOf = new Map(found.map(({ user_id, email, values }) => [user_id, { ...values, email }]));
    return list.map((one) => {
      const customer = { ...valuesOf.get(one.user_id), user_id: one.user_id };
      const message = compiled.get(one.message)!.render(customer);
      const title = one.title === null ? { text: null, missing: [] } : compiled.get(one.title)!.render(customer);
      const missing = [...new Set([...title.missing, ...message.missing])];
      return { ...one, title: title.text, message: message.text, missing };
    });
  }
}

/** Each text once: of a thousand notifications that are claimed, nearly all have the same. */
function distinct(texts: readonly string[]): Map<string, CompiledText> {
  const compiled = new Map<string, CompiledText>();
  for (const text of texts) if (!compiled.has(text)) compiled.set(text, compile(text));
  return compiled;
}
