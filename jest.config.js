// Nest 12 publishes ES modules only. SWC turns our TypeScript, and the few ES modules we import, into CommonJS for Jest,
// so no --experimental-vm-modules is needed and jest.mock() keeps working, on Node 20 to 26.
const esModules = [
  '@nestjs',
  'jose',
  'sql-template-tag',
  'lru-cache',
  'fast-check',
  'pure-rand',
  'temporal-polyfill',
  'temporal-utils',
  'request-filtering-agent',
];
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/.data'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  transform: {
    '^.+\\.[cm]?[tj]s$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  moduleNameMapper: { '^@crm-service/client$': '<rootDir>/packages/client/src' },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
};
module.exports = {
  // processes that are replaced when they have grown: all files in one take 4 GB
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
  collectCoverageFrom: ['src/**/*.ts', '!src/main.ts'],
  projects: [
    { ...base, displayName: 'unit', testRegex: '(src|eval)/.*\\.spec\\.ts$' },
    {
      ...base,
      displayName: 'e2e',
      testRegex: 'test/.*\\.e2e-spec\\.ts$',
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
