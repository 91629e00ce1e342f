import { customerOf, laterThan } from './suppression-form';

describe('the customer of a suppression', () => {
  it('is an id or an address, whatever stands around it', () => {
    expect(customerOf(' 5F0C9A1E-6a0b-4a57-9a53-0b8f3f1d2c4e ')).toEqual({
      user_id: '5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e',
    });
    expect(customerOf('ana@example.com\n')).toEqual({ email: 'ana@example.com' });
  });

  it.each(['', 'ana', '5f0c9a1e', 'ana at example.com', 'ana @example.com'])('is not %j', (text) => {
    expect(customerOf(text)).toBeUndefined();
  });
});

describe('the end of a suppression', () => {
  it('lies ahead', () => {
    const now = new Date('2026-11-22T10:00').getTime();
    expect(laterThan('2026-11-22T10:01', now)).toBe(true);
    expect(laterThan('2026-11-22T10:00', now)).toBe(false);
    expect(laterThan('no time', now)).toBe(false);
  });
});
