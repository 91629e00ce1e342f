import { Webhook } from 'standardwebhooks';
import { newSecret, signedHeaders } from './signature';

describe('a signature', () => {
  // the vector of the Standard Webhooks specification
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const at = new Date(1_614_265_330_000);
  const body = '{"test": 2432232314}';
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

  it('is the one of the specification', () => {
    expect(signedHeaders(id, at, body, [secret])).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is made by each secret, in one header', () => {
    const other = newSecret();
    const both = signedHeaders(id, at, body, [other, secret])['webhook-signature'].split(' ');
    expect(both).toEqual([
      signedHeaders(id, at, body, [other])['webhook-signature'],
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    ]);
  });

  it.each([
    ['the body', (headers: Record<string, string>) => headers, `${body} `],
    ['the id', (headers: Record<string, string>) => ({ ...headers, 'webhook-id': 'another' }), body],
    [
      'the time',
      ({ ...headers }: Record<string, string>) => ({
        ...headers,
        'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1),
      }),
      body,
    ],
  ])('holds %s', (_, changed, read) => {
    const headers = signedHeaders(id, new Date(), body, [secret]);
    expect(new Webhook(secret).verify(body, headers)).toEqual({ test: 2432232314 });
    expect(() => new Webhook(secret).verify(read, changed(headers))).toThrow('No matching signature');
  });

  it('does not hold from another time: more than five minutes before or after', () => {
    const minutes = (n: number) => signedHeaders(id, new Date(Date.now() + n * 60_000), body, [secret]);
    for (const near of [-4, 4]) expect(new Webhook(secret).verify(body, minutes(near))).toBeTruthy();
    expect(() => new Webhook(secret).verify(body, minutes(-6))).toThrow('too old');
    expect(() => new Webhook(secret).verify(body, minutes(6))).toThrow('too new');
  });
});

it('a new secret is 256 random bits in the form of the specification', () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  }
});
