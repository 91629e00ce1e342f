import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { parse } from 'yaml';
import { Measures } from '../src/common/measures';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { dispatched, workerOf } from './support/delivery';
import { eventually } from './support/eventually';
import { parseMetrics, type Series } from './support/prometheus';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

const METRICS_TOKEN = 'a-token-of-a-prometheus';
const root = join(__dirname, '..');

let app: TestApp;
let network: TcpProxy;
beforeAll(async () => {
  network = await startTcpProxy(process.env.TEMPLATE_URL!);
  app = await startApp((url) => ({ DATABASE_URL: network.through(url), METRICS_TOKENS: [METRICS_TOKEN] }));
});
afterAll(async () => {
  await network.close();
  await app.close();
});

const scrape = async (): Promise<Series[]> => parseMetrics((await app.as(METRICS_TOKEN).get('/metrics').expect(200)).text);
const valueOf = (scraped: Series[], name: string, labels: Record<string, string> = {}): number | undefined =>
  scraped.find((one) => one.name === name && Object.entries(labels).every(([label, is]) => one.labels[label] === is))?.value;

interface Described {
  name: string;
  type: string;
  help: string;
  labelNames: string[];
}
/** Every metric that there is, as the registry has it. */
const described = (): Described[] => app.nest.get(Measures).registry.getMetricsAsArray() as unknown as Described[];

describe('who may read them', () => {
  it('are monitoring and admins, and nobody else', async () => {
    const status = async (token?: string) => (await app.as(token).get('/metrics')).status;
    expect([await status(METRICS_TOKEN), await status(ADMIN_TOKEN)]).toEqual([200, 200]);
    expect([await status(), await status('unknown-token-1234'), await status(WORKER_TOKEN)]).toEqual([401, 401, 403]);
  });

  it('may do nothing else', async () => {
    for (const path of ['/segments', '/notifications', '/me', '/overview/attention'])
      expect([path, (await app.as(METRICS_TOKEN).get(path)).status]).toEqual([path, 403]);
    await app.as(METRICS_TOKEN).post('/notifications/claim').send({}).expect(403);
  });
});

describe('requests', () => {
  it('are counted by their route, whatever stands in their path', async () => {
    const segment = await app.make.segment();
    const missing = '00000000-0000-4000-8000-000000000000';
    await app.api.get(`/segments/${segment.id}`).expect(200);
    await app.api.get(`/segments/${missing}`).expect(404);
    await app.api.get('/no/such/place').expect(404);
    await app.as().get('/campaigns').expect(401);

    const count = (labels: Record<string, string>, scraped: Series[]) =>
      valueOf(scraped, 'crm_http_request_duration_seconds_count', labels);
    const scraped = await scrape();

    expect(count({ method: 'GET', route: '/segments/{segment_id}', status: '2xx' }, scraped)).toBe(1);
    expect(count({ method: 'GET', route: '/segments/{segment_id}', status: '4xx' }, scraped)).toBe(1);
    expect(count({ method: 'GET', route: 'none', status: '4xx' }, scraped)).toBe(1);
    expect(count({ method: 'GET', route: '/campaigns', status: '4xx' }, scraped)).toBe(1);
    expect(JSON.stringify(scraped)).not.toContain(missing);
    expect(valueOf(scraped, 'crm_http_requests_in_flight')).toBe(1); // the one that asks
  });
});

