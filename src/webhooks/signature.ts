import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Standard Webhooks takes 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** A new secret: `whsec_` and base64. */
export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/**
 * The headers of one attempt (Standard Webhooks 1.0): the id of the event, when this attempt is made, and a signature `v1,…` by each of the
 * secrets, with a space between them.
 */
export const signedHeaders = (id: string, at: Date, body: string, secrets: readonly string[]): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
});
