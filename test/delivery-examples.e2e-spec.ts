import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { dispatched, forget, progressOf, reconcile, show, workerOf } from './support/delivery';
import { eventually } from './support/eventually';
import { buildService } from './support/service-process';
import { answerJson, startStubServer, type StubServer } from './support/stub-server';

jest.setTimeout(60_000);

const example = (name: string) => join(__dirname, '../examples', name);
let app: TestApp;
/** Stands for whoever sends mails and text messages. */
let provider: StubServer;
beforeAll(async () => {
  buildService(); // with the package that worker.mjs imports
  app = await startApp();
  provider = await startStubServer(() => undefined);
});
beforeEach(() => forget(app));
afterAll(async () => {
  await provider.close();
  await app.close();
});

const workers: [name: string, needs: string[], command: () => string[]][] = [
  ['worker.sh', ['bash', 'curl', 'jq'], () => ['bash', example('worker.sh')]],
  ['worker.mjs', [], () => [process.execPath, example('worker.mjs')]],
  ['worker.py', ['python3'], () => ['python3', example('worker.py')]],
];

/** Which of the programs an example needs are not here: then its tests say so, and pass. */
const missingOf = (needs: string[]) => needs.filter((program) => spawnSync(program, ['--version']).error);

describe.each(workers)('examples/%s', (name, needs, command) => {
  const missing = missingOf(needs);
  let child: ChildProcess | undefined;
  let said = '';
  afterEach(() => void child?.kill('SIGKILL'));

  /** A test that says so where it cannot be run here. */
  const where = (title: string, work: () => Promise<void>) =>
    it(title, async () => {
      if (missing.length > 0) console.warn(`examples/${name} is not tested: ${missing.join(', ')} is not here`);
      else await work();
    });

  const start = (env: Record<string, string> = {}) => {
    const [program, ...args] = command();
    const settings = {
      CRM_URL: app.url,
      CRM_TOKEN: WORKER_TOKEN,
      CHANNEL: 'email',
      PROVIDER_URL: `${provider.url}/send`,
      ...env,
    };
    child = spawn(program, args, { env: { PATH: process.env.PATH, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    said = '';
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return new Promise<number | null>((done) => child!.once('close', done));
  };
  const delivered = () => provider.requests.map(({ headers }) => headers['idempotency-key']).sort();

  where('says which of its settings is missing before it claims anything', async () => {
    const all = await dispatched(app, 1, { channel: 'email' });
    expect(await start({ PROVIDER_URL: '' })).not.toBe(0);
    expect(said).toContain('PROVIDER_URL');
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'queued', attempts: 0 });
  });

  where('delivers what there is and what comes, each once, and says what became of it', async () => {
    provider.requests.length = 0;
    const all = await dispatched(app, 30, { channel: 'email', title: 'News' });
    const [busy, wrong] = [all.ids[3], all.ids[7]];
    provider.answer((req, res) => {
      const id = String(req.headers['idempotency-key']);
      if (id === busy) return void res.writeHead(503, { 'retry-after': '600' }).end();
      answerJson(res, id === wrong ? 422 : 200, { id: `m-${id}` });
    });

    const exited = start();
    const patience = 45; // the shell needs a few processes for each delivery
    await eventually(
      async () =>
        expect([await progressOf(app, all), said]).toEqual([
          { queued: 1, sent: 28, failed: 1, cancelled: 0 },
          expect.anything(),
        ]),
      patience,
    );
    const later = await dispatched(app, 1, { channel: 'email' });
    await eventually(async () => expect(await progressOf(app, later)).toMatchObject({ sent: 1 }));
    child!.kill('SIGTERM');

    expect([await exited, said]).toEqual([0, expect.anything()]);
    expect(delivered()).toEqual([...all.ids, ...later.ids].sort());
    expect(JSON.parse(provider.requests[0].body)).toEqual({
      to: expect.stringContaining('@example.invalid'),
      title: 'News',
      message: 'See you at the market!',
    });
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'sent', meta: { provider_id: `m-${all.ids[0]}` } });
    expect(await show(app, wrong)).toMatchObject({ status: 'failed', error: 'provider: 422' });
    expect(await show(app, busy)).toMatchObject({ status: 'queued', error: 'provider: 503', attempts: 1 });
    const [{ seconds }] = await app.db.query<{ seconds: string }>(
      'SELECT extract(epoch FROM due_at - now()) AS seconds FROM notification_retries',
    );
    expect(Number(seconds)).toBeGreaterThan(500);
  });

  where('stopped in the middle of a batch, settles what was delivered and gives back the rest', async () => {
    provider.requests.length = 0;
    const all = await dispatched(app, 20, { channel: 'email' });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    provider.answer(async (_req, res) => {
      if (provider.requests.length > 1) await held;
      answerJson(res, 200, {});
    });

    const exited = start();
    await eventually(() => expect(provider.requests.length).toBeGreaterThan(1));
    child!.kill('SIGTERM');
    letGo();

    expect([await exited, said]).toEqual([0, expect.anything()]);
    const { sent } = await reconcile(app, all);
    expect(sent).toBe(provider.requests.length);
    const rest = await workerOf(app).claim();
    expect([...rest.ids, ...delivered()].sort()).toEqual(all.ids);
    expect(rest.notifications.every(({ attempt }) => attempt === 1)).toBe(true);
  });

  if (name !== 'worker.sh')
    where('holds its lease while a delivery takes long', async () => {
      const all = await dispatched(app, 1, { channel: 'email' });
      let letGo = () => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      provider.answer(async (_req, res) => {
        await held;
        answerJson(res, 200, {});
      });

      const exited = start({ LEASE_SECONDS: '5' });
      await eventually(async () =>
        expect(
          await app.db.query(
            `SELECT FROM notification_leases WHERE lease_until - claimed_at > interval '6 s' AND ended_at IS NULL`,
          ),
        ).toHaveLength(1),
      );
      letGo();
      await eventually(async () => expect(await progressOf(app, all)).toMatchObject({ sent: 1 }));
      child!.kill('SIGTERM');

      expect(await exited).toBe(0);
    });
});

