import { startApp, type TestApp } from './support/app';
import { buildService } from './support/service-process';

let app: TestApp;
beforeAll(async () => {
  buildService();
  app = await startApp();
}, 120_000);
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(app.url + path, { headers, redirect: 'manual' });
const scriptOf = async () => /src="(\/admin\/assets\/[^"]+\.js)"/.exec(await (await get('/admin/')).text())![1];

describe('the dashboard at /admin', () => {
  it('is a page that needs no token and may do nothing but run our scripts and ask us', async () => {
    const page = await get('/admin/');

    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';base-uri 'none';object-src 'none';frame-ancestors 'none';form-action 'none';require-trusted-types-for 'script'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
    expect(page.headers.has('strict-transport-security')).toBe(false);
  });

  it('is the same page at every address of its own', async () => {
    const [front, deep] = await Promise.all(['/admin/', '/admin/segments/new?step=2'].map((path) => get(path)));

    expect(deep.status).toBe(200);
    expect(await deep.text()).toBe(await front.text());
    expect((await get('/admin')).headers.get('location')).toBe('/admin/');
  });

  it('has scripts that are kept for good, and compressed for whoever can read that', async () => {
    const script = await get(await scriptOf(), { 'Accept-Encoding': 'gzip' });

    expect(script.status).toBe(200);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-encoding')).toBe('gzip');
  });

  it.each([
    '/admin/assets/index-of-last-week.js',
    '/admin/assets/../../../package.json',
    '/admin/assets/%2e%2e/%2e%2e/package.json',
  ])('says that a file is gone and not that it is the page: %s', async (path) => {
    const answer = await get(path);

    expect(await answer.text()).not.toContain('"dependencies"');
    expect(answer.status === 404 || answer.status === 401).toBe(true);
  });

  it('leaves the rest of the service as it is', async () => {
    expect((await get('/administration')).status).toBe(401);
    expect((await fetch(`${app.url}/admin/`, { method: 'POST' })).status).toBe(401);
    expect((await get('/segments')).headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
  });

  it('is not served by a process that does not answer requests', async () => {
    const dispatcher = await startApp({ ROLES: ['dispatcher'] });

    expect((await fetch(`${dispatcher.url}/admin/`)).status).toBe(404);

    await dispatcher.close();
  });
});
