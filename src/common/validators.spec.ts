import fc from 'fast-check';
import { isInstant } from './validators';

describe('an instant', () => {
  const first = new Date('1970-01-01T00:00:00Z');
  const last = new Date('2200-12-31T23:59:59.999Z');

  it('is every instant as JavaScript writes it, from 1970 to 2200', () => {
    fc.assert(
      fc.property(fc.date({ min: first, max: last, noInvalidDate: true }), (date) =>
        expect(isInstant(date.toISOString())).toBe(true),
      ),
    );
  });

  it('is no instant outside these years', () => {
    const outside = fc.oneof(
      fc.date({ max: new Date(first.getTime() - 1), noInvalidDate: true }),
      fc.date({ min: new Date(last.getTime() + 1), noInvalidDate: true }),
    );
    fc.assert(fc.property(outside, (date) => expect(isInstant(date.toISOString())).toBe(false)));
  });

  it('has a day that exists', () => {
    const part = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 2200 }), part(13), part(32), (year, month, day) => {
        const written = `${year}-${month}-${day}`;
        const read = new Date(`${written}T00:00:00Z`);
        const exists = !Number.isNaN(read.getTime()) && read.toISOString().startsWith(written);
        expect(isInstant(`${written}T00:00:00Z`)).toBe(exists);
      }),
    );
  });

  it.each([0, 1767225600000, true, null, undefined, [], ['2026-01-01T00:00:00Z'], {}, new Date()])(
    'is a text, not %p',
    (value) => {
      expect(isInstant(value)).toBe(false);
    },
  );
});
