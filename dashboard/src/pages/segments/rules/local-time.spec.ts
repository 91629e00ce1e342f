import { localOf } from './local-time';

describe('An instant in an input', () => {
  it('is the local time, to the second where it has some', () => {
    const at = new Date(2026, 0, 5, 9, 7);
    expect(localOf(at.toISOString())).toBe('2026-01-05T09:07');
    expect(localOf(new Date(2026, 0, 5, 9, 7, 8).toISOString())).toBe('2026-01-05T09:07:08');
    expect(new Date(localOf(at.toISOString()))).toEqual(at);
  });

  it('is nothing where it is none', () => {
    expect(localOf('soon')).toBe('');
  });
});
