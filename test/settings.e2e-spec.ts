import { variables } from '../src/config/variables';
import { shownVariables } from '../src/config/shown-variables';
import { configurationOf } from '../src/settings/configuration';
import { type Config, loadConfig } from '../src/config/config';
import { AppModule } from '../src/app.module';
import { eventually } from './support/eventually';
import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { examined } from './support/doctor';
import { startTcpProxy } from './support/tcp-proxy';

let app: TestApp;
beforeAll(async () => void (app = await startApp({ DATABASE_POOL_SIZE: 3 })));
afterAll(() => app.close());

interface Variable {
  name: string;
  value: string;
  is_default: boolean;
}

describe('the settings', () => {
  it('say what runs, where, and since when', async () => {
    // the column index is off until it has looked once
    await eventually(async () => expect((await app.api.get('/column-index')).body).toMatchObject({ state: 'waiting' }));

    const { body } = await app.api.get('/settings').expect(200);

    const [{ name, version }] = await app.db.query(
      `SELECT current_database() AS name, current_setting('server_version') AS version`,
    );
    expect(body).toMatchObject({
      name: 'crm-service',
      node_version: process.versions.node,
      roles: ['api', 'dispatcher'],
      database: { name, server_version: version, schema: 'crm', customers_schema: 'public', embedded: false },
      column_index: (await app.api.get('/column-index').expect(200)).body as object,
    });
    expect(Date.now() - Date.parse(body.started_at as string)).toBeGreaterThan(0);
    expect(body.configuration.map((variable: Variable) => variable.name)).toEqual(Object.keys(variables));
    const pool = body.configuration.find((variable: Variable) => variable.name === 'DATABASE_POOL_SIZE') as Variable;
    expect(pool).toMatchObject({ value: '3', is_default: false, meaning: 'Connections one process holds at most.' });
    expect(body.limits).toContainEqual(expect.objectContaining({ name: 'list_items', value: 1000, unit: 'items' }));
  });

  it('are for admins', async () => {
    await app.as(WORKER_TOKEN).get('/settings').expect(403);
    await app.as(WORKER_TOKEN).get('/settings/diagnosis').expect(403);
  });
});

describe('the configuration that is shown', () => {
  const SECRET = 'canary-4f1d9a7c';
  const env = {
    ADMIN_TOKENS: `${SECRET}-admin,another-${SECRET}`,
    WORKER_TOKENS: `${SECRET}-worker`,
    DATABASE_URL: `postgres://crm:${SECRET}@db.intranet:5432/shop?sslpassword=${SECRET}`,
    DELIVERY_WEBHOOK_URL: `https://hooks.example.com/services/${SECRET}`,
    DELIVERY_WEBHOOK_SECRET: `whsec_${Buffer.from(SECRET.repeat(2)).toString('base64')}`,
    SMTP_URL: `smtp://mailer:${SECRET}@mail.example.com:587`,
    JWKS_URL: 'https://login.example.com/keys',
    JWT_ISSUER: `https://${SECRET}@login.example.com`,
    JWT_AUDIENCE: 'crm',
    CORS_ORIGINS: 'https://one.example.com,https://two.example.com',
    DELIVER: 'email=smtp,sms=log',
    SEND_RATE: 'email=10',
  };
  const valueOf = (config: Config) => Object.fromEntries(configurationOf(config).map(({ name, value }) => [name, value]));

  it('has no secret in it, and addresses without what lets somebody in', () => {
    const shown = valueOf(loadConfig(env));

    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect(JSON.stringify(shown)).not.toContain('whsec_');
    expect(shown).toMatchObject({
      ADMIN_TOKENS: 'set',
      WORKER_TOKENS: 'set',
      DATABASE_URL: 'postgres://db.intranet:5432/shop',
      DELIVERY_WEBHOOK_URL: 'set',
      DELIVERY_WEBHOOK_SECRET: 'set',
      SMTP_URL: 'smtp://mail.example.com:587',
      JWT_ISSUER: 'https://login.example.com/',
      CORS_ORIGINS: 'https://one.example.com,https://two.example.com',
      DELIVER: 'email=smtp,sms=log',
      SEND_RATE: 'email=10',
      OLLAMA_HOST: 'http://ollama:11434',
    });
  });

  it('says what is not set, and that it is so by default', () => {
    const shown = configurationOf(loadConfig({ ADMIN_TOKENS: '' }));
    expect(shown.find(({ name }) => name === 'ADMIN_TOKENS')).toMatchObject({ value: 'not set', is_default: true });
    expect(shown.find(({ name }) => name === 'DATABASE_URL')).toMatchObject({ value: 'not set', is_default: true });
    expect(shown.filter(({ is_default }) => !is_default)).toEqual([]);
  });

  it('never shows what its name calls a secret, and what it shows is a variable', () => {
    const suspicious = Object.keys(variables).filter((name) =>
      /TOKEN|SECRET|PASSWORD|(_|^)KEY|CREDENTIAL|WEBHOOK/.test(name),
    );
    expect(suspicious.length).toBeGreaterThan(3);
    expect(suspicious.filter((name) => shownVariables.has(name))).toEqual([]);
    expect([...shownVariables].filter((name) => !Object.hasOwn(variables, name))).toEqual([]);
  });

  it('is what was given, not what the start made of it', () => {
    const given = loadConfig({});
    const used: Config = { ...given, DATABASE_URL: 'postgres://embedded', ADMIN_TOKENS: ['made-by-the-start-0123'] };
    expect(AppModule.with(used, given).imports).toContainEqual(
      expect.objectContaining({ providers: expect.arrayContaining([expect.objectContaining({ useValue: given })]) }),
    );
  });
});

