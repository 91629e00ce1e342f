import { request as rawRequest } from 'node:http';
import request from 'supertest';
import { type GuardedApp, startGuardedApp } from '../../test/support/guarded-app';

const ADMIN = 'admin-token-0123456789-in-use-now';
const NEXT = 'admin-token-0123456789-the-next-one';
const WORKER = 'worker-token-0123456789-abcdefghij';
const STRANGER = 'a-token-that-nobody-has-ever-seen';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

let house: GuardedApp;
const http = () => request(house.app.getHttpServer());
beforeAll(async () => (house = await startGuardedApp({ ADMIN_TOKENS: `${ADMIN},${NEXT}`, WORKER_TOKENS: WORKER })));
beforeEach(() => void house.lines.splice(0));
afterAll(() => house.close());

it.each([
  ['GET', '/open', 200, 200, 200, 200],
  ['GET', '/lobby', 200, 200, 200, 200],
  ['GET', '/lobby/desk', 401, 401, 200, 200],
  ['GET', '/closed', 401, 401, 403, 200],
  ['HEAD', '/closed', 401, 401, 403, 200],
  ['POST', '/closed', 401, 401, 403, 201],
  ['POST', '/shared', 401, 401, 201, 201],
])('%s %s: nobody %i, a stranger %i, a worker %i, an admin %i', async (method, path, nobody, stranger, worker, admin) => {
  const send = (headers: Record<string, string>) => http()[method.toLowerCase() as 'get'](path).set(headers);

  expect((await send({})).status).toBe(nobody);
  expect((await send(bearer(STRANGER))).status).toBe(stranger);
  expect((await send(bearer(WORKER))).status).toBe(worker);
  expect((await send(bearer(ADMIN))).status).toBe(admin);
  expect((await send(bearer(NEXT))).status).toBe(admin);
});

it('gives the caller to the controller', async () => {
  const asWorker = await http().post('/shared').set(bearer(WORKER)).expect(201);
  const asAdmin = await http().post('/shared').set(bearer(ADMIN)).expect(201);

  expect(asWorker.body).toEqual({ id: expect.stringMatching(/^token:[0-9a-f]{8}$/), role: 'worker', via: 'token' });
  expect(asAdmin.body).toEqual({ id: expect.stringMatching(/^token:[0-9a-f]{8}$/), role: 'admin', via: 'token' });
});

it('has no caller to give on a public route, which is a mistake of the route', async () => {
  await http().get('/mistake').set(bearer(ADMIN)).expect(500);
});

it('says with 401 how to authenticate, and with 403 what is missing', async () => {
  const unknown = await http().get('/closed').expect(401);
  const worker = await http().get('/closed').set(bearer(WORKER)).expect(403);

  expect(unknown.headers['www-authenticate']).toBe('Bearer');
  expect(unknown.body.type).toBe('unauthenticated');
  expect(worker.headers['www-authenticate']).toBeUndefined();
  expect(worker.body.type).toBe('forbidden');
});

it.each([
  ['lower case', `bearer ${ADMIN}`],
  ['upper case', `BEARER ${ADMIN}`],
  ['more spaces', `Bearer   ${ADMIN}`],
])('takes the scheme in %s', async (_name, authorization) => {
  await http().get('/closed').set({ authorization }).expect(200);
});

it.each([
  ['nothing', ''],
  ['no scheme', ADMIN],
  ['no token', 'Bearer'],
  ['no token but a space', 'Bearer '],
  ['no space', `Bearer${ADMIN}`],
  ['a tab', `Bearer\t${ADMIN}`],
  ['Basic', `Basic ${Buffer.from(`admin:${ADMIN}`).toString('base64')}`],
  ['Basic with the bare token', `Basic ${ADMIN}`],
  ['another scheme', `Token ${ADMIN}`],
  ['a longer scheme', `XBearer ${ADMIN}`],
  ['two tokens', `Bearer ${ADMIN} ${ADMIN}`],
  ['a list of tokens', `Bearer ${ADMIN}, Bearer ${ADMIN}`],
  ['letters beyond ASCII', `Bearer ${ADMIN}\xe9`],
  ['8,193 characters', `Bearer ${'a'.repeat(8_193)}`],
])('asks nobody about a header with %s', async (_name, authorization) => {
  await http().get('/closed').set({ authorization }).expect(401);

  expect(house.lines).toEqual(['Refused a caller (no usable bearer token)']);
});

it.each([
  ['a prefix of a token', ADMIN.slice(0, -1)],
  ['a token and more', `${ADMIN}x`],
  ['a token in quotes', `"${ADMIN}"`],
  ['both tokens as they stand in the settings', `${ADMIN},${NEXT}`],
  ['8,192 characters', 'a'.repeat(8_192)],
])('does not know %s', async (_name, token) => {
  await http().get('/closed').set(bearer(token)).expect(401);

  expect(house.lines).toEqual(['Refused a caller (no configured way knows the token)']);
});

it.each([
  [ADMIN, STRANGER],
  [STRANGER, ADMIN],
  [ADMIN, ADMIN],
])('refuses two headers rather than choose one (%#)', async (first, second) => {
  const headers = ['Host', 'crm', 'Authorization', `Bearer ${first}`, 'Authorization', `Bearer ${second}`];

  const status = await new Promise((resolve, reject) => {
    rawRequest({ port: house.port, host: '127.0.0.1', path: '/closed', headers }, (res) => resolve(res.resume().statusCode))
      .on('error', reject)
      .end();
  });

  expect(status).toBe(401);
});

it.each(['token', 'access_token', 'api_key', 'authorization', 'Authorization'])(
  'never takes a token from ?%s= or a cookie or another header',
  async (name) => {
    await http().get(`/closed?${name}=${ADMIN}`).expect(401);
    await http()
      .post('/closed')
      .send({ [name]: ADMIN })
      .expect(401);
    await http().get('/closed').set('Cookie', `${name}=${ADMIN}`).expect(401);
    await http().get('/closed').set(`X-${name}`, ADMIN).expect(401);
  },
);

it.each([
  '/closed/',
  '//closed',
  '/CLOSED',
  '/closed?x=1',
  '/open/../closed',
  '/%63losed',
  '/closed%2f',
  '/lobby/..%2fclosed',
])('cannot be walked around by %s', async (path) => {
  const response = await http().get(path);

  expect([401, 404]).toContain(response.status);
});

it('logs a line for each refusal, with the reason and nothing that was sent', async () => {
  await http().get('/closed?token=in-the-address');
  await http().get('/closed').set('Authorization', 'Basic c2VjcmV0');
  await http().get('/closed').set(bearer(STRANGER));
  await http().get('/closed').set(bearer(WORKER));
  await http().get('/closed').set(bearer(ADMIN));

  expect(house.lines).toEqual([
    'Refused a caller (no usable bearer token)',
    'Refused a caller (no usable bearer token)',
    'Refused a caller (no configured way knows the token)',
    'Refused a caller (token: not open to the role worker)',
  ]);
});
