import { errorText } from './error-text';

it('leaves out addresses, and what is not one line of text', () => {
  expect(errorText('550 5.1.1 <ana@example.com>: unknown\r\n user ana@example.com\u0000 \ud800')).toBe(
    '550 5.1.1 <address>: unknown user <address> \ufffd',
  );
});

it('is short, and not cut through a character', () => {
  expect(errorText('☀️💌'.repeat(500))).toBe(
    '☀️💌'.repeat(67).slice(0, [...'☀️💌'.repeat(67)].slice(0, 200).join('').length),
  );
});
