import { type CsvSource, importCsv, type Imported } from './csv-import';
import {
  type Category,
  customerKinds,
  diets,
  languages,
  monthRush,
  onlineShop,
  type Product,
  products,
  type Store,
  stores,
  supermarket,
  surnames,
  weekdayRush,
} from './demo-shop';
import { SeededRandom } from './seeded-random';

export interface DemoOptions {
  /** How many customers. */
  customers: number;
  /** The same seed on the same day (UTC) gives the same rows; ids are the same on any day. 1 where not given. */
  seed?: number;
  /** The day the data end with; today where not given. */
  today?: Date;
  signal?: AbortSignal;
  /** Told how many customers were made since it was last told: first all of them, then, with their purchases, all again. */
  onMade?: (customers: number) => void;
}

/**
 * Loads made-up customers and their purchases of the last 24 months, about ten each. Those that are there already are
 * written again, so that running it twice adds nothing.
 * @throws ImportError where users and purchase_history were not made by this service.
 */
export function loadDemoData(url: string, customersSchema: string, options: DemoOptions): Promise<Imported> {
  return importCsv(url, customersSchema, demoSources(options), { signal: options.signal });
}

const USER_COLUMNS = 'id,email,preferences,is_active,role,registration_date,created_at,updated_at';
const PURCHASE_COLUMNS =
  'id,user_id,ticket_id,purchase_date,store_name,total_amount,products,num_products,ticket_type,is_market_store,created_at,updated_at';

/** The two files, made while they are read. */
export function demoSources(options: DemoOptions): { users: CsvSource; purchases: CsvSource } {
  const calendar = new Calendar(options.today ?? new Date());
  const source = (name: string, header: string, rows: (customer: DemoCustomer) => string): CsvSource => ({
    name,
    // eslint-disable-next-line @typescript-eslint/require-await
    async *read() {
      let text = `${header}\n`;
      let made = 0;
      for (let n = 1; n <= options.customers; n++) {
        text += rows(new DemoCustomer(options.seed ?? 1, n, calendar));
        made++;
        if (text.length < CHUNK_CHARS) continue;
        yield Buffer.from(text);
        options.onMade?.(made);
        text = '';
        made = 0;
      }
      yield Buffer.from(text);
      options.onMade?.(made);
    },
  });
  return {
    users: source('demo customers', USER_COLUMNS, (customer) => customer.row()),
    purchases: source('demo purchases', PURCHASE_COLUMNS, (customer) => customer.purchaseRows()),
  };
}

const CHUNK_CHARS = 65_536;
const DAY_MS = 86_400_000;
const DAYS = 730;

/** The last 24 months, ending with the last midnight (UTC): nothing lies in the future, whatever the hour. */
class Calendar {
  private readonly midnight: number;
  /** Rush of the days so far: entry d is the sum over the first d days. */
  private readonly rush = new Float64Array(DAYS + 1);

  constructor(today: Date) {
    this.midnight = Math.floor(today.getTime() / DAY_MS) * DAY_MS;
    for (let day = 0; day < DAYS; day++) {
      const date = new Date(this.start(DAYS - day));
      this.rush[day + 1] = this.rush[day] + weekdayRush[date.getUTCDay()] * monthRush[date.getUTCMonth()];
    }
  }

  /** Midnight so many days ago, in milliseconds. */
  start(daysAgo: number): number {
    return this.midnight - daysAgo * DAY_MS;
  }

  /**
   * A day between two, busy ones more likely.
   * @param fraction decides which: one draw, so that the next draw does not depend on the calendar
   */
  busyDay(from: number, to: number, fraction: number): number {
    const [first, last] = [this.rush[DAYS - from], this.rush[DAYS - to]];
    const target = first + fraction * (last - first);
    let [low, high] = [DAYS - from, DAYS - to - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rush[middle + 1] <= target) low = middle + 1;
      else high = middle;
    }
    return DAYS - low;
  }
}

/**
 * A customer drawn from the seed and a number, for one row() or one purchaseRows(): each goes on drawing. Draws come in the same
 * order whatever the day, so that ids never change.
 */
class DemoCustomer {
  private readonly random: SeededRandom;
  private readonly id: string;
  private readonly kind: (typeof customerKinds)[number];
  private readonly joined: number;
  private readonly lastSeen: number;
  private readonly loves: readonly Store[];

