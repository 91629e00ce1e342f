import { addressOf, isMailbox, isOneAddress, isSmtpUrl, isWebhookSecret } from './delivery-values';

it.each([
  'news@example.com',
  'Shop <news@example.com>',
  'Mercado Ñuñoa <hola@example.com>',
  "O'Brien <a.b+c@sub.example.com>",
])('takes the mailbox %s', (text) => expect(isMailbox(text)).toBe(true));

it.each([
  'news',
  'a@b.example, c@d.example',
  'Shop <a@b.example>, Other <c@d.example>',
  'Shop\r\nBcc: x@y.example <a@b.example>',
  'Shop <a@b.example>\nBcc: x@y.example',
  'Shop, Ltd <a@b.example>',
  '"Shop" <a@b.example>',
  '<a@b.example>',
  `${'a'.repeat(320)}@b.example`,
])('refuses the mailbox %j', (text) => expect(isMailbox(text)).toBe(false));

it.each([
  'a@b.example, c@d.example',
  'a@b.example\r\nBcc: c@d.example',
  'a b@c.example',
  '<a@b.example>',
  'a@b@c.example',
  'a@b.example\u0000',
  '@b.example',
  'a@',
])('takes %j for no one address', (text) => expect(isOneAddress(text)).toBe(false));

it('finds the address of a mailbox', () => {
  expect([addressOf('Shop <news@example.com>'), addressOf('news@example.com')]).toEqual([
    'news@example.com',
    'news@example.com',
  ]);
  expect(isOneAddress('ñandú+x@exämple.com')).toBe(true);
});

it('takes a mail server by smtp:// and smtps:// only', () => {
  expect(['smtp://mail:25', 'smtps://u:p@mail'].map(isSmtpUrl)).toEqual([true, true]);
  expect(['http://mail', 'mail:25', 'smtp://', ''].map(isSmtpUrl)).toEqual([false, false, false, false]);
});

it('takes secrets as Standard Webhooks has them', () => {
  const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
  expect([23, 24, 64, 65].map((bytes) => isWebhookSecret(secret(bytes)))).toEqual([false, true, true, false]);
  expect(isWebhookSecret(secret(32).replace('whsec_', ''))).toBe(false);
});
