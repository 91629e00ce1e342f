// The arrows of docs/ARCHITECTURE.md as rules. `npm run arrows` fails on one that is not drawn there.
const domains = [
  ...['segments', 'campaigns', 'notifications', 'suppressions', 'customers', 'ai', 'sender', 'webhooks'],
  ...['subjects', 'overview', 'metrics'], // they look into others; into overview only metrics does, into the other two nobody
];
/** What a domain shows to others: its module, its services, its DTOs, its ports. Never an entity, a builder or SQL. */
const open = '(\\.module|\\.service|\\.dto|-drafter|-state|/wake-ups)\\.ts$';

/** `from` may look into these domains, and into no other. */
const sees = {
  ai: ['segments', 'campaigns'],
  campaigns: ['segments', 'notifications'],
  segments: [],
  notifications: [],
  suppressions: [],
  webhooks: [],
  customers: [],
  sender: ['notifications', 'suppressions'],
  subjects: ['customers', 'campaigns', 'notifications', 'suppressions', 'webhooks', 'ai'],
  overview: ['segments'],
  metrics: ['overview', 'segments', 'notifications'],
};

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan', severity: 'error', from: { orphan: true, pathNot: ['\\.spec\\.ts$'] }, to: {} },
    ...Object.entries(sees).map(([from, to]) => ({
      name: `${from}-sees-${to.join('-and-') || 'no-other-domain'}`,
      severity: 'error',
      from: { path: `^src/${from}/` },
      to: { path: `^src/(${domains.filter((domain) => domain !== from && !to.includes(domain)).join('|')})/` },
    })),
    {
      name: 'into-a-domain-by-its-door',
      comment:
        'Another domain is its module, services, DTOs and ports; ai also reads the list of filters, to describe it to the model.',
      severity: 'error',
      from: { path: `^src/(${domains.join('|')})/` },
      to: { path: `^src/(${domains.join('|')})/`, pathNot: [`^src/$1/`, open, '^src/segments/filters/index\\.ts$'] },
    },
    {
      name: 'doctor-sees-tables-only',
      comment: 'It looks at a database from outside, and works where the service does not start.',
      severity: 'error',
      from: { path: '^src/doctor/' },
      to: { path: '^src/', pathNot: '^src/(doctor|common|config|database)/|^src/customers/customer-tables\\.ts$' },
    },
    {
      name: 'nobody-asks-the-doctor',
      comment: 'But for the settings, which show what it says.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(doctor|settings)/' },
      to: { path: '^src/doctor/' },
    },
    {
      name: 'the-ground-floor-knows-no-domain',
      severity: 'error',
      from: { path: '^src/(common|config|auth|limits|audit|idempotency|health)/' },
      to: { path: `^src/(${domains.join('|')})/` },
    },
    {
      name: 'nobody-asks-the-settings',
      comment: 'They show what everybody else goes by.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(settings/|app\\.module)' },
      to: { path: '^src/settings/' },
    },
    {
      name: 'the-database-knows-tables-only',
      comment: 'The connection lists the entities; opening the database makes the customers tables where there are none.',
      severity: 'error',
      from: { path: '^src/database/' },
      to: { path: `^src/(${domains.join('|')})/`, pathNot: ['\\.entity\\.ts$', '^src/customers/customer-tables\\.ts$'] },
    },
    {
      name: 'filters-are-pure',
      comment: 'A filter returns SQL. It knows no Nest, no TypeORM, no clock and no other module of ours but the sql tag.',
      severity: 'error',
      from: { path: '^src/segments/filters/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: ['@nestjs', 'typeorm', '^src/'],
        pathNot: ['^src/segments/filters/', '^src/common/(sql|validators|instant)\\.ts$'],
      },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