describe('the database', () => {
  it('says how the work in it stands', async () => {
    await dispatched(app, 5);
    const worker = workerOf(app);
    const lease = await worker.claim({ limit: 3 });
    await worker.sent(lease.lease_token, lease.ids.slice(0, 2));

    await eventually(async () => {
      const scraped = await scrape();
      expect(valueOf(scraped, 'crm_notifications', { channel: 'webpush', status: 'sent' })).toBe(2);
      expect(valueOf(scraped, 'crm_notifications', { channel: 'webpush', status: 'queued' })).toBe(3);
      expect(valueOf(scraped, 'crm_leases', { channel: 'webpush' })).toBe(1);
      expect(valueOf(scraped, 'crm_leased_notifications', { channel: 'webpush' })).toBe(1);
      expect(valueOf(scraped, 'crm_dispatches', { kind: 'campaign', status: 'dispatched' })).toBe(1);
      expect(valueOf(scraped, 'crm_queue_oldest_age_seconds', { channel: 'webpush' })).toBeGreaterThan(0);
      expect(valueOf(scraped, 'crm_dispatch_notifications_written_total')).toBe(5);
      expect(valueOf(scraped, 'crm_dispatch_step_duration_seconds_count', { step: 'resolve', outcome: 'done' })).toBe(1);
      expect(valueOf(scraped, 'crm_notifications_claimed_total', { channel: 'webpush' })).toBe(3);
      expect(valueOf(scraped, 'crm_notifications_settled_total', { outcome: 'sent' })).toBe(2);
      expect(valueOf(scraped, 'crm_audit_entries_total')).toBeGreaterThan(0);
      expect(valueOf(scraped, 'crm_database_sessions')).toBeGreaterThan(0);
      expect(valueOf(scraped, 'crm_database_up')).toBe(1);
    }, 25);
  });

  it('is asked once, however many scrape', async () => {
    const quiet = await startApp({ ROLES: ['api'], METRICS_TOKENS: [METRICS_TOKEN] });
    const asked = jest.spyOn(quiet.nest.get(DataSource), 'transaction');
    const ask = () => quiet.as(METRICS_TOKEN).get('/metrics').expect(200);
    await Promise.all(Array.from({ length: 20 }, ask));
    await ask();
    expect(asked).toHaveBeenCalledTimes(1);
    await quiet.close();
  });

  it('that is gone is said to be, beside what is known without it', async () => {
    await network.refuse();
    const gone = await eventually(async () => {
      const scraped = await scrape();
      expect(valueOf(scraped, 'crm_database_up')).toBe(0);
      return scraped;
    });
    expect(valueOf(gone, 'crm_process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(valueOf(gone, 'crm_notifications', { channel: 'webpush', status: 'sent' })).toBe(2); // the last ones stand
    const later = valueOf(await scrape(), 'crm_database_figures_age_seconds')!;
    expect(later).toBeGreaterThan(valueOf(gone, 'crm_database_figures_age_seconds')!); // and say how old they are
    await network.forward();
    await eventually(async () => expect(valueOf(await scrape(), 'crm_database_up')).toBe(1));
  });

  it('that has said nothing yet leaves out what only it knows', async () => {
    const its = await startTcpProxy(process.env.TEMPLATE_URL!);
    const other = await startApp((url) => ({ DATABASE_URL: its.through(url), METRICS_TOKENS: [METRICS_TOKEN] }));
    await its.refuse();

    const scraped = parseMetrics((await other.as(METRICS_TOKEN).get('/metrics').expect(200)).text);

    expect(valueOf(scraped, 'crm_database_up')).toBe(0);
    expect(valueOf(scraped, 'crm_dispatches')).toBeUndefined();
    expect(valueOf(scraped, 'crm_database_figures_age_seconds')).toBeUndefined();
    expect(valueOf(scraped, 'crm_process_start_time_seconds')).toBeLessThan(Date.now() / 1000);
    await its.close();
    await other.close();
  });
});

describe('what is written of them', () => {
  const page = join(root, 'docs', 'observability.md');
  const MARKED = /(<!-- metrics -->\n)[^]*(<!-- \/metrics -->)/;

  it('is what the registry says (UPDATE=1 npx jest metrics.e2e writes it anew)', () => {
    const lines = described()
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(
        ({ name, type, help, labelNames }) =>
          `| \`${name}\` | ${type} | ${labelNames.map((l) => `\`${l}\``).join(', ')} | ${help} |`,
      );
    const table = ['| metric | type | labels | |', '|---|---|---|---|', ...lines, ''].join('\n');
    const text = readFileSync(page, 'utf8');
    const written = text.replace(MARKED, (_all, from: string, to: string) => `${from}\n${table}\n${to}`);
    if (process.env.UPDATE) writeFileSync(page, written);
    expect(text).toMatch(MARKED);
    expect(readFileSync(page, 'utf8')).toBe(written);
  });

  it('has a line for each alert', () => {
    const { groups } = parse(readFileSync(join(root, 'deploy', 'alerts.yaml'), 'utf8'));
    const alerts = groups.flatMap(({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert));
    const explained = [...readFileSync(page, 'utf8').matchAll(/^\| `(Crm\w+)` \| .{10,} \| .{10,} \|$/gm)].map(
      ([, one]) => one,
    );
    expect(explained).toEqual(alerts);
  });

  it('follows the conventions of Prometheus: a prefix, base units, what a counter ends with', () => {
    for (const { name, type, help, labelNames } of described()) {
      expect(name).toMatch(/^crm_[a-z0-9]+(_[a-z0-9]+)*$/);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect([name, /_(ms|milliseconds|minutes|hours|kb|mb)(_|$)/.test(name)]).toEqual([name, false]);
      expect([name, help.endsWith('.')]).toEqual([name, true]);
      expect([name, labelNames.filter((label) => /(^|_)(id|path|url|user|email)$/.test(label))]).toEqual([name, []]);
    }
  });
});

describe('deploy/', () => {
  const namesIn = (text: string) => new Set(text.match(/\bcrm_[a-z0-9_]+/g));
  const known = () =>
    new Set(
      described().flatMap(({ name, type }) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
  const labelsIn = (expression: string) =>
    [...expression.matchAll(/\{([^}]*)\}|by \(([^)]*)\)/g)].flatMap(([, chosen = '', by = '']) => [
      ...[...chosen.matchAll(/(\w+)\s*(?:=~|!=|=)/g)].map(([, label]) => label),
      ...by.split(',').map((label) => label.trim()),
    ]);

  it('asks for nothing that there is not', () => {
    const files = readdirSync(join(root, 'deploy')).filter((name) => /^(alerts\.yaml|.*dashboard.*\.json)$/.test(name));
    expect(files.sort()).toEqual(['alerts.yaml', 'grafana-dashboard.json']);
    const labels = new Set([...described().flatMap(({ labelNames }) => labelNames), 'le', 'instance', 'job', '']);
    for (const file of files) {
      const text = readFileSync(join(root, 'deploy', file), 'utf8');
      const expressions = file.endsWith('.json') ? expressionsOf(JSON.parse(text)) : rulesOf(parse(text));
      expect(expressions.length).toBeGreaterThan(10);
      for (const expression of expressions) {
        const names = [...namesIn(expression)];
        expect([expression, names.length > 0]).toEqual([expression, true]);
        expect([expression, names.filter((name) => !known().has(name))]).toEqual([expression, []]);
        expect([expression, labelsIn(expression).filter((label) => !labels.has(label))]).toEqual([expression, []]);
      }
    }
  });

  it('has a dashboard of panels that do not lie on each other', () => {
    const { panels } = JSON.parse(readFileSync(join(root, 'deploy', 'grafana-dashboard.json'), 'utf8')) as {
      panels: { id: number; title: string; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

const rulesOf = (file: { groups: { rules: { expr: string }[] }[] }): string[] =>
  file.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
const expressionsOf = ({ panels }: { panels: { targets?: { expr: string }[] }[] }): string[] =>
  panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