describe('examples/journey.sh', () => {
  it('goes the whole way, from a segment to settled notifications', async () => {
    const missing = missingOf(['bash', 'curl', 'jq']);
    if (missing.length > 0) return console.warn(`examples/journey.sh is not tested: ${missing.join(', ')} is not here`);
    for (let n = 0; n < 3; n++) await app.make.customer({ preferences: { walks: 'along' } });
    await app.make.customer();

    const said = await new Promise<string>((done, fail) =>
      execFile(
        'bash',
        [example('journey.sh'), '{"preferences_contains": {"walks": "along"}}'],
        { env: { PATH: process.env.PATH, CRM_URL: app.url, CRM_TOKEN: ADMIN_TOKEN } },
        (error, stdout, stderr) => (error ? fail(new Error(`${error.message}\n${stdout}\n${stderr}`)) : done(stdout)),
      ),
    );

    expect(said).toContain('dry run: {"matched":3,"targeted":3}');
    expect(said).toContain('{"sent":3,"failed":0,"retrying":0,"open":0,"rejected":[]}');
    expect(said).toMatch(/^dispatch \d+: \{"queued":0,"sent":3,/m);
  });
});

describe('examples/worker.sql', () => {
  const role = () => new URL(app.db.url).pathname.slice(1);
  const sql = (name: string) => readFileSync(example(name), 'utf8').replaceAll('crm_worker', role());
  beforeAll(async () => {
    await app.db.query(sql('worker-role.sql'));
    await app.db.query(
      'CREATE TABLE public.sms_outbox (message_id text PRIMARY KEY, customer uuid NOT NULL, body text NOT NULL)',
    );
    await app.db.query(['GRANT INSERT, SELECT (message_id) ON public.sms_outbox TO', role()].join(' '));
  });
  afterAll(async () => {
    await app.db.query(['DROP OWNED BY', role()].join(' '));
    await app.db.query(['DROP ROLE', role()].join(' '));
  });

  it('with the role of worker-role.sql puts each message into the table once', async () => {
    const all = await dispatched(app, 600, { channel: 'sms' });
    const worker = new Client({
      connectionString: Object.assign(new URL(app.db.url), { username: role(), password: 'change-me' }).href,
    });
    await worker.connect();

    for (let round = 0; round < 3; round++) await worker.query(sql('worker.sql'));
    await worker.end();

    const outbox = await app.db.query<{ message_id: string }>('SELECT message_id FROM public.sms_outbox ORDER BY customer');
    expect(outbox.map(({ message_id }) => message_id)).toEqual(all.ids);
    expect(await reconcile(app, all)).toEqual({ sent: 600, failed: 0 });
  });
});
