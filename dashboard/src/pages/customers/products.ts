/** A product of a purchase, as far as it says what it is. Shops write them as they like. */
export interface Product {
  name: string;
  quantity: number | undefined;
  price: number | undefined;
}

const field = (product: object, ...names: string[]): unknown =>
  names.map((name) => (product as Record<string, unknown>)[name]).find((value) => value !== undefined && value !== null);

const numeric = (value: unknown): number | undefined => {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
};

/** What was bought, of whatever is in the list: text, or an object with a name or a number of the article; otherwise as JSON. */
export function productOf(product: unknown): Product {
  if (typeof product !== 'object' || product === null)
    return { name: String(product), quantity: undefined, price: undefined };
  const name = field(product, 'name', 'title', 'product', 'description', 'sku', 'id');
  return {
    name: typeof name === 'string' || typeof name === 'number' ? String(name) : JSON.stringify(product),
    quantity: numeric(field(product, 'quantity', 'qty', 'units')),
    price: numeric(field(product, 'unit_price', 'price')),
  };
}
