import { bool, str, type CleanedEnv } from 'envalid';
import {
  MIN_TOKEN_CHARS,
  demoData,
  egressRules,
  headerList,
  headerToken,
  httpUrl,
  identifier,
  integer,
  mailbox,
  numberByChannel,
  origins,
  postgresUrl,
  proxies,
  rolesOf,
  smtpUrl,
  text,
  tokens,
  transports,
  webhookSecrets,
} from './variable-kinds';

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
  TRUSTED_PROXIES: proxies({
    default: [],
    desc: 'Addresses and networks of the proxies in front, comma-separated: of theirs alone X-Forwarded-For is believed, for the audit log.',
    example: '10.0.0.0/8,::1',
  }),
  ROLES: rolesOf({
    default: ['api', 'dispatcher'],
    desc: 'What this process does, comma-separated: api answers requests; dispatcher writes dispatches and fires schedules; sender delivers notifications (docs/sender.md). Health always answers.',
  }),
  SHUTDOWN_SECONDS: integer(
    1,
    600,
  )({
    default: 10,
    desc: 'Requests that still run this long after SIGTERM or Ctrl-C are cut off.',
  }),

  SHUTDOWN_DELAY_SECONDS: integer(
    0,
    600,
  )({
    default: 0,
    desc: 'So long it goes on answering after SIGTERM, not ready any more, so that balancers can notice. Where they are told otherwise, 0.',
  }),

  ADMIN_REQUESTS_PER_SECOND: integer(
    0,
    100_000,
  )({
    default: 100,
    desc: 'Requests that one admin may send to one process, on average of ten seconds; more are answered with 429. 0: no limit.',
  }),
  WORKER_REQUESTS_PER_SECOND: integer(
    0,
    100_000,
  )({ default: 1000, desc: 'The same for one token of workers, who may be many. 0: no limit.' }),
  REFUSALS_PER_MINUTE: integer(
    0,
    100_000,
  )({
    default: 120,
    desc: 'So often an address may be refused (401, 403); after that it is told to wait, and AUTH_SERVICE_URL is not asked for it. Known tokens are let in all the same. 0: no limit.',
  }),
  MAX_EVENT_LOOP_DELAY_MS: integer(
    0,
    60_000,
  )({
    default: 300,
    desc: 'New work is answered with 503 while the process is later than this, averaged over half a second. 0: never.',
  }),
  MAX_WAITING_FOR_DATABASE: integer(
    0,
    100_000,
  )({
    default: 500,
    desc: 'New work is answered with 503 while so many wait for one of DATABASE_POOL_SIZE. 0: never; they wait two seconds at most.',
  }),

  DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'PostgreSQL 15 or newer with your users and purchase_history. Not set: an embedded PostgreSQL is started.',
    example: 'postgres://crm:secret@localhost:5432/shop',
  }),
  DATABASE_REPLICA_URL: postgresUrl({
    default: undefined,
    desc: 'A streaming standby of DATABASE_URL: counts, previews and their like are read there. Dispatches never are.',
    example: 'postgres://crm:secret@standby:5432/shop',
  }),
  REPLICA_MAX_LAG_SECONDS: integer(
    1,
    3600,
  )({
    default: 5,
    desc: 'A standby that lacks what was written longer ago is not read. A column index may be as far behind.',
  }),
  DATABASE_SCHEMA: identifier({ default: 'crm', desc: 'Schema of the tables that belong to this service.' }),
  CUSTOMERS_SCHEMA: identifier({ default: 'public', desc: 'Schema where users and purchase_history are found.' }),
  DATABASE_POOL_SIZE: integer(2, 200)({ default: 10, desc: 'Connections one process holds at most.' }),
  RULES_AT_ONCE: integer(
    1,
    199,
  )({
    default: undefined,
    desc: 'So many counts and previews one process asks of PostgreSQL at a time. Not set: half of DATABASE_POOL_SIZE. As many as the database has processors where it is on the same machine.',
    example: '2',
  }),
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
  METRICS_TOKENS: tokens({
    default: [],
    desc: 'Bearer tokens of monitoring: they may read GET /metrics, nothing else.',
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

  EGRESS_ALLOW: egressRules({
    default: [],
    desc: 'Private places that webhooks and senders may call, comma-separated: host, host:port, address or network. None by default.',
    example: 'hooks.intranet:8080,10.0.0.0/8',
  }),

  DELIVER: transports({
    default: [],
    desc: 'With the role sender: who delivers which channel, as channel=transport, comma-separated; no other channel is claimed. Transports: webhook, notification-sender, smtp, log.',
    example:
      'email=smtp,webpush=notification-sender,android=notification-sender,ios=notification-sender,webhook=webhook,sms=log',
  }),
  SEND_RATE: numberByChannel(
    1,
    10_000,
  )({
    default: [],
    desc: 'Notifications a second that one process sends at most, by channel. No limit where nothing is said.',
    example: 'email=10,sms=5',
  }),
  SEND_CONCURRENCY: numberByChannel(
    1,
    500,
  )({
    default: [],
    desc: 'Messages (of notification-sender: batches) that are on their way at the same time, by channel. 10 where nothing is said.',
    example: 'email=5,webhook=50',
  }),
  SEND_TIMEOUT_SECONDS: integer(
    1,
    300,
  )({ default: 15, desc: 'A transport that has not answered after this has failed, and the notification is tried again.' }),
  DELIVERY_WEBHOOK_URL: httpUrl({
    default: undefined,
    desc: 'Transport webhook: where each notification is posted to. A private address must also stand in EGRESS_ALLOW.',
    example: 'https://hooks.example.com/notifications',
  }),
  DELIVERY_WEBHOOK_SECRET: webhookSecrets({
    default: undefined,
    desc: 'Transport webhook: signs what is posted (Standard Webhooks), whsec_ and base64. Two, comma-separated, while one replaces the other.',
  }),
  NOTIFICATION_SENDER_URL: httpUrl({
    default: undefined,
    desc: 'Transport notification-sender: an existing service that takes POST /send-batch.',
    example: 'http://notification-sender:8000',
  }),
  SMTP_URL: smtpUrl({
    default: undefined,
    desc: 'Transport smtp: the mail server. smtps:// is TLS from the start; with a password smtp:// demands STARTTLS.',
    example: 'smtp://user:secret@mail.example.com:587',
  }),
  MAIL_FROM: mailbox({
    default: undefined,
    desc: 'Transport smtp: whom mails come from.',
    example: 'Shop <news@example.com>',
  }),
  PUBLIC_URL: httpUrl({
    default: undefined,
    desc: 'Where customers reach this service from outside, https. Mails carry a link below it that unsubscribes with one click.',
    example: 'https://crm.example.com',
  }),

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

  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({
    default: undefined,
    desc: 'An OpenTelemetry collector: traces are posted to /v1/traces below it, as OTLP in JSON. None are kept where this is not set.',
    example: 'http://otel-collector:4318',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: headerList({
    default: [],
    desc: 'Headers that the collector wants, as name=value, comma-separated, values escaped as in an address.',
    example: 'authorization=Bearer%20abc',
  }),
  OTEL_SERVICE_NAME: text(200)({ default: 'crm-service', desc: 'What traces call this service.' }),

  LLM_PROVIDER: str({
    default: 'ollama',
    choices: ['ollama', 'openai'],
    desc: 'How the model is asked: as Ollama has it, or as OpenAI, vLLM, llama.cpp and others have chat completions.',
  }),
  OLLAMA_HOST: httpUrl({ default: 'http://ollama:11434', desc: 'Where Ollama listens; keep it on a private network.' }),
  LLM_BASE_URL: httpUrl({
    default: undefined,
    desc: 'With LLM_PROVIDER=openai: what stands before /chat/completions, mostly with /v1.',
    example: 'http://vllm:8000/v1',
  }),
  LLM_API_KEY: headerToken({ default: undefined, desc: 'With LLM_PROVIDER=openai: its bearer token, if it wants one.' }),
  LLM_MODEL: text(200)({
    default: 'llama3.2:1b-instruct',
    desc: 'The model asked, as `ollama pull` names it; with LLM_PROVIDER=openai as its server does, and required.',
  }),
  LLM_TIMEOUT_SECONDS: integer(
    1,
    3600,
  )({ default: 60, desc: 'A model that has not answered after this is given up with 503.' }),
};

/** The service's settings, checked and typed. Keys are the names of the environment variables. */
export type Config = Readonly<CleanedEnv<typeof variables>>;
