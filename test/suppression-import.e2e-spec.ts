import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DataSource } from 'typeorm';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';
import { send } from './support/wire';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());
beforeEach(() => app.db.query('TRUNCATE suppressions'));

/** Sends a file to the letter. */
const upload = (body: string | Buffer | undefined, headers: Record<string, string> = {}) =>
  send(app.url, {
    method: 'POST',
    path: '/suppressions/import',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv', ...headers },
    body,
  });
const imported = async (file: string | Buffer) => {
  const answer = await upload(file);
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
  return answer.body;
};
const stored = () =>
  app.db.query('SELECT user_id, channel, reason, source, expires_at FROM suppressions ORDER BY user_id, channel');
const figures = { added: 0, replaced: 0, unchanged: 0, unknown: 0, unknown_lines: [] };

const A = 'a0000000-0000-4000-8000-000000000000';
const B = 'b0000000-0000-4000-8000-000000000000';

describe('a file of suppressions', () => {
  it('of 10,000 lines is stored, and a second time changes nothing', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `${randomUUID()},${['', 'email', 'sms'][i % 3]},bounced,line ${i},2199-01-01T00:00:00Z`,
    );
    const file = ['user_id,channel,reason,source,expires_at', ...lines, ''].join('\n');
    expect(await imported(file)).toEqual({ ...figures, added: 10_000 });
    const rows = 'SELECT md5(string_agg(s::text || s.xmin || s.ctid, s.user_id::text)) AS digest FROM suppressions s';
    const [{ digest }] = await app.db.query(rows);
    expect(await imported(file)).toEqual({ ...figures, unchanged: 10_000 });
    expect((await app.db.query(rows))[0].digest).toBe(digest); // not even written anew
  });

  it('replaces what is another now, and keeps who was first', async () => {
    await app.api.post('/suppressions').send({ user_id: A, reason: 'requested', source: 'letter' }).expect(201);
    const before = (await app.api.get(`/suppressions/${A}`)).body;
    const file = `user_id,reason,source\n${A},complained,provider\n${B},complained,provider\n`;
    expect(await imported(file)).toEqual({ ...figures, added: 1, replaced: 1 });
    const after = (await app.api.get(`/suppressions/${A}`)).body;
    expect(after).toEqual({ ...before, reason: 'complained', source: 'provider' });
  });

  it('names customers by their addresses in whatever case; those that nobody has are counted', async () => {
    const ana = await app.make.customer({ email: 'Ana@example.com' });
    const twin = await app.make.customer({ email: 'ana@EXAMPLE.com' });
    const file = 'channel,email\nsms,ana@example.com\n\nsms,nobody@example.com\n,ANA@EXAMPLE.COM\n,no.one@example.com\n';
    expect(await imported(file)).toEqual({ ...figures, added: 4, unknown: 2, unknown_lines: [4, 6] });
    expect((await stored()).map(({ user_id, channel, reason }) => [user_id, channel, reason])).toEqual(
      [ana.id, twin.id].sort().flatMap((id) => [
        [id, '', 'other'],
        [id, 'sms', 'other'],
      ]),
    );
  });

  it('tells the first 50 of many unknown addresses', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `nobody${i}@example.com`);
    const answer = await imported(['email', ...lines].join('\n'));
    expect(answer).toEqual({ ...figures, unknown: 60, unknown_lines: Array.from({ length: 50 }, (_, i) => i + 2) });
  });

  it('may name a customer and channel twice: the last line counts', async () => {
    const file = `user_id,source\n${A},first\n${B},only\n${A.toUpperCase()},last\n`;
    expect(await imported(file)).toEqual({ ...figures, added: 2 });
    expect((await stored()).map(({ source }) => source)).toEqual(['last', 'only']);
  });

  it.each([
    ['line ends of Windows', `user_id,source\r\n${A},x\r\n`, 'x'],
    ['line ends of old', `user_id,source\r${A},x\r`, 'x'],
    ['line ends of several kinds', `user_id,source\r\n\n${A},x\n\r\n`, 'x'],
    ['no end of the last line', `user_id,source\n${A},x`, 'x'],
    ['a byte order mark', `\ufeffuser_id,source\n${A},x\n`, 'x'],
    ['quotes around everything', `"user_id","source"\n"${A}","x"\n`, 'x'],
    ['quotes, commas and blanks inside', `user_id,source\n${A}," a ""b"", c "\n`, ' a "b", c '],
    ['blanks around values', `user_id , source\n  ${A} ,\tx \n`, 'x'],
    ['a formula', `user_id,source\n${A},"=cmd|'/C calc'!A0"\n`, "=cmd|'/C calc'!A0"],
    ['SQL and templates', `user_id,source\n${A},'); DROP TABLE suppressions; -- {{x}} \${x}\n`, "'); DROP TABLE suppressions; -- {{x}} ${x}"], // prettier-ignore
    ['200 characters, each of two units', `user_id,source\n${A},${'😀'.repeat(200)}\n`, '😀'.repeat(200)],
    ['a word of PostgreSQL', `user_id,source\n${A},NULL\n`, 'NULL'],
    ['column names in capitals', `USER_ID,Source\n${A},letter\n`, 'letter'],
  ])('is read with %s', async (_, file, source) => {
    expect(await imported(file)).toEqual({ ...figures, added: 1 });
    expect(await stored()).toEqual([{ user_id: A, channel: '', reason: 'other', source, expires_at: null }]);
  });

  it('with a header alone is no mistake', async () => {
    expect(await imported('user_id\n')).toEqual(figures);
  });

  it('of as many bytes and lines as may be', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000\n`);
    const file = `user_id\n${lines.join('')}`;
    expect(await imported(file + '\n'.repeat(10 * 1024 * 1024 - file.length))).toEqual({ ...figures, added: 200_000 });
  }, 120_000);

  it('is read before its transaction begins: on a busy machine reading takes longer than one may stay idle', async () => {
    const connections = jest.spyOn(app.nest.get(DataSource), 'createQueryRunner');
    expect((await upload(`user_id\n${A}\nme\n`)).status).toBe(400);
    expect(connections).not.toHaveBeenCalled();
    expect(await imported(`user_id\n${A}\n`)).toEqual({ ...figures, added: 1 });
    expect(connections).toHaveBeenCalled();
    connections.mockRestore();
  });

  it('that is sent again when its suppressions have ended gets the answer of the first time', async () => {
    const file = `user_id,expires_at\n${A},${new Date(Date.now() + 1500).toISOString()}\n`;
    const again = () => upload(file, { 'idempotency-key': 'suppressions-of-a-moment' });
    const first = await again();
    expect(first.body).toEqual({ ...figures, added: 1 });
    await eventually(async () => expect((await upload(file)).status).toBe(400));
    expect(await again()).toMatchObject({ status: 200, body: first.body });
  });

  it('and another with the same customers the other way round, at once', async () => {
    const ids = Array.from({ length: 3000 }, () => randomUUID());
    const answers = await Promise.all(
      [ids, [...ids].reverse(), ids].map((order, i) => imported(`user_id,source\n${order.join(`,${i}\n`)},${i}\n`)),
    );
    expect(answers.map((answer) => answer?.added).sort()).toEqual([0, 0, 3000]);
    expect(new Set((await stored()).map(({ source }) => source)).size).toBe(1);
  });
});

describe('a file that is refused leaves nothing', () => {
  const refused = async (file: string | Buffer | undefined, expected: Parameters<typeof refusalFault>[1]) => {
    expect(refusalFault(await upload(file), expected)).toBeUndefined();
    expect(await stored()).toEqual([]);
  };

  it.each([
    ['a customer that is none', 'user_id', 'me', '/lines/3/user_id'],
    ['no customer', 'user_id,reason', ',other', '/lines/3/user_id'],
    ['an unknown channel', 'user_id,channel', `${B},Email`, '/lines/3/channel'],
    ['an unknown reason', 'user_id,reason', `${B},toString`, '/lines/3/reason'],
    ['a source of two lines', 'user_id,source', `${B},"a\nb"`, '/lines/4/source'],
    ['a source that is too long', 'user_id,source', `${B},${'x'.repeat(201)}`, '/lines/3/source'],
    ['U+0000', 'user_id,source', `${B},a\u0000b`, '/lines/3/source'],
    ['another control character', 'user_id,source', `${B},a\u001bb`, '/lines/3/source'],
    ['a line separator', 'user_id,source', `${B},a\u2028b`, '/lines/3/source'],
    ['what is no instant', 'user_id,expires_at', `${B},2199-01-01`, '/lines/3/expires_at'],
    ['what has expired already', 'user_id,expires_at', `${B},2020-01-01T00:00:00Z`, '/lines/3/expires_at'],
    ['too few values', 'user_id,source', B, '/lines/3'],
    ['too many values', 'user_id,source', `${B},x,y`, '/lines/3'],
    ['a quote that never ends', 'user_id,source', `${B},"x`, '/lines/3'],
    ['a quote that does not end in 8 KB', 'user_id,source', `${B},"${`x\n`.repeat(10_000)}`, '/lines/3'],
    ['a quote inside a value', 'user_id,source', `${B},x"y`, '/lines/3'],
    ['something behind a quote', 'user_id,source', `${B},"x"y`, '/lines/3'],
    ['semicolons', 'user_id,source', `${B};x`, '/lines/3'],
  ])('%s', async (_, header, line, pointer) => {
    const good = header.includes(',') ? `${A},` : A;
    await refused(`${header}\n${good}\n${line}\n${good}\n`, { status: 400, pointer });
  });

  it.each([
    ['no customers', 'channel,reason\nsms,other\n'],
    ['customers named in two ways', `user_id,email\n${A},ana@example.com\n`],
    ['an unknown column', `user_id,name\n${A},Ana\n`],
    ['a column that every object has', `user_id,constructor\n${A},Ana\n`],
    ['a column twice', `user_id,reason,reason\n${A},other,other\n`],
    ['a column twice in different case', `user_id,reason,REASON\n${A},other,other\n`],
    ['no header', `${A}\n`],
    ['semicolons', `user_id;reason\n${A};other\n`],
    ['a thousand unknown columns', `user_id,${'x,'.repeat(1000)}y\n`],
  ])('a header of %s', (_, file) => refused(file, { status: 400, pointer: '/lines/1' }));

  it.each([
    ['semicolons', `user_id;reason\n${A};other\n`],
    ['tabs', `user_id\treason\n${A}\tother\n`],
  ])('%s between columns, and says so', async (_, file) => {
    const { body } = await upload(file);
    expect(body).toMatchObject({ errors: [{ pointer: '/lines/1', detail: expect.stringContaining('by commas') }] });
  });

  it.each([
    ['nothing', ''],
    ['no body at all', undefined],
    ['blank lines', '\n\r\n  \n'],
    ['a byte order mark alone', '\ufeff'],
  ])('%s', (_, file) => refused(file, { status: 400, pointer: '/lines' }));

  it('names at most 50 mistakes', async () => {
    const answer = await upload(`user_id,reason\n${'me,why\n'.repeat(5000)}`);
    expect(refusalFault(answer, { status: 400, pointer: '/lines/2/user_id' })).toBeUndefined();
    expect(answer.body?.errors).toHaveLength(50);
    expect(await stored()).toEqual([]);
  });

  it.each([
    ['Latin-1', Buffer.from(`user_id,source\n${A},caf\xe9\n`, 'latin1')],
    ['UTF-16', Buffer.from(`\ufeffuser_id,source\n${A},x\n`, 'utf16le')],
    ['an encoded surrogate', Buffer.from(`user_id,source\n${A},\xed\xa0\x80\n`, 'latin1')],
  ])('%s', (_, file) => refused(file, { status: 400 }));

  it.each([
    ['200,001 lines', () => `user_id\n${`${A}\n`.repeat(200_001)}`, {}],
    ['a byte more than 10 MB', () => `user_id\n${'\n'.repeat(10 * 1024 * 1024 - 7)}`, {}],
    ['the same, without saying how long it is', () => `user_id\n${'\n'.repeat(10 * 1024 * 1024 - 7)}`, { 'transfer-encoding': 'chunked' }], // prettier-ignore
    ['100 MB in 100 KB', () => gzipSync(Buffer.alloc(100_000_000, `${A}\n`)), { 'content-encoding': 'gzip' }],
  ])(
    '%s',
    async (_, file, headers) => {
      expect(
        refusalFault(await upload(file(), headers as Record<string, string>), { status: 413, type: 'body-too-large' }),
      ).toBeUndefined();
      expect(await stored()).toEqual([]);
    },
    120_000,
  );

  it('half of one, whose sender died', async () => {
    const whole = `user_id\n${Array.from({ length: 5000 }, () => `${randomUUID()}\n`).join('')}`;
    const server: Server = app.nest.getHttpServer();
    const noticed = new Promise((resolve) => server.once('connection', (socket: Socket) => socket.once('close', resolve)));
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const head = `POST /suppressions/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nContent-Type: text/csv\r\n`;
    await new Promise<void>((sent) =>
      socket.write(`${head}Content-Length: ${whole.length}\r\n\r\n${whole.slice(0, whole.length / 2)}`, () => sent()),
    );
    socket.destroy();
    await noticed;
    // what of it had been stored would not be new
    expect(await imported(whole)).toEqual({ ...figures, added: 5000 });
  });
});

