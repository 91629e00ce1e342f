import { ApiProperty } from '@nestjs/swagger';
import { masked, Reveal } from '../common/email';
import { ListQuery } from '../common/list.dto';
import { Optional, SingleLine } from '../common/validators';
import type { CustomerRow, ProfileRow, PurchaseRow } from './customers.sql';

export class RevealQuery {
  /** `email` shows the address in full. */
  @Reveal()
  reveal?: 'email';
}

/** Which customers to list. */
export class CustomersQuery extends ListQuery {
  /** A whole id, or the beginning of an e-mail address, in whatever case. */
  @Optional()
  @SingleLine(255)
  @ApiProperty({ required: false, example: 'ana' })
  search?: string;

  /** `email` shows addresses in full. */
  @Reveal()
  reveal?: 'email';
}

/** A row of `users`. */
export class CustomerView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** Masked (`a***@example.com`) unless `reveal=email`; empty where there is none. */
  @ApiProperty({ example: 'a***@example.com' })
  email: string;

  /** Only active customers are ever targeted. */
  is_active: boolean;

  /** Null where nobody gave one, or `users` has no such column. */
  @ApiProperty({ type: String, nullable: true, example: 'user' })
  role: string | null;

  /** Null as `role`. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  registration_date: string | null;
}

/** A customer with what they told and what they bought until now. */
export class CustomerProfileView extends CustomerView {
  /** To the letter; null where there are none. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  preferences: Record<string, unknown> | null;

  /** How many, without those dated in the future. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  purchases: number;

  /** What those add up to; null where an amount among them is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 129.9 })
  spent: number | null;

  /** To the cent; null without purchases, and where an amount is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 43.3 })
  average_spent: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  first_purchase_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  last_purchase_at: string | null;
}

/** A row of `purchase_history`. */
export class CustomerPurchaseView {
  id: string;

  ticket_id: string;

  /** In the future too: such a purchase counts for nothing until then. Null for a date that is no instant. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  purchase_date: string | null;

  store_name: string;

  /** Null where it is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 19.9 })
  total_amount: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  num_products: number | null;

  /** To the letter, in a list where it is none. */
  @ApiProperty({ type: 'array', items: {} })
  products: unknown[];

  @ApiProperty({ type: String, nullable: true })
  ticket_type: string | null;

  @ApiProperty({ type: Boolean, nullable: true })
  is_market_store: boolean | null;
}

/** @param reveal shows the address in full */
export const toCustomerView = (found: CustomerRow, reveal?: 'email'): CustomerView => ({
  id: found.id,
  email: reveal === 'email' ? found.email : masked(found.email),
  is_active: found.is_active,
  role: found.role,
  registration_date: found.registration_date?.toISOString() ?? null,
});

export const toProfileView = (found: ProfileRow, reveal?: 'email'): CustomerProfileView => ({
  ...toCustomerView(found, reveal),
  preferences: found.preferences,
  purchases: Number(found.purchases),
  spent: amount(found.spent),
  average_spent: amount(found.average_spent),
  first_purchase_at: found.first_purchase_at?.toISOString() ?? null,
  last_purchase_at: found.last_purchase_at?.toISOString() ?? null,
});

export const toCustomerPurchaseView = (found: PurchaseRow): CustomerPurchaseView => ({
  id: found.id,
  ticket_id: found.ticket_id,
  purchase_date: found.purchase_date?.toISOString() ?? null,
  store_name: found.store_name,
  total_amount: amount(found.total_amount),
  num_products: found.num_products,
  products: found.products,
  ticket_type: found.ticket_type,
  is_market_store: found.is_market_store,
});

/** Out of a numeric, which comes as text and may be NaN. */
const amount = (value: string | null): number | null =>
  value !== null && Number.isFinite(Number(value)) ? Number(value) : null;
