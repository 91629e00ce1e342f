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

const nothingWasLoaded = async () =>
  expect(await db.query('SELECT id FROM users UNION ALL SELECT id FROM purchase_history')).toEqual([]);

describe('an import that cannot be done', () => {
  const many = Array.from({ length: 5000 }, (_, n) => `${id(n + 10)},customer-${n}@example.invalid`);

  const badUsers: [string, string[], string][] = [
    [
      'a bad uuid',
      [...many, 'x1,ana@example.invalid'],
      'users.csv line 5002, column id: invalid input syntax for type uuid: "x1"',
    ],
    [
      'an id twice',
      [many[0], many[1], `${id(10)},ana@example.invalid`],
      `users.csv line 4: it has the same id as line 2: ${id(10)}`,
    ],
    [
      'an e-mail twice',
      [...many, many[7].replace(id(17), id(1))],
      'users.csv line 5002: it has the same email as line 9: customer-7@',
    ],
    [
      'no e-mail',
      [many[0], `${id(1)},`],
      'users.csv line 3: null value in column "email" of relation "users" violates not-null constraint',
    ],
    ['no id', [`,ana@example.invalid`], 'users.csv line 2: null value in column "id"'],
    ['a value too many', [many[0], `${many[1]},1`], 'users.csv line 3: extra data after last expected column'],
    ['a value too few', [many[0], '', many[1]], 'users.csv line 3: the line is empty'],
    [
      'a NUL byte',
      [many[0], `${id(1)},a\0b`],
      'users.csv line 3: invalid byte sequence for encoding "UTF8": 0x00; the file must be UTF-8 text',
    ],
    [
      'a value too long',
      [`${id(1)},${'x'.repeat(256)}`],
      'users.csv line 2, column email: value too long for type character varying(255)',
    ],
    ['a cut-off end', [many[0], `${id(1)},"ana`], 'users.csv line 3: a quoted value begins in this record and never ends'],
    ['a bad record behind one of several lines', [`${id(1)},"a\nb\nc"`, `x,"d\ne"`], 'users.csv line 5, column id: invalid'],
  ];

  it.each(badUsers)('names the line of %s, and nothing is loaded', async (_, rows, message) => {
    const { code, out, err } = await importing(...purchases(files, purchase(1)), ...users(files, ...rows));

    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining(message) });
    expect(err).toMatch(/^[^\n]+\n$/);
    await nothingWasLoaded();
  });

  const badPurchases: [string, string, string][] = [
    [
      'NaN',
      '2026-01-02,A,NaN',
      'line 3: new row for relation "purchase_history" violates check constraint "total_amount_is_a_number"',
    ],
    ['an amount too large', '2026-01-02,A,123456789.00', 'line 3, column total_amount: numeric field overflow'],
    [
      'an instant that is none',
      '2026-02-30,A,1',
      'line 3, column purchase_date: date/time field value out of range: "2026-02-30"',
    ],
    ['a date that could be two', '01/02/2026,A,1', 'line 3, column purchase_date: date/time field value out of range'],
    [
      'infinity',
      'infinity,A,1',
      'line 3: new row for relation "purchase_history" violates check constraint "purchase_date_is_an_instant"',
    ],
  ];

  it.each(badPurchases)('refuses %s in a purchase, and the customers with it', async (_, rest, message) => {
    const { code, err } = await importing(
      ...users(files, `${id(1)},ana@example.invalid`),
      ...purchases(files, purchase(1), purchase(2, rest)),
    );

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`purchases.csv ${message}`) });
    await nothingWasLoaded();
  });

  it('says where an e-mail belongs to a customer who is there already', async () => {
    await db.query(`INSERT INTO users (id, email) VALUES ($1, 'customer-3999@example.invalid')`, [id(1)]);

    const { code, err } = await importing(...users(files, ...many));

    expect(code).toBe(1);
    expect(err).toMatch(/^users\.csv line 4001: duplicate key value .*customer-3999@example\.invalid.* already exists\)\n$/);
    expect(await db.query('SELECT id FROM users')).toHaveLength(1);
  });

  it('says that Latin-1 is not UTF-8', async () => {
    const latin1 = Buffer.from(`id,email\n${id(1)},ana@example.invalid\n${id(2)},jos\u00e9@example.invalid\n`, 'latin1');

    expect((await importing('--users', files.write('u.csv', latin1))).err).toMatch(
      /^u\.csv line 3: .*the file must be UTF-8 text\n$/,
    );
  });

  const headers: [string, string, string][] = [
    [
      'unknown columns',
      'id,email,colour,size',
      'line 1: users has no column colour, size; its columns are id, email, preferences',
    ],
    ['missing columns', 'preferences', 'line 1: the required column id, email is missing'],
    ['a column twice', 'id,email,id', 'line 1: the column id is named twice'],
    ['a column without name', 'id,email,', 'line 1: column 3 has no name'],
    ['an empty file', '', 'line 1: the file is empty'],
  ];

  it.each(headers)('names %s of the header', async (_, header, message) => {
    const { code, err } = await importing('--users', files.write('u.csv', header));

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`u.csv ${message}`) });
  });

  it('refuses a gzip file that is broken or cut off', async () => {
    const whole = gzipSync(`id,email\n${many.join('\n')}\n`);
    const wrongChecksum = Buffer.from(whole).fill(0, whole.length - 8);

    for (const bytes of [wrongChecksum, whole.subarray(0, whole.length - 100), Buffer.from('id,email\n')]) {
      const { code, err } = await importing('--users', files.write('users.csv.gz', bytes));
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('users.csv.gz is not a whole gzip file') });
    }
    await nothingWasLoaded();
  });

  it('says that a file is not there', async () => {
    expect(await importing('--users', join(files.dir, 'absent.csv'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ENOENT.*absent\.csv/),
    });
    expect(await importing('--users', files.dir)).toMatchObject({ code: 1, err: expect.stringMatching(/EISDIR/) });
  });

  const usage: [string[], string][] = [
    [[], 'Name a file'],
    [['--user', 'x'], "Unknown option '--user'"],
    [['x.csv'], 'x.csv'],
    [['--users'], 'argument missing'],
    [['--purchases', 'x', '--shift-to', 'tomorrow'], '--shift-to takes only: now'],
    [['--users', 'x', '--shift-to', 'now'], '--shift-to needs --purchases'],
  ];

  it.each(usage)('answers %j with its usage and exit code 2', async (args, message) => {
    const { code, err } = await importing(...args);

    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
    expect(err).toContain('npm run import -- [--users FILE]');
  });
});
