import { bool, makeExactValidator, str, type CleanedEnv } from 'envalid';

const fail = (what: string): never => {
  throw new Error(what);
};

const integer = (min: number, max: number) =>
  makeExactValidator<number>((text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max
      ? Number(text)
      : fail(`must be a whole number from ${min} to ${max}`),
  );

/** A plain PostgreSQL identifier: it is written into `search_path`, so nothing that would need quoting is let in. */
const identifier = makeExactValidator<string>((text) =>
  /^[a-z_][a-z0-9_]{0,62}$/.test(text) ? text : fail('must be a lower-case PostgreSQL name (a-z, 0-9, _; at most 63)'),
);

const httpUrl = makeExactValidator<string>((text) => {
  const url = URL.canParse(text) ? new URL(text) : fail('must be an http:// or https:// address');
  if (!['http:', 'https:'].includes(url.protocol)) fail('must be an http:// or https:// address');
  if (url.username || url.password || url.search || url.hash) fail('must have no user, password, query or fragment');
  return text.replace(/\/+$/, '');
});

const postgresUrl = makeExactValidator<string>((text) => {
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
const MIN_TOKEN_CHARS = 16;
const tokens = makeExactValidator<string[]>((text) => {
  const all = list(text);
  if (all.some((token) => token.length < MIN_TOKEN_CHARS)) fail(`every token needs at least ${MIN_TOKEN_CHARS} characters`);
  if (all.some((token) => !/^[\x21-\x7e]+$/.test(token))) fail('a token has characters that a header cannot carry');
  return all;
});

const origins = makeExactValidator<string[]>((text) => {
  const all = list(text);
  if (all.some((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin))
    fail('has an item that is not an exact origin such as https://admin.example.com (a wildcard is refused)');
  return all;
});

/** What a process may be there for. */
const roles = ['api', 'dispatcher'] as const;
type Role = (typeof roles)[number];
const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);
const rolesOf = makeExactValidator<Role[]>((text) => {
  const all = list(text);
  if (all.length === 0 || !all.every(isRole)) fail(`must be one or more of ${roles.join(', ')}, comma-separated`);
  return all as Role[];
});

const demoData = makeExactValidator<'auto' | 'off' | number>((text) => {
  if (text === 'auto' || text === 'off') return text;
  return /^\d{1,7}$/.test(text) ? Number(text) : fail('must be auto, off, or a number of customers up to 9999999');
});

const text = (max: number) =>
  makeExactValidator<string>((value) => (value.length <= max ? value : fail(`must have at most ${max} characters`)));

/**
 * Every environment variable the service reads: one line, one meaning. `.env.example` is written from this list and a test
 * holds the two together. An empty value counts as not set.
 */
export const variables = {
  HOST: text(255)({ default: '0.0.0.0', desc: 'Address to listen on.' }),
  PORT: integer(0, 65_535)({ default: 8006, desc: 'Port to listen on; 0 takes a free one.' }),
  LOG_LEVEL: str({
    default: 'info',
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    desc: 'How much is logged, as JSON lines on standard output.',
  }),
  CORS_ORIGINS: origins({
    default: [],
    desc: 'Exact origins whose browser pages may call the API, comma-separated. None by default.',
  }),
  ROLES: rolesOf({
    default: [...roles],
    desc: 'What this process does, comma-separated: api answers requests; dispatcher writes dispatches and fires schedules. Health always answers.',
  }),
  SHUTDOWN_SECONDS: integer(
    1,
    600,
  )({
    default: 10,
    desc: 'Requests that still run this long after SIGTERM or Ctrl-C are cut off.',
  }),

  DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'PostgreSQL 15 or newer with your users and purchase_history. Not set: an embedded PostgreSQL is started.',
    example: 'postgres://crm:secret@localhost:5432/shop',
  }),
  DATABASE_SCHEMA: identifier({ default: 'crm', desc: 'Schema of the tables that belong to this service.' }),
  CUSTOMERS_SCHEMA: identifier({ default: 'public', desc: 'Schema where users and purchase_history are found.' }),
  DATABASE_POOL_SIZE: integer(2, 200)({ default: 10, desc: 'Connections one process holds at most.' }),
  STATEMENT_TIMEOUT_SECONDS: integer(
    1,
    3600,
  )({
    default: 5,
    desc: 'A statement behind a request is cancelled after this and answered with 503. A dispatch has 15 minutes.',
  }),
  MIGRATE_ON_START: bool({
    default: true,
    desc: 'Bring our schema up to date at start, under a lock. With false, run npm run migrate before.',
  }),
  DATA_DIR: text(4096)({ default: '.data', desc: 'Embedded database and generated admin token.' }),
  DEMO_DATA: demoData({
    default: 'auto',
    desc: 'auto: 2,000 made-up customers on the first embedded start; off; or how many.',
  }),

  ADMIN_TOKENS: tokens({
    default: [],
    desc: `Bearer tokens that may do everything, comma-separated, ${MIN_TOKEN_CHARS} characters or more each.`,
  }),
  WORKER_TOKENS: tokens({
    default: [],
    desc: 'Bearer tokens of delivery workers: they may read and settle notifications, nothing else.',
  }),
  AUTH_SERVICE_URL: httpUrl({
    default: undefined,
    desc: 'An existing auth service that answers GET /users/me with {id, role}; role admin is let in.',
    example: 'http://auth:8000',
  }),
  JWKS_URL: httpUrl({
    default: undefined,
    desc: 'Public keys of JSON Web Tokens; with it JWT_ISSUER and JWT_AUDIENCE are required.',
    example: 'https://login.example.com/.well-known/jwks.json',
  }),
  JWT_ISSUER: text(2048)({
    default: undefined,
    desc: 'The iss claim a token must carry.',
    example: 'https://login.example.com',
  }),
  JWT_AUDIENCE: text(2048)({ default: undefined, desc: 'The aud claim a token must carry.', example: 'crm' }),

  COLUMN_INDEX: str({
    default: 'auto',
    choices: ['auto', 'off'],
    desc: 'Count segments from columns held in memory, where there are enough purchases; or always ask PostgreSQL.',
  }),
  COLUMN_INDEX_MEMORY_MB: integer(
    8,
    1_000_000,
  )({
    default: 512,
    desc: 'What the columns may take in each process, about 20 bytes a purchase. Beyond it the newest purchases that fit are held.',
  }),
  COLUMN_INDEX_FROM_PURCHASES: integer(
    0,
    999_999_999,
  )({ default: 100_000, desc: 'With fewer purchases PostgreSQL is fast enough: there is no column index.' }),

  OLLAMA_HOST: httpUrl({ default: 'http://ollama:11434', desc: 'Where Ollama listens; keep it on a private network.' }),
  LLM_MODEL: text(200)({ default: 'llama3.2:1b-instruct', desc: 'The model asked, as `ollama pull` names it.' }),
  LLM_TIMEOUT_SECONDS: integer(
    1,
    3600,
  )({ default: 60, desc: 'A model that has not answered after this is given up with 503.' }),
};

/** The service's settings, checked and typed. Keys are the names of the environment variables. */
export type Config = Readonly<CleanedEnv<typeof variables>>;
