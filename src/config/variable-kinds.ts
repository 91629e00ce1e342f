import { makeExactValidator } from 'envalid';
import { type ByChannel, parseByChannel } from './by-channel';
import { isMailbox, isSmtpUrl, isWebhookSecret } from './delivery-values';
import { isNetwork, parseEgressRule } from './egress-rule';

const fail = (what: string): never => {
  throw new Error(what);
};

export const integer = (min: number, max: number) =>
  makeExactValidator<number>((text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max
      ? Number(text)
      : fail(`must be a whole number from ${min} to ${max}`),
  );

export const headerToken = makeExactValidator<string>((text) =>
  /^[\x21-\x7e]{1,500}$/.test(text) ? text : fail('must be printable ASCII without spaces, at most 500 characters'),
);

/** A plain PostgreSQL identifier: it is written into `search_path`, so nothing that would need quoting is let in. */
export const identifier = makeExactValidator<string>((text) =>
  /^[a-z_][a-z0-9_]{0,62}$/.test(text) ? text : fail('must be a lower-case PostgreSQL name (a-z, 0-9, _; at most 63)'),
);

export const httpUrl = makeExactValidator<string>((text) => {
  const url = URL.canParse(text) ? new URL(text) : fail('must be an http:// or https:// address');
  if (!['http:', 'https:'].includes(url.protocol)) fail('must be an http:// or https:// address');
  if (url.username || url.password || url.search || url.hash) fail('must have no user, password, query or fragment');
  return text.replace(/(?<!\/)\/+$/, '');
});

export const postgresUrl = makeExactValidator<string>((text) => {
  const url = URL.canParse(text) ? new URL(text) : fail('must be a postgres:// address');
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) fail('must be a postgres:// address');
  if (url.searchParams.has('options')) fail('must not carry ?options=: the service sets its own search_path with it');
  return text;
});

const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** A token shorter than this can be guessed; `openssl rand -hex 32` makes one of 256 bits. */
export const MIN_TOKEN_CHARS = 16;
export const tokens = makeExactValidator<string[]>((text) => {
  const all = list(text);
  if (all.some((token) => token.length < MIN_TOKEN_CHARS)) fail(`every token needs at least ${MIN_TOKEN_CHARS} characters`);
  if (all.some((token) => !/^[\x21-\x7e]+$/.test(token))) fail('a token has characters that a header cannot carry');
  return all;
});

/** `name=value`, comma-separated, values as in an address: `authorization=Bearer%20abc`. */
export const headerList = makeExactValidator<[name: string, value: string][]>((text) =>
  list(text).map((item) => {
    const [, name, value] =
      /^([\w-]{1,100})=([\x21-\x7e]{0,2000})$/.exec(item) ?? fail('must be name=value, comma-separated');
    try {
      return [name.toLowerCase(), decodeURIComponent(value)];
    } catch {
      return fail('has a value with a % that is no part of an escape');
    }
  }),
);

export const origins = makeExactValidator<string[]>((text) => {
  const all = list(text);
  if (all.some((origin) => origin.includes('*') || !URL.canParse(origin) || new URL(origin).origin !== origin))
    fail('has an item that is not an exact origin such as https://admin.example.com (a wildcard is refused)');
  return all;
});

export const egressRules = makeExactValidator<string[]>((text) => {
  const all = list(text);
  if (!all.every(parseEgressRule)) fail('has an item that is no host, host:port, address or network such as 10.0.0.0/8');
  return all;
});

/** Addresses and networks; not everybody, or anybody could say where a request comes from. */
export const proxies = makeExactValidator<string[]>((text) => {
  const all = list(text);
  if (!all.every(isNetwork))
    fail('has an item that is no address or network such as 10.0.0.0/8, or one so wide that anybody may be in it');
  return all;
});

/** `email=smtp,sms=log`. Which transports there are, and what each serves, is for the sender to know. */
export const transports = makeExactValidator<ByChannel<string>>(
  (text) =>
    parseByChannel(text, (name) => (/^[a-z-]{1,40}$/.test(name) ? name : undefined)) ??
    fail('must say for each channel, once, who delivers it, such as email=smtp,webpush=notification-sender'),
);

export const numberByChannel = (min: number, max: number) =>
  makeExactValidator<ByChannel<number>>(
    (text) =>
      parseByChannel(text, (value) => {
        const isNumber = /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max;
        return isNumber ? Number(value) : undefined;
      }) ?? fail(`must give each channel, once, a whole number from ${min} to ${max}, such as email=10,sms=5`),
  );

export const smtpUrl = makeExactValidator<string>((text) =>
  isSmtpUrl(text) ? text : fail('must be an smtp:// or smtps:// address'),
);

export const mailbox = makeExactValidator<string>((text) =>
  isMailbox(text) ? text : fail('must be one address, such as Shop <news@example.com>'),
);

export const webhookSecrets = makeExactValidator<string[]>((text) => {
  const all = list(text);
  return all.length > 0 && all.every(isWebhookSecret)
    ? all
    : fail('must be whsec_ and 24 to 64 bytes in base64, such as openssl rand -base64 32 gives');
});

/** What a process may be there for. */
const roles = ['api', 'dispatcher', 'sender'] as const;
type Role = (typeof roles)[number];
const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);
export const rolesOf = makeExactValidator<Role[]>((text) => {
  const all = list(text);
  if (all.length === 0 || !all.every(isRole)) fail(`must be one or more of ${roles.join(', ')}, comma-separated`);
  return all as Role[];
});

export const demoData = makeExactValidator<'auto' | 'off' | number>((text) => {
  if (text === 'auto' || text === 'off') return text;
  return /^\d{1,7}$/.test(text) ? Number(text) : fail('must be auto, off, or a number of customers up to 9999999');
});

export const text = (max: number) =>
  makeExactValidator<string>((value) => (value.length <= max ? value : fail(`must have at most ${max} characters`)));
