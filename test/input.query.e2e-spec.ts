import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import { openapi } from './support/contract';
import { refusalFault } from './support/refusal';
import { send } from './support/wire';

/** One of the customers: who is looked for by his id must be there. */
const CUSTOMER = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';

let app: TestApp;
let ids: Record<string, string>;
/** What must be in a write that takes parameters as well. */
let bodies: Record<string, object>;
let before: Record<string, string>;

beforeAll(async () => {
  app = await startApp();
  const { make, api } = app;
  await make.customers(2);
  await make.customer({ id: CUSTOMER });
  const segment = await make.segment();
  const other = await make.segment();
  const campaign = await make.campaign([segment]);
  const dispatch = (await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
  const [{ id, user_id }] = (await api.get('/notifications').expect(200)).body;
  const webhook = (
    await api
      .post('/webhooks')
      .send({ url: 'https://93.184.215.14/', events: ['dispatch.failed'] })
      .expect(201)
  ).body;
  ids = {
    segment_id: segment.id,
    campaign_id: campaign.id,
    dispatch_id: dispatch.id,
    notification_id: id,
    user_id,
    suppression_id: user_id,
    webhook_id: webhook.id,
    filter_key: 'stores_in',
  };
  bodies = {
    '/segments/preview': { filters: {} },
    '/segments/overlap': { segment_ids: [segment.id, other.id] },
  };
  before = await contents(app.db);
});
afterAll(async () => {
  expect(await contents(app.db)).toEqual(before);
  await app.close();
});

interface Operation {
  parameters?: { name: string; in: string }[];
}
/** Every operation with its parameters, out of the API document. */
const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    method,
    path,
    parameters: (operation as Operation).parameters ?? [],
  })),
);
const taking = (parameter: string) =>
  operations.filter(({ parameters }) => parameters.some((one) => one.in === 'query' && one.name === parameter));

const address = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name]);
/** To the letter, as an admin. */
const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  send(app.url, { method: method.toUpperCase(), path, headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers } });

/** The operation with this query, and with the body it needs. */
const asked = (method: string, path: string, query: string) => {
  const body = bodies[path] && JSON.stringify(bodies[path]);
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, ...(body && { 'content-type': 'application/json' }) };
  return send(app.url, { method: method.toUpperCase(), path: `${address(path)}?${query}`, headers, body });
};

/** A list of words: shorter to read than as many quotes. */
const words = (text: string) => text.trim().split(/\s+/);

/** Asks every operation that takes the parameter for each of these values; what was not refused as it must be. */
async function wrongly(parameter: string, values: string[], twice: string): Promise<string[]> {
  const wrong: string[] = [];
  expect(taking(parameter)).not.toEqual([]);
  for (const { method, path } of taking(parameter))
    for (const value of ['', ...values, `${twice}&${parameter}=${twice}`]) {
      const answer = await asked(method, path, `${parameter}=${value}`);
      const fault = refusalFault(answer, { status: 400, pointer: `/${parameter}` });
      if (fault) wrong.push(`${method} ${path}?${parameter}=${value} ${fault}`);
    }
  return wrong;
}

