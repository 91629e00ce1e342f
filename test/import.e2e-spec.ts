import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { importCommand } from '../src/customers/import.command';
import { Files, id, purchase, purchases, runCommand, users } from './support/commands';
import { type FreshDatabase, freshDatabase } from './support/database';

let db: FreshDatabase;
let files: Files;

beforeAll(async () => {
  db = await freshDatabase();
});
beforeEach(async () => {
  files = new Files();
  await db.query('TRUNCATE users, purchase_history');
});
afterEach(() => files.remove());
afterAll(() => db.drop());

const importing = (...args: string[]) => runCommand(importCommand, args, { DATABASE_URL: db.url });

describe('import', () => {
  it('loads both files, and the same again without a change', async () => {
    const args = [
      ...users(files, `${id(1)},ana@example.invalid`, `${id(2)},bo@example.invalid`),
      ...purchases(files, purchase(1), purchase(2), purchase(3)),
    ];

    const first = await importing(...args);
    const before = await db.query('SELECT * FROM users, purchase_history ORDER BY users.id, purchase_history.id');
    const second = await importing(...args);

    expect(first).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Imported 2 customers and 3 purchases in \d+\.\d s\.\n$/),
    });
    expect(second.code).toBe(0);
    expect(await db.query('SELECT * FROM users, purchase_history ORDER BY users.id, purchase_history.id')).toEqual(before);
  });

  it('says how many purchases are of nobody, and loads them: their customer may come later', async () => {
    const both = purchases(files, purchase(1), purchase(2));

    const early = await importing(...both);
    await importing(...users(files, `${id(1)},ana@example.invalid`));
    const late = await importing(...both);

    const said = '2 of the purchases are of customers that users does not have: they count in no segment until it does.\n';
    expect(early).toEqual({ code: 0, err: said, out: expect.stringMatching(/^Imported 0 customers and 2 purchases /) });
    expect([late.code, late.err]).toEqual([0, '']);
  });

  it('unpacks .gz, and takes columns in any order, a byte order mark, CR LF, quotes and empty lines at the end', async () => {
    const text = `\ufeff"email",preferences,id\r\nana@example.invalid,"{""diet"":""vegan""}",${id(1)}\r\n"bo@example.invalid",,"${id(2)}"\r\n\r\n`;

    const { code } = await importing('--users', files.write('users.csv.gz', gzipSync(text)));

    expect(code).toBe(0);
    expect(await db.query('SELECT id, email, preferences FROM users ORDER BY id')).toEqual([
      { id: id(1), email: 'ana@example.invalid', preferences: { diet: 'vegan' } },
      { id: id(2), email: 'bo@example.invalid', preferences: null },
    ]);
  });

  it('keeps what stands in quotes: line ends, quotes, commas, and the end-of-data mark of COPY', async () => {
    const store = 'A "B", C\n\\.\nD\r\nE';

    const { code } = await importing(
      ...purchases(
        files,
        purchase(1, `2026-01-02,"${store.replaceAll('"', '""')}",1`),
        purchase(2, '2026-01-02,\\.,1'),
        purchase(3),
      ),
    );

    expect(code).toBe(0);
    expect(await db.query('SELECT store_name FROM purchase_history ORDER BY id')).toEqual([
      { store_name: store },
      { store_name: '\\.' },
      { store_name: 'Old Town' },
    ]);
  });

  it('keeps the rows behind a first column that is the end-of-data mark', async () => {
    const text = `store_name,id,user_id,ticket_id,purchase_date,total_amount\n\\.,${id(1)},${id(1)},${id(1)},2026-01-02,1\n`;

    await importing(
      '--purchases',
      files.write('p.csv', text + text.split('\n')[1].replace('\\.', 'Next').replace(id(1), id(2))),
    );

    expect((await db.query('SELECT id FROM purchase_history')).length).toBe(2);
  });

  it('reads an instant without a zone as UTC, and "" as NULL where no text can be', async () => {
    const header = 'id,user_id,ticket_id,purchase_date,store_name,total_amount,is_market_store,ticket_type';

    await importing(
      '--purchases',
      files.write('p.csv', `${header}\n${purchase(1, '2026-01-02 03:04:05,Old Town,9.5')},"",""\n`),
    );

    expect(await db.query('SELECT purchase_date, is_market_store, ticket_type, num_products FROM purchase_history')).toEqual(
      [{ purchase_date: new Date('2026-01-02T03:04:05Z'), is_market_store: null, ticket_type: '', num_products: 0 }],
    );
  });

  it('replaces a row that is there in the columns of the file only', async () => {
    await db.query(`INSERT INTO users (id, email, preferences) VALUES ($1, 'old@example.invalid', '{"a": 1}')`, [id(1)]);

    await importing(...users(files, `${id(1)},new@example.invalid`));

    expect(await db.query('SELECT email, preferences FROM users')).toEqual([
      { email: 'new@example.invalid', preferences: { a: 1 } },
    ]);
  });

  it('moves every instant by the same interval with --shift-to now', async () => {
    const header = 'id,email,registration_date,created_at';
    const customers = files.write('u.csv', `${header}\n${id(1)},ana@example.invalid,2011-12-01T00:00:00Z,\n`);
    const args = purchases(files, purchase(1, '2011-12-09T12:50:00Z,A,1'), purchase(2, '2011-12-08T12:50:00Z,A,1'));

    const { code } = await importing('--users', customers, ...args, '--shift-to', 'now');

    expect(code).toBe(0);
    const [row] = await db.query<{ age: number; gap: string; before: string; created_at: null }>(`
      SELECT extract(epoch FROM now() - max(purchase_date))::float AS age, (max(purchase_date) - min(purchase_date))::text AS gap,
             (max(purchase_date) - min(registration_date))::text AS before, min(users.created_at) AS created_at
        FROM purchase_history, users`);
    expect(row).toEqual({ age: expect.any(Number), gap: '1 day', before: '8 days 12:50:00', created_at: null });
    expect(row.age).toBeGreaterThanOrEqual(0);
    expect(row.age).toBeLessThan(60);
  });

  it('takes a file that has only a header', async () => {
    expect(await importing(...users(files), ...purchases(files), '--shift-to', 'now')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Imported 0 customers and 0 purchases'),
    });
  });

  it('draws a bar on a terminal', async () => {
    const { out } = await runCommand(
      importCommand,
      users(files, `${id(1)},ana@example.invalid`),
      { DATABASE_URL: db.url },
      true,
    );

    expect(out).toMatch(/users\.csv █+ 100% .*Writing users\.csv\n.*Imported 1 customers/s);
  });
});

describe('real purchase histories', () => {
  const data = join(__dirname, '..', '..', 'shared', 'data');
  const sets: [string, number, number][] = [
    ['online_retail', 4338, 18_532],
    ['cdnow', 23_570, 69_659],
    ['cdnow_sample_day', 2357, 6696],
  ];
  const [itOrSkip, why] = existsSync(data) ? [it, ''] : [it.skip, ': SKIPPED, ../shared/data is not there'];

  itOrSkip.each(sets)(`%s gives %i customers and %i purchases${why}`, async (set, customers, purchases) => {
    const [usersFile, purchasesFile] = ['users.csv.gz', 'purchase_history.csv.gz'].map((name) => join(data, set, name));

    const { code, err } = await importing('--users', usersFile, '--purchases', purchasesFile);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(
      await db.query(
        'SELECT (SELECT count(*)::int FROM users) AS customers, count(*)::int AS purchases FROM purchase_history',
      ),
    ).toEqual([{ customers, purchases }]);
  });
});
