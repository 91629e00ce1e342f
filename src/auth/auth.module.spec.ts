import request from 'supertest';
import { type GuardedApp, startGuardedApp } from '../../test/support/guarded-app';
import { answerJson, hang, startStubServer, type StubServer } from '../../test/support/stub-server';
import { ConfigError } from '../config/config';

const ADMIN = 'admin-token-0123456789-in-use-now';
const WORKER = 'worker-token-0123456789-abcdefghij';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const running: { close(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(running.map((one) => one.close())));
const start = async (env: Record<string, string>): Promise<GuardedApp> => {
  const house = await startGuardedApp(env);
  running.push(house);
  return house;
};

describe('with every way configured', () => {
  let house: GuardedApp;
  let users: StubServer;
  let jwks: StubServer;
  const http = () => request(house.app.getHttpServer());
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwtOf = (iss: string) => `${part({ alg: 'RS256', kid: 'x' })}.${part({ iss, role: 'admin' })}.c2lnbmF0dXJl`;

  beforeAll(async () => {
    users = await startStubServer((_req, res) => answerJson(res, 200, { id: 'ana', role: 'admin' }));
    jwks = await startStubServer((_req, res) => answerJson(res, 200, { keys: [] }));
    running.push(users, jwks);
    house = await start({
      ADMIN_TOKENS: ADMIN,
      AUTH_SERVICE_URL: users.url,
      JWKS_URL: jwks.url,
      JWT_ISSUER: 'https://login.example.com',
      JWT_AUDIENCE: 'crm',
    });
  });
  beforeEach(() => {
    users.answer((_req, res) => answerJson(res, 200, { id: 'ana', role: 'admin' }));
    for (const seen of [users.requests, jwks.requests, house.lines]) seen.splice(0);
  });

  it('asks nobody about a configured token', async () => {
    await http().get('/closed').set(bearer(ADMIN)).expect(200);

    expect([users.requests, jwks.requests]).toEqual([[], []]);
  });

  it('asks the auth service about what is no JWT of the issuer', async () => {
    const response = await http().get('/closed').set(bearer('opaque-session-1')).expect(200);

    expect(response.body).toEqual({ id: 'ana', role: 'admin', via: 'auth-service' });
    expect(jwks.requests).toEqual([]);
  });

  it('asks the auth service about a JWT that the key set does not vouch for', async () => {
    users.answer((_req, res) => answerJson(res, 401, {}));

    await http()
      .get('/closed')
      .set(bearer(jwtOf('https://login.example.com')))
      .expect(401);

    expect([users.requests.length, jwks.requests.length]).toEqual([1, 1]);
  });

  it('answers 403 to a known caller without the role, on every route that is not public', async () => {
    users.answer((_req, res) => answerJson(res, 200, { id: 'bob', role: 'user' }));

    for (const send of [http().get('/closed'), http().post('/closed'), http().post('/shared'), http().get('/lobby/desk')])
      await send.set(bearer('opaque-session-of-bob')).expect(403);
    await http().get('/open').set(bearer('opaque-session-of-bob')).expect(200);
  });

  it('answers 503 with Retry-After when the auth service fails, and lets nobody in', async () => {
    users.answer((_req, res) => answerJson(res, 500, { id: 'ana', role: 'admin' }));

    const response = await http().get('/closed').set(bearer('opaque-session-2')).expect(503);

    expect(response.body.type).toBe('auth-unavailable');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(house.lines).toEqual(['Refused a caller (auth-service: answered 500)']);
    await http().get('/closed').set(bearer(ADMIN)).expect(200);
    await http().get('/open').expect(200);
  });

  it('answers 503 when the auth service does not answer within 2 seconds', async () => {
    users.answer((_req, res) => hang(res));

    const response = await http().get('/closed').set(bearer('opaque-session-3')).expect(503);

    expect(response.body.type).toBe('auth-unavailable');
    expect(house.lines).toEqual(['Refused a caller (auth-service: no answer in time)']);
  });
});

describe('the settings', () => {
  it.each<Record<string, string>>([{}, { WORKER_TOKENS: WORKER }])(
    'are refused when nobody could be an admin: %j',
    async (env) => {
      await expect(start(env)).rejects.toThrow(ConfigError);
      await expect(start(env)).rejects.toThrow(/ADMIN_TOKENS, AUTH_SERVICE_URL or JWKS_URL must be set/);
    },
  );

  it('leave out the ways that are not configured', async () => {
    const users = await startStubServer((_req, res) => answerJson(res, 200, { id: 'ana', role: 'admin' }));
    running.push(users);
    const house = await start({ AUTH_SERVICE_URL: users.url });

    await request(house.app.getHttpServer()).get('/closed').set(bearer('opaque-session')).expect(200);
    await request(house.app.getHttpServer()).get('/closed').set(bearer('')).expect(401);
  });
});
