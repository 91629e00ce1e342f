import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { channels } from '../../common/channels';
import { readToken, signedToken } from './unsubscribe-links';

const secret = Buffer.alloc(32, 1);
const named = fc.record({ userId: fc.uuid(), channel: fc.constantFrom(...channels) });

it('gives back who was named, and fits into an address', () => {
  fc.assert(
    fc.property(named, (one) => {
      const token = signedToken(secret, one);
      expect(token).toMatch(/^[\w-]{40,60}$/);
      expect(readToken(secret, token)).toEqual(one);
    }),
  );
});

it('takes no token that was changed anywhere, and none of another installation', () => {
  fc.assert(
    fc.property(named, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, by) => {
      const token = signedToken(secret, one);
      const bytes = Buffer.from(token, 'base64url');
      bytes[at % bytes.length] ^= by;
      expect(readToken(secret, bytes.toString('base64url'))).toBeUndefined();
      expect(readToken(Buffer.alloc(32, 2), token)).toBeUndefined();
      for (const other of [`${token}=`, ` ${token}`, token.slice(0, -1), `${token}A`, token.slice(1)])
        expect(readToken(secret, other)).toBeUndefined();
    }),
  );
});

it('takes no cursor, which is signed too, and no channel that there is not', () => {
  const naming = (channel: string, context: string) => {
    const payload = Buffer.concat([Buffer.alloc(16, 7), Buffer.from(channel)]);
    const signature = createHmac('sha256', secret).update(context).update(payload).digest().subarray(0, 16);
    return Buffer.concat([signature, payload]).toString('base64url');
  };
  expect(readToken(secret, naming('email', 'unsubscribe\0'))).toBeDefined();
  expect(readToken(secret, naming('email', 'suppressions?{}\0'))).toBeUndefined();
  expect(readToken(secret, naming('', 'unsubscribe\0'))).toBeUndefined();
  expect(readToken(secret, naming('pigeon', 'unsubscribe\0'))).toBeUndefined();
});
