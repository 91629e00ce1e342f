import { instantOf } from '../../../common/instant';
import type { Client } from 'pg';
import { CustomerColumns } from './customer-columns';
import { PurchaseColumns } from './purchase-columns';
import { purchasesByDay, setting, sizes, type TableSizes } from './source';

/** What an index will hold. */
export interface Coverage extends TableSizes {
  /** Purchases before it are left out; -Infinity: none. */
  readonly from: number;
  /** Rows there is room for: what changes is written anew at the end. */
  readonly room: { readonly customers: number; readonly purchases: number };
}

/** The columns of these many rows do not fit into the budget, not even those of the newest purchases. */
export class TooSmall extends Error {}

/** The share of the budget that is left to the dictionaries: of what there are too many different values, that is not scannable. */
export const DICTIONARIES = 1 / 16;

/** Rows a change may add before everything is loaded again: a twentieth, and some. */
const roomFor = ({ customers, purchases }: TableSizes): Coverage['room'] => ({
  customers: customers + Math.ceil(customers / 20) + 1000,
  purchases: purchases + Math.ceil(purchases / 20) + 10_000,
});

const bytesFor = ({ customers, purchases }: Coverage['room']): number =>
  CustomerColumns.bytesFor(customers) + PurchaseColumns.bytesFor(purchases);

/**
 * Everything where that fits into so many bytes; otherwise whole days, the newest first, as many as fit. Run in a snapshot's transaction.
 * @throws TooSmall where not a single day does.
 */
export async function coverageFor(client: Client, budget: number): Promise<Coverage> {
  const maxBytes = budget * (1 - DICTIONARIES);
  const all = await sizes(client, false);
  if (bytesFor(roomFor(all)) <= maxBytes) return { ...all, room: roomFor(all), from: -Infinity };
  let from: string | undefined;
  let purchases = 0;
  for (const { day, purchases: ofDay } of await purchasesByDay(client)) {
    const more = purchases + Number(ofDay);
    if (bytesFor(roomFor({ ...all, purchases: more })) > maxBytes) break;
    [from, purchases] = [day, more];
  }
  if (from === undefined)
    throw new TooSmall(
      `${all.customers} customers and ${all.purchases} purchases need ${Math.ceil(bytesFor(roomFor(all)) / 2 ** 20)} MB`,
    );
  await setting(client, 'since', instantOf(Number(from)));
  const held = await sizes(client, true); // those of infinity too
  return { ...held, room: roomFor(held), from: Number(from) };
}
