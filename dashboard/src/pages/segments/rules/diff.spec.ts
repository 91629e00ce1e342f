import { diffOf } from './diff';

const signs = { same: ' ', added: '+', removed: '-' };
const diff = (before: string, after: string) =>
  diffOf(before.split(''), after.split(''))
    .map(({ kind, text }) => signs[kind] + text)
    .join('');

describe('What changed between lines', () => {
  it.each([
    ['abc', 'abc', ' a b c'],
    ['abc', 'axc', ' a-b+x c'],
    ['', 'ab', '+a+b'],
    ['ab', '', '-a-b'],
    ['abcd', 'acd', ' a-b c d'],
    ['acd', 'abcd', ' a+b c d'],
  ])('from %j to %j', (before, after, expected) => {
    expect(diff(before, after)).toBe(expected);
  });
});
