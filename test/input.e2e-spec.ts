import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import { refusalFault } from './support/refusal';
import { send, type WireAnswer, type WireRequest } from './support/wire';

let app: TestApp;
let before: Record<string, string>;
beforeAll(async () => {
  app = await startApp();
  await app.make.campaign([await app.make.segment()]);
  before = await contents(app.db);
});
afterAll(() => app.close());

const GOOD = JSON.stringify({ name: 'Good', filters: {} });
/** A body of POST /segments as it is sent, with whatever headers. */
const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<WireAnswer> =>
  send(app.url, {
    method: 'POST',
    path: '/segments',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
    body,
  });

const unchanged = async () => expect(await contents(app.db)).toEqual(before);

describe('what a body may be sent as', () => {
  const refused: [type: string, status: number][] = [
    ['', 415],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json-patch+json', 415],
    ['application/merge-patch+json', 415],
    ['application/jsonp', 415],
    ['text/json', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=iso-8859-1', 415],
    ['application/json; charset=utf-7', 415],
    ['application/json; charset=utf-8; charset=utf-7', 415],
    ['application/json, text/plain', 415],
    ['*/*', 415],
  ];
  it.each(refused)('not as "%s"', async (type, status) => {
    expect(
      refusalFault(await post(GOOD, { 'content-type': type }), { status, type: 'unsupported-media-type' }),
    ).toBeUndefined();
    await unchanged();
  });

  it('not without a type', async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const answer = await send(app.url, { method: 'POST', path: '/segments', headers, body: GOOD });
    expect(refusalFault(answer, { status: 415, type: 'unsupported-media-type' })).toBeUndefined();
    await unchanged();
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'as "%s"',
    async (type) => {
      expect((await post(GOOD, { 'content-type': type })).status).toBe(201);
      before = await contents(app.db);
    },
  );

  it.each([
    ['gzip', gzipSync(GOOD)],
    ['deflate', deflateSync(GOOD)],
    ['br', brotliCompressSync(GOOD)],
    ['identity', GOOD],
  ])('packed as %s', async (encoding, body) => {
    expect((await post(body, { 'content-encoding': encoding })).status).toBe(201);
    before = await contents(app.db);
  });

  it.each([
    ['of an unknown packing', 415, 'unsupported-media-type', GOOD, 'snappy'],
    ['packed twice', 415, 'unsupported-media-type', gzipSync(gzipSync(GOOD)), 'gzip, gzip'],
    ['not packed as it says', 400, 'bad-request', GOOD, 'gzip'],
    ['packed and cut off', 400, 'bad-request', gzipSync(GOOD).subarray(0, 20), 'gzip'],
  ])('not when %s', async (_, status, type, body, encoding) => {
    expect(refusalFault(await post(body, { 'content-encoding': encoding }), { status, type })).toBeUndefined();
    await unchanged();
  });
});

describe('how much a body may be', () => {
  /** A good body of exactly this many bytes. */
  const sized = (bytes: number) => GOOD + ' '.repeat(bytes - GOOD.length);

  it('512 KB', async () => {
    expect((await post(sized(524_288))).status).toBe(201);
    expect((await post(gzipSync(sized(524_288)), { 'content-encoding': 'gzip' })).status).toBe(201);
    before = await contents(app.db);
  });

  it.each([
    ['a byte more', () => sized(524_289), {}],
    ['a byte more, without saying how long it is', () => sized(524_289), { 'transfer-encoding': 'chunked' }],
    ['a byte more, once unpacked', () => gzipSync(sized(524_289)), { 'content-encoding': 'gzip' }],
    ['50 MB in 50 KB', () => gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'gzip' }],
    ['50 MB in 100 bytes', () => brotliCompressSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'br' }],
  ])('not %s', async (_, body, headers) => {
    expect(
      refusalFault(await post(body(), headers as Record<string, string>), { status: 413, type: 'body-too-large' }),
    ).toBeUndefined();
    await unchanged();
  });
});

