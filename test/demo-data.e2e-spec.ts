import { demoCommand } from '../src/customers/demo.command';
import { loadDemoData } from '../src/customers/demo-data';
import { runCommand } from './support/commands';
import { emptyDatabase, type FreshDatabase, freshDatabase } from './support/database';

let db: FreshDatabase;

beforeAll(async () => {
  db = await freshDatabase();
});
beforeEach(() => db.query('TRUNCATE users, purchase_history'));
afterAll(() => db.drop());

const making = (...args: string[]) => runCommand(demoCommand, args, { DATABASE_URL: db.url });
const everything = () =>
  db.query('SELECT * FROM users u FULL JOIN purchase_history p ON p.user_id = u.id ORDER BY u.id, p.id');
/** The one number a statement gives; numbers of PostgreSQL arrive as text. */
const number = async (statement: string): Promise<number> => Number(Object.values((await db.query(statement))[0])[0]);

describe('npm run demo', () => {
  it('makes customers and purchases, and running it twice adds nothing', async () => {
    const first = await making('--customers', '300');
    const rows = await everything();
    const second = await making('--customers', '300');

    expect(first).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Made 300 customers and [\d,]+ purchases in \d+\.\d s\.\n$/),
    });
    expect(second.code).toBe(0);
    expect(await everything()).toEqual(rows);
  });

  it('makes other people with another seed, beside the first', async () => {
    await making('--customers', '100');
    await making('--customers', '100', '--seed', '2');

    expect(await number('SELECT count(*) FROM users')).toBe(200);
  });

  it('makes a shop like a real one', async () => {
    await loadDemoData(db.url, 'public', { customers: 2000 });

    const lastPurchase = 'SELECT user_id, max(purchase_date) AS at FROM purchase_history GROUP BY user_id';
    expect(await number('SELECT count(*) FROM purchase_history WHERE purchase_date > now()')).toBe(0);
    expect(
      await number(`SELECT count(*) FROM purchase_history WHERE purchase_date < now() - interval '2 years 1 day'`),
    ).toBe(0);
    expect(
      await number(
        'SELECT count(*) FROM users u JOIN purchase_history p ON p.user_id = u.id WHERE purchase_date < registration_date',
      ),
    ).toBe(0);
    expect(await number('SELECT count(*) FROM purchase_history WHERE user_id NOT IN (SELECT id FROM users)')).toBe(0);
    expect(await number('SELECT count(*) FROM purchase_history WHERE total_amount <= 0')).toBe(0);
    // about 8 in 100 never bought, 20 lapsed, 2 are not active; some preferences and markets are not known
    expect(
      await number('SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM purchase_history)'),
    ).toBeGreaterThan(100);
    expect(await number(`SELECT count(*) FROM (${lastPurchase}) l WHERE at < now() - interval '120 days'`)).toBeGreaterThan(
      300,
    );
    expect(await number('SELECT count(*) FROM users WHERE NOT is_active')).toBeGreaterThan(15);
    expect(await number('SELECT count(*) FROM users WHERE preferences IS NULL')).toBeGreaterThan(15);
    expect(await number('SELECT count(*) FROM purchase_history WHERE is_market_store IS NULL')).toBeGreaterThan(50);
    expect(await number('SELECT count(*) FROM purchase_history WHERE is_market_store')).toBeGreaterThan(5000);
    expect(await number(`SELECT count(*) FROM users WHERE preferences @> '{"diet": "vegan"}'`)).toBeGreaterThan(50);
    // heavy-tailed: the top tenth of the buyers spend more than a third of the money
    const topTenth = `SELECT sum(s) FILTER (WHERE tile = 1) / sum(s) FROM (SELECT s, ntile(10) OVER (ORDER BY s DESC) AS tile
                        FROM (SELECT sum(total_amount) AS s FROM purchase_history GROUP BY user_id) a) b`;
    expect(await number(topTenth)).toBeGreaterThan(0.33);
  });

  it('makes nothing when asked for none', async () => {
    expect(await loadDemoData(db.url, 'public', { customers: 0 })).toEqual({ customers: 0, purchases: 0, ofNobody: 0 });
  });

  it('writes receipts that add up', async () => {
    await making('--customers', '200');

    const wrong = `SELECT count(*) FROM purchase_history WHERE
      (total_amount, num_products) <>
      (SELECT sum((line ->> 'quantity')::int * (line ->> 'unit_price')::numeric), sum((line ->> 'quantity')::int) FROM jsonb_array_elements(products) line)`;
    expect(await number(wrong)).toBe(0);
  });

  it('is refused where the tables belong to others', async () => {
    const theirs = await emptyDatabase();
    await theirs.query(`
      CREATE TABLE users (id uuid PRIMARY KEY, is_active boolean, preferences jsonb);
      CREATE TABLE purchase_history (id uuid PRIMARY KEY, user_id uuid, purchase_date timestamptz, store_name text,
                                     total_amount numeric, is_market_store boolean)`);

    const { code, err } = await runCommand(demoCommand, [], { DATABASE_URL: theirs.url });

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('were not made by this service') });
    await theirs.drop();
  });

  it.each([[['--customers', '0']], [['--customers', '1e9']], [['--seed', 'x']], [['12']]])(
    'answers %j with its usage and exit code 2',
    async (args) => {
      const { code, err } = await making(...args);

      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('npm run demo -- [--customers N]') });
    },
  );
});