  constructor(
    private readonly seed: number,
    private readonly n: number,
    private readonly calendar: Calendar,
  ) {
    this.random = new SeededRandom(`demo customer ${seed} ${n}`);
    this.id = this.random.uuid();
    this.kind = this.random.weighted(customerKinds);
    this.joined = this.random.whole(this.kind.joined[1], this.kind.joined[0]);
    this.lastSeen = Math.min(this.random.whole(this.kind.lastSeen[1], this.kind.lastSeen[0]), this.joined - 1);
    this.loves = Array.from({ length: 3 }, () => this.random.weighted(stores));
  }

  row(): string {
    const { random } = this;
    const { language, names } = random.weighted(languages);
    const [first_name, surname] = [random.pick(names), random.pick(surnames)];
    const channels = { email: random.chance(0.8), push: random.chance(0.45), sms: random.chance(0.2) };
    const diet = random.weighted(diets).diet;
    const organic = random.chance(0.3);
    const favourites = [...new Set<Category>(this.loves.map((store) => random.pick(store.sells)))];
    const preferences = { first_name, language, diet, organic, favourite_categories: favourites, channels };
    const told = !random.chance(0.03);
    const active = !random.chance(0.02);
    const role = random.chance(0.005) ? 'vendor' : 'user';
    const registered = this.instant(this.joined + 1, random.fraction());
    const email = `${plain(first_name)}.${plain(surname)}.${this.n}@demo${this.seed}.example.com`;
    return `${this.id},${email},${told ? json(preferences) : ''},${active},${role},${registered},${registered},${registered}\n`;
  }

  purchaseRows(): string {
    const { random } = this;
    const { median, sigma } = this.kind.purchases;
    const count = Math.min(400, Math.round(random.heavyTailed(median, sigma)));
    const appetite = Math.min(20, random.heavyTailed(1, 0.45)) * (random.chance(0.01) ? 8 : 1); // one in a hundred is a restaurant
    let text = '';
    for (let at = 0; at < count; at++) text += this.purchaseRow(appetite);
    return text;
  }

  private purchaseRow(appetite: number): string {
    const { random } = this;
    const [id, ticket] = [random.uuid(), random.uuid()];
    const daysAgo = this.calendar.busyDay(Math.min(this.joined, DAYS), this.lastSeen, random.fraction());
    const date = new Date(this.calendar.start(daysAgo));
    const wanted = random.chance(0.7) ? random.pick(this.loves) : random.weighted(stores);
    const store = wanted.isMarket && date.getUTCDay() === 0 ? supermarket : wanted; // markets are closed on Sundays
    const lines = Math.min(12, 1 + Math.floor(-Math.log(1 - random.fraction()) * 2.2));
    const onSale = assortment(store, date.getUTCMonth());
    let [cents, pieces] = [0, 0];
    const bought = Array.from({ length: lines }, () => {
      const product = random.pick(onSale);
      const quantity = Math.min(60, Math.max(1, Math.round(appetite * random.heavyTailed(1.1, 0.5))));
      cents += quantity * product.cents;
      pieces += quantity;
      return `${opening(product)}${quantity}}`;
    });
    const when = this.instant(daysAgo, random.fraction());
    const type = store.isMarket ? 'market' : store === onlineShop ? 'online' : 'store';
    const isMarket = random.chance(0.01) ? '' : String(store.isMarket);
    const amount = (cents / 100).toFixed(2);
    return `${id},${this.id},${ticket},${when},${store.name},${amount},"[${bought.join()}]",${pieces},${type},${isMarket},${when},${when}\n`;
  }

  /** Some time between 7:00 and 19:30 UTC: opening hours in Barcelona, summer and winter. */
  private instant(daysAgo: number, fraction: number): string {
    return new Date(this.calendar.start(daysAgo) + Math.floor((7 + fraction * 12.5) * 3600) * 1000).toISOString();
  }
}

const assortments = new Map<string, Product[]>();

function assortment(store: Store, month: number): readonly Product[] {
  const key = `${store.name} ${month}`;
  const known = assortments.get(key);
  if (known) return known;
  const made = products.filter(
    ({ category, months }) => store.sells.includes(category) && (months?.includes(month) ?? true),
  );
  assortments.set(key, made);
  return made;
}

const openings = new Map<Product, string>();

/** A line of a receipt as it stands in the CSV, up to the quantity: JSON is dear to write and to quote ten million times. */
function opening(product: Product): string {
  const known = openings.get(product);
  if (known) return known;
  const { sku, name, category, cents } = product;
  const made = json({ sku, name, category, unit_price: cents / 100, quantity: 0 }).slice(1, -'0}"'.length);
  openings.set(product, made);
  return made;
}

const json = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`;

/** A name as it stands in an address: no accents, small letters. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase();