describe('a file is text/csv', () => {
  const FILE = `user_id\n${A}\n`;

  it.each(['text/csv', 'text/csv; charset=utf-8', 'Text/CSV;charset="UTF-8"'])('sent as "%s"', async (type) => {
    expect((await upload(FILE, { 'content-type': type })).status).toBe(200);
  });

  it('also packed, and at the address with a slash behind it', async () => {
    expect((await upload(gzipSync(FILE), { 'content-encoding': 'gzip' })).body).toEqual({ ...figures, added: 1 });
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv' };
    const slash = await send(app.url, { method: 'POST', path: '/Suppressions/Import/', headers, body: FILE });
    expect(slash.body).toEqual({ ...figures, unchanged: 1 });
  });

  it.each(['', 'application/json', 'text/plain', 'text/csv; charset=iso-8859-1', 'text/csv; header=present', 'text/csvx', 'application/csv', 'multipart/form-data; boundary=x'])('and not "%s"', async (type) => {
    const answer = await upload(type === 'application/json' ? '{}' : FILE, { 'content-type': type });
    expect(refusalFault(answer, { status: 415, type: 'unsupported-media-type' })).toBeUndefined();
    expect(await stored()).toEqual([]);
  }); // prettier-ignore

  it.each([
    ['not packed as it says', 400, 'bad-request', FILE, 'gzip'],
    ['packed and cut off', 400, 'bad-request', gzipSync(FILE).subarray(0, 25), 'gzip'],
    ['of an unknown packing', 415, 'unsupported-media-type', FILE, 'snappy'],
  ])('and not %s', async (_, status, type, file, encoding) => {
    expect(refusalFault(await upload(file, { 'content-encoding': encoding }), { status, type })).toBeUndefined();
    expect(await stored()).toEqual([]);
  });

  it('and taken as that nowhere else', async () => {
    const before = await contents(app.db);
    for (const path of ['/suppressions', '/segments', '/suppressions/import/x', '/segments/suppressions/import']) {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv' };
      const answer = await send(app.url, { method: 'POST', path, headers, body: FILE });
      expect(refusalFault(answer, { status: 415, type: 'unsupported-media-type' })).toBeUndefined();
    }
    expect(await contents(app.db)).toEqual(before);
  });

  it('and has no parameters beside it', async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv' };
    const answer = await send(app.url, { method: 'POST', path: '/suppressions/import?dry_run=true', headers, body: FILE });
    expect(refusalFault(answer, { status: 400, pointer: '/dry_run' })).toBeUndefined();
    expect(await stored()).toEqual([]);
  });
});
