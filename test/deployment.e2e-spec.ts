import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../src/config/config';
import { variables } from '../src/config/variables';

const root = resolve(__dirname, '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  image: string;
  command?: string[];
  env?: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
  resources: { requests: { cpu: string; memory: string }; limits: { memory: string } };
  securityContext: object;
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
}
interface Pod {
  terminationGracePeriodSeconds?: number;
  automountServiceAccountToken: boolean;
  securityContext: object;
  containers: [Container];
}
interface Template {
  metadata: { labels: Record<string, string> };
  spec: Pod;
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    podSelector?: object;
    policyTypes?: string[];
    ports?: { port: number; targetPort: string }[];
    ingress?: { ports: { port: number }[] }[];
    template?: Template;
    jobTemplate?: { spec: { template?: Template } };
  };
}

const files = readdirSync(join(root, 'kubernetes')).filter((name) => name.endsWith('.yaml'));
const manifests = files
  .filter((name) => name !== 'kustomization.yaml')
  .flatMap((name) => parseAllDocuments(read('kubernetes', name)).map((document) => document.toJS() as Manifest));
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const podOf = ({ spec }: Manifest) => (spec!.jobTemplate?.spec ?? spec!).template!.spec;
const shared = ofKind('ConfigMap')[0].data!;
const deployments = ofKind('Deployment').map((deployment) => [deployment.metadata.name, deployment] as const);
const jobs = [...ofKind('Job'), ...ofKind('CronJob')].map((job) => [job.metadata.name, job] as const);
const workloads = [...deployments, ...jobs];
const version = (parse(read('package.json')) as { version: string }).version;

describe('the manifests of Kubernetes', () => {
  it('are all applied but for those that are applied by hand', () => {
    const { resources } = parse(read('kubernetes', 'kustomization.yaml')) as { resources: string[] };
    // the sender marks what it claims as sent, and retention removes: nobody gets one without asking for it
    expect([...resources, 'kustomization.yaml', 'migrate.yaml', 'retention.yaml', 'sender.yaml'].sort()).toEqual(
      [...files].sort(),
    );
  });

  it.each(workloads)('%s has settings that the service knows and takes', (_, workload) => {
    const [{ env = [] }] = podOf(workload).containers;
    const set = { ...shared, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) };

    expect(Object.keys(set).filter((name) => !(name in variables))).toEqual([]);
    expect(() => loadConfig(set)).not.toThrow();
  });

  it.each(workloads)('%s may do nothing that it need not', (_, workload) => {
    const pod = podOf(workload);
    const [container] = pod.containers;

    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect([container.resources.requests, container.resources.limits]).toEqual([
      { cpu: expect.stringMatching(/^\d+m$/) as string, memory: expect.stringMatching(/^\d+Mi$/) as string },
      { memory: expect.stringMatching(/^\d+[MG]i$/) as string },
    ]);
  });

  it.each(deployments)('%s is probed where the service answers', (_, deployment) => {
    const { paths } = JSON.parse(read('openapi.json')) as { paths: Record<string, object> };
    const [{ startupProbe, livenessProbe, readinessProbe, ports }] = podOf(deployment).containers;

    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/health/live', '/health/ready']));
    expect(ports).toEqual([{ name: 'http', containerPort: Number(shared.PORT) }]);
  });

  it.each(deployments)('%s has the time to stop in order', (_, deployment) => {
    const { terminationGracePeriodSeconds } = podOf(deployment);
    const delay = Number(shared.SHUTDOWN_DELAY_SECONDS);

    expect(delay).toBeGreaterThan(5); // by then no connection is left that is idle
    // and what it takes to end afterwards
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(delay + Number(shared.SHUTDOWN_SECONDS) + 5);
  });

  it.each(deployments)('%s keeps one running while a machine is emptied', (name, deployment) => {
    const labels = podOf(deployment) && deployment.spec!.template!.metadata.labels;
    const budget = ofKind('PodDisruptionBudget').find(({ metadata }) => metadata.name === name);

    expect(budget?.spec).toEqual({ maxUnavailable: 1, selector: deployment.spec!.selector });
    expect(labels).toMatchObject(deployment.spec!.selector!.matchLabels!);
  });

  it('lead requests to the processes that answer them, and close the rest', () => {
    const [service] = ofKind('Service');
    const answering = deployments.filter(([, { spec }]) => spec!.template!.spec.containers[0].env![0].value === 'api');
    expect(answering.map(([, { spec }]) => spec!.selector!.matchLabels)).toEqual([service.spec!.selector]);

    const policies = ofKind('NetworkPolicy');
    expect(policies.find(({ metadata }) => metadata.name === 'crm-closed')!.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const doors = policies.flatMap(({ spec }) => spec!.ingress ?? []).flatMap(({ ports }) => ports);
    expect(doors).toEqual([{ port: Number(shared.PORT) }]);
  });

  it('are of this version, and hold no secret', () => {
    const { images } = parse(read('kubernetes', 'kustomization.yaml')) as { images: { name: string; newTag: string }[] };
    expect(images).toEqual([{ name: 'crm-service', newTag: version }]);
    expect(podOf(ofKind('Job')[0]).containers[0].image).toBe(`crm-service:${version}`);
    expect(ofKind('Secret')).toEqual([]);
    expect(Object.keys(shared).filter((name) => /TOKEN|SECRET|KEY|URL/.test(name))).toEqual([]);
  });
});

it('are what kustomize takes, where it is here', () => {
  const { error, status } = spawnSync('kubectl', ['kustomize', 'kubernetes'], { cwd: root });
  if (error) return console.warn('SKIPPED: no kubectl here');
  expect(status).toBe(0);
});

describe('the unit of systemd', () => {
  const unit = read('deploy', 'systemd', 'crm.service');
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

  it('has the time to stop in order, and names what is there', () => {
    expect(Number(setting('TimeoutStopSec'))).toBeGreaterThanOrEqual(loadConfig({}).SHUTDOWN_SECONDS + 5);
    expect(setting('ExecStart')).toBe('/usr/bin/node --enable-source-maps dist/main.js');
    const environment = Object.fromEntries(
      setting('Environment')!
        .split(' ')
        .map((pair) => pair.split('=')),
    );
    expect(Object.keys(environment).filter((name) => name !== 'NODE_ENV' && !(name in variables))).toEqual([]);
    expect(environment.DATA_DIR).toBe(`/var/lib/${setting('StateDirectory')}`);
  });

  it('is taken by systemd, where it is here', () => {
    const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
    const release = Number(/systemd (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
    if (release < 250) return console.warn('SKIPPED: no systemd from 250 on here');
    const args = ['security', '--offline=true', '--threshold=20', 'deploy/systemd/crm.service']; // of 100: exposed
    expect(() => execFileSync('systemd-analyze', args, { cwd: root, stdio: 'pipe' })).not.toThrow();
  });
});