describe('what a body must be', () => {
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
  const many = (count: number, item: (i: number) => string) => Array.from({ length: count }, (_, i) => item(i)).join(',');

  it.each([
    ['nothing but blanks', '   '],
    ['half an object', '{"name":"Good"'],
    ['two objects', `${GOOD}${GOOD}`],
    ['a trailing comma', '{"name":"Good",}'],
    ['a comment', '{/**/"name":"Good"}'],
    ['single quotes', "{'name':'Good'}"],
    ['NaN', '{"filters":{"min_total_spent":NaN}}'],
    ['a hexadecimal number', '{"filters":{"last_days":0x10}}'],
    ['a raw line break in a text', '{"name":"a\nb"}'],
    ['a raw U+0000 in a text', '{"name":"a\u0000b"}'],
    ['a form', 'name=Good&filters[last_days]=1'],
    ['null', 'null'],
    ['a text', '"text"'],
    ['a number', '5'],
    ['true', 'true'],
    ['UTF-16', Buffer.from(GOOD, 'utf16le')],
    ['bytes that are no UTF-8', Buffer.from('{"name":"caf\xe9","filters":{}}', 'latin1')],
    ['an encoded surrogate', Buffer.from('{"name":"\xed\xa0\x80","filters":{}}', 'latin1')],
    ['an overlong encoding', Buffer.from('{"name":"\xc0\xaf","filters":{}}', 'latin1')],
  ])('JSON in UTF-8, not %s', async (_, body) => {
    expect(refusalFault(await post(body), { status: 400, type: 'malformed-json' })).toBeUndefined();
    await unchanged();
  });

  it.each([
    ['a list', '[]'],
    ['a list of good bodies', `[${GOOD}]`],
    ['33 levels', `{"name":"Good","filters":{"preferences_contains":{"a":${nested('[', ']', 29)}}}}`],
    ['1,400 lists in one another', `{"name":"Good","filters":{"preferences_contains":${nested('{"a":', '}', 1400)}}}`],
    ['16,000 objects in one another', `{"name":"Good","filters":{"preferences_contains":${nested('{"a":', '}', 16_000)}}}`],
    [
      '20,000 lists in one another, where nobody looks',
      `{"name":"Good","filters":{},"unknown":${nested('[', ']', 20_000)}}`,
    ],
    ['45,000 lists in one another, as a name', `{"name":${nested('[', ']', 45_000)},"filters":{}}`],
    ['50,000 lists and nothing else', nested('[', ']', 50_000)],
    ['12,001 values', `{"name":"Good","filters":{"preferences_contains":{"a":[${many(11_996, () => '1')}]}}}`],
    ['49,000 values', `{"name":"Good","filters":{"stores_in":[${many(49_000, () => '1')}]}}`],
    ['9,000 unknown fields', `{${many(9_000, (i) => `"k${i}":1`)}}`],
    ['9,000 unknown filters', `{"name":"Good","filters":{${many(9_000, (i) => `"k${i}":1`)}}}`],
    ['9,000 wrong names of stores', `{"name":"Good","filters":{"stores_in":[${many(9_000, () => '{}')}]}}`],
    ['an unknown field with a long name', `{"name":"Good","filters":{},"${'k'.repeat(90_000)}":1}`],
    ['the same unknown field in many lengths', `{${many(400, (i) => `"${'k'.repeat(i)}":1`)}}`],
  ])('one JSON object of sane size, not %s', async (_, body) => {
    expect(refusalFault(await post(body), { status: 400 })).toBeUndefined();
    await unchanged();
  });

  it('the deepest and the largest that is allowed', async () => {
    const deep = `{"name":"Good","filters":{"preferences_contains":{"a":${nested('[', ']', 28)}}}}`;
    const large = `{"name":"Good","filters":{"preferences_contains":{"a":[${many(11_995, () => '1')}]}}}`;
    for (const body of [deep, large, `\ufeff${GOOD}`]) expect((await post(body)).status).toBe(201);
  });

  it('nothing, or nothing in particular, where a body may be left out', async () => {
    const [{ id }] = (await app.api.get('/segments').query({ limit: 1 })).body;
    const path = `/segments/${id}/preview-users`;
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    const bodies: Partial<WireRequest>[] = [
      { headers: { authorization } },
      { headers: { authorization, 'content-type': 'text/plain', 'content-length': '0' } },
      { headers: { authorization, 'content-type': 'application/json' }, body: '{}' },
    ];
    for (const body of bodies) expect((await send(app.url, { method: 'POST', path, ...body })).status).toBe(200);
    const headers = { authorization, 'content-type': 'application/json' };
    const field = await send(app.url, { method: 'POST', path, headers, body: '{"as_of":"2026-01-01T00:00:00Z"}' });
    expect(refusalFault(field, { status: 400, pointer: '/as_of' })).toBeUndefined();
  });
});
