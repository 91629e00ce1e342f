import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemTypes } from './problem';

describe('the problems', () => {
  it('are all explained in docs/errors.md, with their status', () => {
    const lines = readFileSync(join(__dirname, '../../docs/errors.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const explained = lines.flatMap((line) => {
      const [, names, status] = line.split('|');
      return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => [name, Number(status)]);
    });
    expect(Object.fromEntries(explained)).toEqual(
      Object.fromEntries(Object.entries(problemTypes).map(([name, [status]]) => [name, status])),
    );
  });
});
