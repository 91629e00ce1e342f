/* npm run test:citus: e2e tests on the Citus of CITUS_URL, each in a fresh database with migrations and plan; SKIPPED, and said so, where there is none. */
import { spawnSync } from 'node:child_process';

/** What the check of statements (docs/scale.md) says works: rules and their counts, customers, suppressions. Not dispatches, claims and settles. */
const SPECS =
  '/(customers|explain|filters\\.(conformance|edges)|overlap|rule-trees|segments|segment-insight|suppressions)\\.e2e-spec';

const url = process.env.CITUS_URL;
if (url) {
  const { status } = spawnSync('npx', ['jest', '--selectProjects', 'e2e', '--runInBand', '--testPathPatterns', SPECS], {
    env: { ...process.env, TEST_DATABASE_URL: url, COLUMN_INDEX: 'off' },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else
  console.log(
    'SKIPPED: no Citus was tried. CITUS_URL=postgres://superuser:…@host/postgres names one, of one node, to make databases in',
  );