describe('query parameters that are refused', () => {
  it.each([
    ['limit', '0 1001 -1 %2B1 +1 1e2 0x10 1.0 %201 1%20 ٣ NaN Infinity null 1%00 99999999999999999999 1,2', '1'],
    ['total', 'TRUE 1 0 no null true%20 {}', 'true'],
    ['is_active', 'True 1 yes undefined false%00', 'false'],
    ['counts', 'True 1 yes null true%20', 'true'],
    ['trend', 'True 1 yes null true%20', 'true'],
    ['used_by', 'True 1 yes null true%20', 'false'],
    ['kind', "Campaign run dry-run test,campaign null toString '%20OR%201=1-- %00", 'dry_run'],
    ['within_days', '0 366 -1 %2B1 1e1 0x10 1.0 null 99999999999999999999', '365'],
    ['in_force', 'True 1 yes null true%20', 'true'],
    ['channel', "Email EMAIL email,sms fax null * toString '%20OR%201=1-- email%00", 'email'],
    ['source', "Index INDEX memory index,database '%20OR%201=1-- toString %00", 'database'],
    ['reveal', 'E-mail Email email,email true 1 * constructor', 'email'],
    ['sample', '51 -1 %2B1 1e1 0x10 1.0 null 99999999999999999999', '50'],
    ['status', "QUEUED toString constructor 0 queued,sent '%20OR%201=1-- %00", 'failed'],
    [
      'user_id',
      `0 null me '%20OR%20''=' {a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11} a0eebc999c0b4ef8bb6d6bb9bd380a11 a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11%0A
       urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`,
      CUSTOMER,
    ],
    ['campaign_id', "0 null * '%20OR%20''=' a0eebc999c0b4ef8bb6d6bb9bd380a11", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    [
      'as_of',
      `now today yesterday epoch infinity -infinity allballs J2451187 0 1767225600 2026 2026-01-01 2026-01-01T00:00 2026-01-01T00:00:00
       2026-01-01%2000:00:00Z 2026-01-01T00:00:00z 2026-01-01t00:00:00Z 20260101T000000Z 2026-W01-1T00:00:00Z 2026-001T00:00:00Z
       2024-02-30T00:00:00Z 2023-02-29T00:00:00Z 2026-13-01T00:00:00Z 2026-00-01T00:00:00Z 2026-01-00T00:00:00Z 2026-04-31T00:00:00Z
       2026-01-01T24:00:00Z 2026-01-01T23:60:00Z 2026-01-01T23:59:60Z 2026-01-01T25:00:00Z 2026-01-01T00:00:00.Z 2026-01-01T00:00:00.1234567Z
       0000-01-01T00:00:00Z 0001-01-01T00:00:00Z 1969-12-31T23:59:59Z 2201-01-01T00:00:00Z 9999-12-31T00:00:00Z 275760-09-13T00:00:00Z
       %2B275760-09-13T00:00:00Z -002026-01-01T00:00:00Z 2026-01-01T00:00:00+02:00 2026-01-01T00:00:00%2B2 2026-01-01T00:00:00%2B0200
       2026-01-01T00:00:00%2B15:00 2026-01-01T00:00:00%2B02:60 2026-01-01T00:00:00+Europe/Berlin 2026-01-01T00:00:00Z%20BC
       2026-01-01T00:00:00Z%00 2026-01-01T00:00:00Z%0A %202026-01-01T00:00:00Z ２０２６-01-01T00:00:00Z`,
      '2026-01-01T00:00:00Z',
    ],
  ])('a value of %s that is none, or two of them', async (parameter, values, good) => {
    expect(await wrongly(parameter, words(values), good)).toEqual([]);
    for (const { method, path } of taking(parameter))
      expect([path, (await asked(method, path, `${parameter}=${good}`)).status]).toEqual([path, 200]);
  });

  it('a value of dry_run that is none, or two of them: what was to be looked at only is not sent', async () => {
    expect(await wrongly('dry_run', words('TRUE 1 yes null true%20 {}'), 'true')).toEqual([]);
  });

  it('a reason of another list', async () => {
    const others = words("Targeted targeted,excluded null constructor '%20OR%201=1-- %00");
    expect(await wrongly('reason', others, 'targeted')).toEqual([]);
    for (const [path, reason] of [
      ['/suppressions', 'targeted'],
      [`/dispatches/${ids.dispatch_id}/audience`, 'bounced'],
    ])
      expect(
        refusalFault(await ask('get', `${path}?reason=${reason}`), { status: 400, pointer: '/reason' }),
      ).toBeUndefined();
  });

  it('a parameter that nobody knows, in whatever clothes', async () => {
    const names = words(
      'offset page order Limit limit%00 limit[] limit[$gt] limit.a __proto__ constructor toString %FF %zz',
    );
    for (const { method, path } of taking('limit'))
      for (const name of ['', ...names]) {
        const answer = await ask(method, `${address(path)}?${name}=1`);
        expect([path, name, refusalFault(answer, { status: 400 })]).toEqual([path, name, undefined]);
      }
    const many = Array.from({ length: 1500 }, (_, i) => `k${i}=1`).join('&');
    expect(refusalFault(await ask('get', `/segments?${many}`), { status: 400 })).toBeUndefined();
  });
});

describe('query parameters that are taken', () => {
  it.each([
    ['/segments?limit=', words('1 2 999 1000 0001')],
    ['/notifications?user_id=', words('11111111-1111-1111-1111-111111111111 ABCDEF00-0000-0000-0000-000000000000')],
  ])('%s', async (path, values) => {
    for (const value of values) expect([value, (await ask('get', path + value)).status]).toEqual([value, 200]);
  });

  it('as_of in every form an instant has', async () => {
    const instants = words(
      '1970-01-01T00:00Z 2024-02-29T23:59:59.999999Z 2200-12-31T23:59:59%2B14:00 2026-03-29T02:30:00-12:00',
    );
    for (const instant of instants)
      expect((await ask('post', `/segments/${ids.segment_id}/preview-users?as_of=${instant}`)).status).toBe(200);
  });
});

describe('addresses that are refused', () => {
  it('an id that is none', async () => {
    const none =
      words(`0 null undefined * ..%2f '%20OR%201=1-- %00 %0a a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11%00 a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g
      {a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11} %F0%9F%98%80 [object%20Object] 1:2 99999999999999999999 -1 1e3 01
      1:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11%0a 99999999999999999999:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`);
    for (const { method, path, parameters } of operations)
      for (const { name } of parameters.filter((one) => one.in === 'path'))
        for (const id of [...none, '9'.repeat(400)]) {
          const answer = await ask(method, path.replace(`{${name}}`, id), { 'if-match': '*' });
          const [status, type] = ['segment_id', 'campaign_id', 'user_id', 'webhook_id'].includes(name)
            ? [400, 'bad-request']
            : [404, name === 'token' ? 'not-found' : name.replace(/_(id|key)$/, '-not-found')];
          expect([method, path, id, refusalFault(answer, { status, type })]).toEqual([method, path, id, undefined]);
        }
  });

  it('escapes that cannot be read', async () => {
    for (const path of words(
      '/segments/% /segments/%zz /segments/%ff /segments/%e0%a4%a /segments/%c0%af /%ff /notifications/%ed%a0%80',
    ))
      expect([path, refusalFault(await ask('get', path), { status: 400 })]).toEqual([path, undefined]);
  });

  it('an address of 15 KB, and one that is too long for any server', async () => {
    const unknown = await ask('get', `/${'x'.repeat(15_000)}`);
    expect(refusalFault(unknown, { status: 404, type: 'not-found' })).toBeUndefined();
    const known = await ask('get', `/segments?cursor=${'x'.repeat(15_000)}`);
    expect(refusalFault(known, { status: 400, pointer: '/cursor' })).toBeUndefined();
    expect((await fetch(`${app.url}/${'x'.repeat(40_000)}`)).status).toBe(431);
  });
});

describe('If-Match', () => {
  const edited = ['/segments/{segment_id}', '/campaigns/{campaign_id}'];
  const edit = (path: string, headers: Record<string, string>) =>
    send(app.url, {
      method: 'PATCH',
      path: address(path),
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
      body: '{"name":"Edited"}',
    });

  it.each(edited)('must stand in an edit of %s, and name what is there', async (path) => {
    expect(refusalFault(await edit(path, {}), { status: 428, type: 'precondition-required' })).toBeUndefined();
    const others = [
      '',
      '"0"',
      '"2"',
      '"-1"',
      '1',
      'W/"1"',
      '"1", "2"',
      '"1',
      '"01x"',
      '"1e0"',
      '"99999999999999999999"',
      '**',
      '"*"',
      "'1'",
      '"1"; x',
      '""',
    ];
    for (const etag of others)
      expect([
        etag,
        refusalFault(await edit(path, { 'if-match': etag }), { status: 412, type: 'precondition-failed' }),
      ]).toEqual([etag, undefined]);
    for (const etag of others) {
      const answer = await ask('delete', address(path), { 'if-match': etag });
      expect([etag, refusalFault(answer, { status: 412, type: 'precondition-failed' })]).toEqual([etag, undefined]);
    }
  });
});
