import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Problem } from '../common/problem';
import { answerJson, drip, hang, startStubServer, type StubHandler, type StubServer } from '../../test/support/stub-server';
import type { AuthWay } from './auth-way';
import { jwt } from './jwt';

// Tokens are made with node:crypto and by hand, so that what verifies them is not what made them.
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });

const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });
const keySet = { keys: [jwk(rsa.publicKey, 'rsa'), jwk(ec.publicKey, 'ec'), jwk(ed.publicKey, 'ed')] };
const attackerSet = { keys: [jwk(theirs.publicKey, 'rsa')] };
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const issuer = 'https://login.example.com';
const audience = 'crm';
const seconds = () => Math.floor(Date.now() / 1000);
const claims = () => ({ iss: issuer, aud: audience, sub: 'ana', role: 'admin', exp: seconds() + 300, iat: seconds() });

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
type Signer = (input: string) => Buffer;
const byRsa: Signer = (input) => sign('sha256', Buffer.from(input), rsa.privateKey);
const byEc: Signer = (input) => sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
const byEd: Signer = (input) => sign(null, Buffer.from(input), ed.privateKey);
const byAttacker: Signer = (input) => sign('sha256', Buffer.from(input), theirs.privateKey);
const byHmac =
  (secret: string): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();

const RS256 = { alg: 'RS256', kid: 'rsa' };
const compact = (header: unknown, payload: unknown, signer: Signer): string => {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${signer(input).toString('base64url')}`;
};
/** A good token, but for what is given. */
const token = (changed: { header?: object; payload?: object; signer?: Signer } = {}): string =>
  compact({ ...RS256, ...changed.header }, { ...claims(), ...changed.payload }, changed.signer ?? byRsa);
/** A good token whose parts are then altered. */
const altered = (change: (parts: string[]) => string[], payload = {}): string =>
  change(token({ payload }).split('.')).join('.');

const running: StubServer[] = [];
const serve = async (handler: StubHandler): Promise<StubServer> => {
  const server = await startStubServer(handler);
  running.push(server);
  return server;
};

let jwks: StubServer;
let attacker: StubServer;
let way: AuthWay;
let passed: number; // milliseconds that the clock has been moved on
const wayTo = (jwksUrl: string): AuthWay => jwt({ jwksUrl, issuer, audience });

beforeEach(async () => {
  const realNow = Date.now.bind(Date);
  passed = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + passed);
  jwks = await serve((_req, res) => answerJson(res, 200, keySet));
  attacker = await serve((_req, res) => answerJson(res, 200, attackerSet));
  way = wayTo(`${jwks.url}/jwks.json`);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function outcome(text: string, asked = way): Promise<string> {
  try {
    const principal = await asked.authenticate(text);
    return principal ? `${principal.role} ${principal.id}` : 'invalid';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.type;
  }
}

describe('a token of the issuer', () => {
  it('names an admin', async () => {
    expect(await way.authenticate(token())).toEqual({ id: 'ana', role: 'admin', via: 'jwt' });
  });

  it.each([
    ['ES256', () => token({ header: { alg: 'ES256', kid: 'ec' }, signer: byEc })],
    ['EdDSA', () => token({ header: { alg: 'EdDSA', kid: 'ed' }, signer: byEd })],
    ['no kid, where one key of the set fits', () => token({ header: { kid: undefined } })],
    ['typ JWT', () => token({ header: { typ: 'JWT' } })],
    ['typ at+jwt', () => token({ header: { typ: 'application/at+jwt' } })],
    ['us among its audiences', () => token({ payload: { aud: ['billing', audience] } })],
    ['an end 20 seconds ago, as clocks differ', () => token({ payload: { exp: seconds() - 20 } })],
    ['a beginning in 20 seconds', () => token({ payload: { nbf: seconds() + 20 } })],
  ])('is taken with %s', async (_name, make) => {
    expect(await outcome(make())).toBe('admin ana');
  });

  it.each([
    ['another role', 'user'],
    ['no role', undefined],
    ['a list of roles', ['admin']],
    ['an object', { admin: true }],
    ['true', true],
    ['Admin', 'Admin'],
    ['a list in a string', 'user admin'],
  ])('is known but may do nothing with %s', async (_name, role) => {
    expect(await outcome(token({ payload: { role } }))).toBe('forbidden');
  });
});

describe('a forged token', () => {
  it.each<[string, () => string]>([
    ['alg none, no signature', () => token({ header: { alg: 'none' }, signer: () => Buffer.alloc(0) })],
    ['alg none under a good signature', () => token({ header: { alg: 'none' } })],
    ['alg nOnE', () => token({ header: { alg: 'nOnE' }, signer: () => Buffer.alloc(0) })],
    ['no alg', () => token({ header: { alg: undefined } })],
    ['a list of algs', () => token({ header: { alg: ['RS256'] } })],
    ['HS256 with the public key as secret', () => token({ header: { alg: 'HS256' }, signer: byHmac(publicPem) })],
    ['HS256 with its last newline cut', () => token({ header: { alg: 'HS256' }, signer: byHmac(publicPem.trim()) })],
    ['HS256 with the modulus as secret', () => token({ header: { alg: 'HS256' }, signer: byHmac(keySet.keys[0].n ?? '') })],
    ['HS256 with an empty secret', () => token({ header: { alg: 'HS256' }, signer: byHmac('') })],
    ['PS256 over an RS256 signature', () => token({ header: { alg: 'PS256' } })],
    ['RS256 with the kid of the EC key', () => token({ header: { kid: 'ec' } })],
    [
      'ES256 with a signature of zeros',
      () => token({ header: { alg: 'ES256', kid: 'ec' }, signer: () => Buffer.alloc(64) }),
    ],
    ['ES256 with a DER signature', () => token({ header: { alg: 'ES256', kid: 'ec' }, signer: derEc })],
    ['signed by another key under our kid', () => token({ signer: byAttacker })],
    ['signed by another key without kid', () => token({ header: { kid: undefined }, signer: byAttacker })],
    ['a kid nobody has', () => token({ header: { kid: 'other' } })],
    ['a kid that is a path', () => token({ header: { kid: '../../dev/null' }, signer: byHmac('') })],
    ['a kid that is no string', () => token({ header: { kid: 0 } })],
    ['jku', () => token({ header: { jku: `${attacker.url}/jwks` }, signer: byAttacker })],
    ['jku and a kid of there', () => token({ header: { jku: `${attacker.url}/jwks`, kid: 'theirs' }, signer: byAttacker })],
    ['x5u', () => token({ header: { x5u: `${attacker.url}/cert.pem` }, signer: byAttacker })],
    ['x5c', () => token({ header: { x5c: [spkiOf(theirs.publicKey)] }, signer: byAttacker })],
    ['its own key as jwk', () => token({ header: { jwk: attackerSet.keys[0] }, signer: byAttacker })],
    [
      'its own key as jwk, no kid',
      () => token({ header: { kid: undefined, jwk: attackerSet.keys[0] }, signer: byAttacker }),
    ],
    ['another issuer', () => token({ payload: { iss: 'https://evil.example.com' } })],
    ['a longer issuer', () => token({ payload: { iss: `${issuer}/` } })],
    ['no issuer', () => token({ payload: { iss: undefined } })],
    ['a list of issuers', () => token({ payload: { iss: [issuer] } })],
    ['another audience', () => token({ payload: { aud: 'billing' } })],
    ['no audience', () => token({ payload: { aud: undefined } })],
    ['an audience that holds ours', () => token({ payload: { aud: `${audience}-admin` } })],
    ['expired beyond the tolerance', () => token({ payload: { exp: seconds() - 61 } })],
    ['no exp', () => token({ payload: { exp: undefined } })],
    ['exp as text', () => token({ payload: { exp: '9999999999' } })],
    ['exp null', () => token({ payload: { exp: null } })],
    ['not valid yet', () => token({ payload: { nbf: seconds() + 61 } })],
    ['nbf as text', () => token({ payload: { nbf: '0' } })],
    ['no sub', () => token({ payload: { sub: undefined } })],
    ['a sub that is no string', () => token({ payload: { sub: { id: 'ana' } } })],
    ['a sub of two lines', () => token({ payload: { sub: 'ana\nbob' } })],
    ['made for logging out', () => token({ header: { typ: 'logout+jwt' } })],
    ['made for DPoP', () => token({ header: { typ: 'dpop+jwt' } })],
    ['a typ that is no string', () => token({ header: { typ: 5 } })],
    ['an extension that must be understood', () => token({ header: { crit: ['exp'], exp: seconds() + 300 } })],
    ['a payload that is not encoded', () => token({ header: { crit: ['b64'], b64: false } })],
    ['a role raised afterwards', () => altered(([h, , s]) => [h, encoded(claims()), s], { role: 'user' })],
    ['a header changed afterwards', () => altered(([, p, s]) => [encoded({ ...RS256, typ: 'JWT' }), p, s])],
    ['a signature cut short', () => altered(([h, p, s]) => [h, p, s.slice(0, -8)])],
    ['a signature left out', () => altered(([h, p]) => [h, p, ''])],
    ['two parts', () => altered(([h, p]) => [h, p])],
    ['five parts, as if encrypted', () => altered(([h, p, s]) => [h, s, s, p, s])],
    ['no payload', () => altered(([h, , s]) => [h, '', s])],
    ['a payload that is a list', () => compact(RS256, [claims()], byRsa)],
    ['a payload that is null', () => compact(RS256, null, byRsa)],
    ['a header that is a list', () => compact([RS256], claims(), byRsa)],
    ['no JWT', () => 'not-a-jwt'],
    ['dots', () => '..'],
    ['JSON', () => JSON.stringify(claims())],
  ])('is invalid: %s', async (_name, make) => {
    expect(await outcome(token())).toBe('admin ana'); // but for the forgery it would be taken

    expect(await outcome(make())).toBe('invalid');
    expect(attacker.requests).toEqual([]);
  });
});

describe('the key set', () => {
  it('is fetched once for many who come first', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(token())));

    expect(new Set(outcomes)).toEqual(new Set(['admin ana']));
    expect(jwks.requests).toHaveLength(1);
  });

  it('is fetched at most once in 30 seconds for keys it does not have', async () => {
    await outcome(token());
    for (let n = 0; n < 1_000; n++) expect(await outcome(token({ header: { kid: `unknown-${n}` } }))).toBe('invalid');
    expect(jwks.requests).toHaveLength(1);

    passed = 30_001;
    for (let n = 0; n < 100; n++) await outcome(token({ header: { kid: `unknown-${n}` } }));
    expect(jwks.requests).toHaveLength(2);
  });

  it('shows a key that came later', async () => {
    const later = { header: { kid: 'later' }, signer: byAttacker };
    expect(await outcome(token(later))).toBe('invalid');

    jwks.answer((_req, res) => answerJson(res, 200, { keys: [...keySet.keys, jwk(theirs.publicKey, 'later')] }));
    passed = 30_001;

    expect(await outcome(token(later))).toBe('admin ana');
  });

  it('serves for 10 minutes while the issuer is down, and then nobody is let in', async () => {
    await outcome(token());
    await jwks.close();

    passed = 599_000;
    expect(await outcome(token())).toBe('admin ana');
    passed = 600_001;
    expect(await outcome(token())).toBe('auth-unavailable');
  });

  it('drops a key that was withdrawn after 10 minutes', async () => {
    await outcome(token());
    jwks.answer((_req, res) => answerJson(res, 200, attackerSet));

    passed = 600_001;

    expect(await outcome(token())).toBe('invalid');
  });

  it.each<[string, StubHandler]>([
    ['an error', (_req, res) => answerJson(res, 500, keySet)],
    ['404', (_req, res) => answerJson(res, 404, {})],
    ['a redirect', (_req, res) => void res.writeHead(302, { location: `${attacker.url}/jwks` }).end()],
    ['no JSON', (_req, res) => void res.end('<html>')],
    ['no key set', (_req, res) => answerJson(res, 200, { keys: 'rsa' })],
    ['nothing at all', (_req, res) => hang(res)],
    ['a drip', (_req, res) => drip(res, JSON.stringify(keySet).padEnd(10_000), 10)],
  ])('lets nobody in, and is asked for again, when its address answers %s', async (_name, handler) => {
    jwks.answer(handler);
    expect(await outcome(token())).toBe('auth-unavailable');

    jwks.answer((_req, res) => answerJson(res, 200, keySet));
    expect(await outcome(token())).toBe('admin ana');
    expect(attacker.requests).toEqual([]);
  });

  it('is not needed to refuse what another issuer made, or what is no JWT', async () => {
    await jwks.close();

    expect(await outcome(token({ payload: { iss: 'https://other.example.com' } }))).toBe('invalid');
    expect(await outcome('an-opaque-token')).toBe('invalid');
    expect(await outcome(token())).toBe('auth-unavailable');
  });
});

function derEc(input: string): Buffer {
  return sign('sha256', Buffer.from(input), ec.privateKey);
}

function spkiOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