describe('the diagnosis', () => {
  it('is what npm run doctor says, and changes nothing', async () => {
    const { code, checked_at, ...said } = await examined(app.db.url, { DATABASE_POOL_SIZE: '3' });
    const { body } = await app.api.get('/settings/diagnosis').expect(200);
    const quiet = ({ findings }: { findings: { id: string }[] }) => findings.filter(({ id }) => id !== 'connections');

    expect([code, Date.parse(body.checked_at as string) >= Date.parse(checked_at)]).toEqual([0, true]);
    expect(quiet(body)).toEqual(quiet(said));
    expect(body.database).toEqual(said.database);
  });

  it('finds what is wrong', async () => {
    const other = await startApp({ ROLES: ['api'] });
    await other.db.query('DROP TABLE purchase_history');
    const { body } = await other.api.get('/settings/diagnosis').expect(200);
    await other.close();
    expect(body.summary.error).toBeGreaterThan(0);
    expect(body.findings).toContainEqual(expect.objectContaining({ id: 'table-missing', level: 'error' }));
  });

  it('is made once for all who ask at the same moment, on one connection that is gone afterwards', async () => {
    const connections = async () =>
      (await app.db.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%crm%'`))
        .length;
    const before = await connections();
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.api.get('/settings/diagnosis').expect(200)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await connections()).toBeLessThanOrEqual(before + 3); // the pool may have grown
  });

  it('is refused, not waited for, where the database is gone', async () => {
    const network = await startTcpProxy(process.env.TEMPLATE_URL!);
    const other = await startApp((url) => ({ DATABASE_URL: network.through(url), ROLES: ['api'] }));
    await network.refuse();
    await other.api.get('/settings/diagnosis').expect(503);
    await other.api.get('/settings').expect(503);
    await network.forward();
    await other.close();
    await network.close();
  });
});

it('says who is calling, to workers as well', async () => {
  expect((await app.api.get('/me').expect(200)).body).toEqual({
    role: 'admin',
    via: 'token',
    name: expect.stringMatching(/^token:[0-9a-f]{8}$/),
  });
  expect((await app.as(WORKER_TOKEN).get('/me').expect(200)).body).toMatchObject({ role: 'worker', via: 'token' });
  await app.as().get('/me').expect(401);
});
