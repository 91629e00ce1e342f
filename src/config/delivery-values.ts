/** What the settings of the sender's transports must look like: pure questions, for variables.ts. */

export function isSmtpUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '';
}

/** Neither a space nor anything by which a mail header tells one address from the next. */
const ADDRESS = String.raw`[^\s\x00-\x1f\x7f<>@,;:"\\()[\]]+@[^\s\x00-\x1f\x7f<>@,;:"\\()[\]]+`;
const MAILBOX = new RegExp(String.raw`^(?:${ADDRESS}|[^\x00-\x1f\x7f<>@,;:"\\]+ <${ADDRESS}>)$`);
const ONE_ADDRESS = new RegExp(`^${ADDRESS}$`);

/** An address, or a name and an address in angle brackets; one, on one line. */
export const isMailbox = (text: string): boolean => text.length <= 320 && MAILBOX.test(text);

/** Exactly one address that mail can be sent to: nothing in it starts another address or another line. */
export const isOneAddress = (text: string): boolean => text.length <= 255 && ONE_ADDRESS.test(text);

/** Of a mailbox: its address. */
export const addressOf = (mailbox: string): string => /<([^<>]+)>$/.exec(mailbox)?.[1] ?? mailbox;

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
export function isWebhookSecret(text: string): boolean {
  const bytes = Buffer.from(text.slice('whsec_'.length), 'base64').length;
  return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) && bytes >= 24 && bytes <= 64;
}
