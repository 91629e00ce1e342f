import { byLevel, isToRun } from './findings';

it('puts the gravest first, and leaves out levels without findings', () => {
  const findings = [{ level: 'ok' as const }, { level: 'error' as const }, { level: 'ok' as const }];
  expect(byLevel(findings).map(({ level, findings }) => [level, findings.length])).toEqual([
    ['error', 1],
    ['ok', 2],
  ]);
});

it.each(['ANALYZE public.users;', 'CREATE INDEX a ON b (c);\nANALYZE b;', 'npm run migrate'])('runs %p', (remedy) => {
  expect(isToRun(remedy)).toBe(true);
});

it.each(['Synchronise both clocks (NTP)', 'Run that version, or revert with its npm run migrate -- down --yes'])(
  'reads %p',
  (remedy) => {
    expect(isToRun(remedy)).toBe(false);
  },
);
