import { startApp, type TestApp } from './support/app';

const ALLOWED = 'https://shop.example.com';

let app: TestApp;
beforeAll(async () => (app = await startApp({ CORS_ORIGINS: [ALLOWED] })));
afterAll(() => app.close());

describe('every answer', () => {
  it.each(['/', '/health', '/segments', '/metrics', '/nothing-here', '/openapi.json', '/segments/no-id', '/segments?x=1'])(
    'has the headers that keep browsers from guessing, framing and keeping it: %s',
    async (path) => {
      for (const answer of [await app.api.get(path), await app.as().get(path), await app.api.put(path).send('x')]) {
        expect(answer.headers).toMatchObject({
          'cache-control': 'no-store',
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
          'cross-origin-resource-policy': 'same-site',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        });
        expect(answer.headers).not.toHaveProperty('x-powered-by');
        expect(answer.headers).not.toHaveProperty('server');
      }
    },
  );
});

describe('an answer that went through TLS', () => {
  const ask = (of: TestApp, path: string, proto: string) =>
    of.api.get(path).set('X-Forwarded-Proto', proto).set('X-Forwarded-For', '203.0.113.7');

  it('tells browsers to come by TLS only, where a trusted proxy says so', async () => {
    const behind = await startApp({ TRUSTED_PROXIES: ['127.0.0.1'] });
    for (const path of ['/', '/segments', '/docs']) {
      expect((await ask(behind, path, 'https')).headers).toHaveProperty('strict-transport-security', 'max-age=31536000');
      expect((await ask(behind, path, 'http')).headers).not.toHaveProperty('strict-transport-security');
    }
    await behind.close();
  });

  it('says nothing of it on the word of anybody else', async () => {
    expect((await ask(app, '/segments', 'https')).headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${app.url}/segments`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  it('may call where they are named', async () => {
    expect((await preflight(ALLOWED)).headers.get('access-control-allow-origin')).toBe(ALLOWED);
    const answer = await app.api.get('/segments').set('Origin', ALLOWED).expect(200);
    expect(answer.headers['access-control-allow-origin']).toBe(ALLOWED);
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each([
    'null',
    'https://shop.example.com.evil.example',
    'https://evil-shop.example.com',
    'https://shop.example.com:444',
    'http://shop.example.com',
    'https://sub.shop.example.com',
    'https://SHOP.example.com',
    'https://shop.example.com/',
  ])('are told apart to the letter: %s', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await app.api.get('/segments').set('Origin', origin).expect(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});
