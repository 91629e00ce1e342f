import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTVerifyResult } from 'jose';
import { type AuthWay, authUnavailable, idFrom, isAdminRole, NotAnAdmin } from './auth-way';

/** Asymmetric only: with a symmetric algorithm the public key, which everybody has, would be the secret. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Of the token, without `application/`: a signed JWT made for another purpose (`logout+jwt`, `dpop+jwt`) is not an access token. */
const TYPES = ['jwt', 'at+jwt'];

/** Seconds by which the issuer's clock may differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** jose's codes for a key set that could not be had; its other codes say that the token is not valid. */
const KEY_SET_CODES = [errors.JWKSTimeout.code, errors.JWKSInvalid.code, errors.JOSEError.code];

/**
 * JSON Web Tokens signed by a key of the configured key set. `iss`, `aud`, `exp` and `sub` are required, `nbf` is honoured, the
 * role is the claim `role`. Keys or addresses of keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
 * The set is fetched when first needed, again for an unknown `kid` but not within 30 seconds of the last time, and kept for 10
 * minutes: that long the issuer may be down. A token without `kid` is valid only when exactly one key of the set fits.
 */
export function jwt(settings: { jwksUrl: string; issuer: string; audience: string }): AuthWay {
  const { issuer, audience } = settings;
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
    timeoutDuration: 2_000,
  });

  const verify = (token: string): Promise<JWTVerifyResult | undefined> =>
    jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    }).catch((error: unknown) => {
      if (error instanceof errors.JOSEError && !KEY_SET_CODES.includes(error.code)) return undefined;
      throw authUnavailable(`the key set: ${reasonOf(error)}`);
    });

  return {
    name: 'jwt',
    authenticate: async (token) => {
      // Read before it is verified, and only to say no: a token of another issuer needs no key, also while ours is down.
      if (issuerOf(token) !== issuer) return undefined;
      const verified = await verify(token);
      if (!verified || !isAccessToken(verified.protectedHeader.typ)) return undefined;
      const id = idFrom(verified.payload.sub);
      if (id === undefined) return undefined;
      if (!isAdminRole(verified.payload.role)) throw new NotAnAdmin({ id, via: 'jwt' });
      return { id, role: 'admin', via: 'jwt' };
    },
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

const isAccessToken = (typ: unknown): boolean =>
  typ === undefined || (typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, '')));

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : error.message;
};
