import { ConfigError, loadConfig } from './config';

const long = 'a-token-that-is-long-enough';

const jwt = { JWKS_URL: 'https://login.example.com/keys', JWT_ISSUER: 'https://login.example.com', JWT_AUDIENCE: 'crm' };

/** Values that a line may name: they are no secrets, and the words of the settings themselves. */
const OURS = new Set(['public', 'pg_catalog', 'ollama', 'openai']);

/** What is wrong, the environment, and what the one line has to say. */
const badEnvironments: [what: string, env: Record<string, string>, line: RegExp][] = [
  ['a port that is a word', { PORT: 'eighty' }, /^PORT must be a whole number from 0 to 65535$/],
  ['a port too high', { PORT: '65536' }, /^PORT must be/],
  ['a negative port', { PORT: '-1' }, /^PORT must be/],
  ['a port with a fraction', { PORT: '80.5' }, /^PORT must be/],
  ['a port in another notation', { PORT: '0x1F90' }, /^PORT must be/],
  ['a port with a space', { PORT: ' 8006' }, /^PORT must be/],
  ['a host beyond any length', { HOST: 'h'.repeat(256) }, /^HOST must have at most 255 characters$/],
  ['an unknown log level', { LOG_LEVEL: 'loudest' }, /^LOG_LEVEL is not one of .*fatal.*silent/],
  ['any origin', { CORS_ORIGINS: '*' }, /^CORS_ORIGINS .*not an exact origin/],
  ['an origin with a path', { CORS_ORIGINS: 'https://admin.example.com/app' }, /^CORS_ORIGINS .*not an exact origin/],
  ['the origin of a sandbox', { CORS_ORIGINS: 'null' }, /^CORS_ORIGINS .*not an exact origin/],
  ['a proxy by name', { TRUSTED_PROXIES: 'proxy.intranet' }, /^TRUSTED_PROXIES .*no address or network/],
  ['every proxy there is', { TRUSTED_PROXIES: '10.0.0.1,0.0.0.0/0' }, /^TRUSTED_PROXIES .*so wide that anybody/],
  ['every proxy in two halves', { TRUSTED_PROXIES: '0.0.0.0/1,128.0.0.0/1' }, /^TRUSTED_PROXIES .*so wide that anybody/],
  ['every proxy of IPv6', { TRUSTED_PROXIES: '::/0' }, /^TRUSTED_PROXIES .*so wide that anybody/],
  ['every proxy of IPv4 as IPv6', { TRUSTED_PROXIES: '::ffff:0:0/96' }, /^TRUSTED_PROXIES .*so wide that anybody/],
  ['proxies as Express has them', { TRUSTED_PROXIES: 'true' }, /^TRUSTED_PROXIES .*no address or network/],
  ['a number of proxies', { TRUSTED_PROXIES: '1' }, /^TRUSTED_PROXIES .*no address or network/],
  ['origins by pattern', { CORS_ORIGINS: 'https://*.example.com' }, /^CORS_ORIGINS .*not an exact origin/],
  ['no role at all', { ROLES: ',' }, /^ROLES must be one or more of api, dispatcher, sender/],
  ['a role of nobody', { ROLES: 'api,hunter2' }, /^ROLES must be one or more of api, dispatcher, sender/],
  ['a secret nobody could verify', { DELIVERY_WEBHOOK_SECRET: 'hunter2' }, /^DELIVERY_WEBHOOK_SECRET must be whsec_/],
  ['a mail server that is none', { SMTP_URL: 'http://me:hunter2@mail' }, /^SMTP_URL must be an smtp/],
  ['everywhere as a place to call', { EGRESS_ALLOW: '*' }, /^EGRESS_ALLOW has an item that is no host/],
  ['no time to stop', { SHUTDOWN_SECONDS: '0' }, /^SHUTDOWN_SECONDS must be a whole number from 1 to 600$/],
  [
    'a database of another kind',
    { DATABASE_URL: 'mysql://root:hunter2@localhost/shop' },
    /^DATABASE_URL must be a postgres:\/\/ address$/,
  ],
  [
    'a database that is no address',
    { DATABASE_URL: 'hunter2@localhost/shop' },
    /^DATABASE_URL must be a postgres:\/\/ address$/,
  ],
  [
    'a search path of its own',
    { DATABASE_URL: 'postgres://u:hunter2@db/shop?options=-csearch_path%3Dx' },
    /^DATABASE_URL must not carry/,
  ],
  [
    'a replica of another kind',
    { DATABASE_REPLICA_URL: 'mysql://root:hunter2@standby/shop' },
    /^DATABASE_REPLICA_URL must be a postgres:\/\/ address$/,
  ],
  ['a replica that may never lag', { REPLICA_MAX_LAG_SECONDS: '0' }, /^REPLICA_MAX_LAG_SECONDS must be a whole number/],
  [
    'a schema that would need quotes',
    { DATABASE_SCHEMA: 'Crm"; DROP SCHEMA public' },
    /^DATABASE_SCHEMA must be a lower-case PostgreSQL name/,
  ],
  ['a schema name too long', { CUSTOMERS_SCHEMA: 's'.repeat(64) }, /^CUSTOMERS_SCHEMA must be a lower-case PostgreSQL name/],
  ['our tables among those of others', { DATABASE_SCHEMA: 'public' }, /^DATABASE_SCHEMA must differ from CUSTOMERS_SCHEMA/],
  ['a schema of PostgreSQL itself', { DATABASE_SCHEMA: 'pg_catalog' }, /^DATABASE_SCHEMA is a schema of PostgreSQL/],
  ['a pool of one', { DATABASE_POOL_SIZE: '1' }, /^DATABASE_POOL_SIZE must be a whole number from 2 to 200$/],
  [
    'rules that take every connection',
    { DATABASE_POOL_SIZE: '4', RULES_AT_ONCE: '4' },
    /^RULES_AT_ONCE must be less than DATABASE_POOL_SIZE/,
  ],
  ['a statement without end', { STATEMENT_TIMEOUT_SECONDS: '1e9' }, /^STATEMENT_TIMEOUT_SECONDS must be/],
  ['neither yes nor no', { MIGRATE_ON_START: 'perhaps' }, /^MIGRATE_ON_START must be true or false$/],
  ['demo data of no number', { DEMO_DATA: 'plenty' }, /^DEMO_DATA must be auto, off, or a number/],
  ['a token that can be guessed', { ADMIN_TOKENS: 'hunter2' }, /^ADMIN_TOKENS every token needs at least 16 characters$/],
  ['one short token among long ones', { WORKER_TOKENS: `${long},hunter2` }, /^WORKER_TOKENS every token needs at least 16/],
  ['a token no header can carry', { ADMIN_TOKENS: 'naïve-but-long-enough' }, /^ADMIN_TOKENS a token has characters/],
  ['a worker who would be an admin', { ADMIN_TOKENS: long, WORKER_TOKENS: long }, /^a token stands in both/],
  ['an auth service without http', { AUTH_SERVICE_URL: 'ftp://auth' }, /^AUTH_SERVICE_URL must be an http/],
  [
    'an auth service with a password',
    { AUTH_SERVICE_URL: 'http://me:hunter2@auth' },
    /^AUTH_SERVICE_URL must have no user, password/,
  ],
  ['keys without an issuer', { ...jwt, JWT_ISSUER: '' }, /^JWKS_URL, JWT_ISSUER and JWT_AUDIENCE go together/],
  ['an audience alone', { JWT_AUDIENCE: 'crm' }, /^JWKS_URL, JWT_ISSUER and JWT_AUDIENCE go together/],
  ['a model host that is a file', { OLLAMA_HOST: 'file:///etc/passwd' }, /^OLLAMA_HOST must be an http/],
  ['a model of nobody', { LLM_PROVIDER: 'hunter2' }, /^LLM_PROVIDER is not one of .*ollama.*openai/],
  [
    'a model server that is nowhere',
    { LLM_PROVIDER: 'openai', LLM_MODEL: 'big-model', LLM_API_KEY: 'hunter2' },
    /^LLM_PROVIDER=openai needs LLM_BASE_URL and LLM_MODEL: /,
  ],
  [
    'a model server and the name of a model of Ollama',
    { LLM_PROVIDER: 'openai', LLM_BASE_URL: 'http://vllm:8000/v1' },
    /^LLM_PROVIDER=openai needs LLM_BASE_URL and LLM_MODEL: /,
  ],
  ['a model server that nobody asks', { LLM_BASE_URL: 'http://vllm:8000/v1' }, /^LLM_BASE_URL and LLM_API_KEY are for LLM_/],
  [
    'a key that nobody sends',
    { LLM_PROVIDER: 'ollama', LLM_API_KEY: 'hunter2-hunter2' },
    /^LLM_BASE_URL and LLM_API_KEY are/,
  ],
  [
    'a model server with its key in the address',
    { LLM_BASE_URL: 'https://me:hunter2@api/v1' },
    /^LLM_BASE_URL must have no/,
  ],
  ['a key of two lines', { LLM_API_KEY: 'hunter2\nHost: x' }, /^LLM_API_KEY must be printable ASCII/],
  ['a model that never times out', { LLM_TIMEOUT_SECONDS: 'never' }, /^LLM_TIMEOUT_SECONDS must be a whole number/],
];

function refusal(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

it.each(badEnvironments)('refuses %s in one clear line that does not repeat it', (_what, env, line) => {
  const said = refusal(env);

  expect(said).toMatch(line);
  expect(said).not.toContain('\n');
  for (const value of Object.values(env).filter((text) => text.length > 3 && !OURS.has(text)))
    expect(said).not.toContain(value);
  expect(said).not.toContain('hunter2');
});

it('names everything that is wrong at once, a line each', () => {
  expect(refusal({ PORT: 'x', LOG_LEVEL: 'y', DEMO_DATA: 'z' }).split('\n')).toHaveLength(3);
});

it('starts with nothing set, as the contract says', () => {
  expect(loadConfig({})).toMatchObject({
    HOST: '0.0.0.0',
    PORT: 8006,
    LOG_LEVEL: 'info',
    DATABASE_URL: undefined,
    DATABASE_SCHEMA: 'crm',
    CUSTOMERS_SCHEMA: 'public',
    MIGRATE_ON_START: true,
    DATA_DIR: '.data',
    DEMO_DATA: 'auto',
    OLLAMA_HOST: 'http://ollama:11434',
    LLM_MODEL: 'llama3.2:1b-instruct',
  });
});

it('takes a model server that needs no key, and one that does', () => {
  const server = { LLM_PROVIDER: 'openai', LLM_BASE_URL: 'http://vllm:8000/v1/', LLM_MODEL: 'big-model' };

  expect(loadConfig(server)).toMatchObject({ ...server, LLM_BASE_URL: 'http://vllm:8000/v1', LLM_API_KEY: undefined });
  expect(loadConfig({ ...server, LLM_API_KEY: 'sk-1' })).toMatchObject({ LLM_API_KEY: 'sk-1' });
});

it('takes an empty value for one that is not set, as a compose file passes it', () => {
  expect(loadConfig({ PORT: '', ADMIN_TOKENS: '', DATABASE_URL: '' })).toEqual(loadConfig({}));
});

it('reads lists, numbers and addresses as what they are', () => {
  const config = loadConfig({
    ...jwt,
    ADMIN_TOKENS: ` ${long}-1 , ${long}-2,`,
    DEMO_DATA: '50',
    OLLAMA_HOST: 'http://localhost:11434/',
  });

  expect(config.ADMIN_TOKENS).toEqual([`${long}-1`, `${long}-2`]);
  expect(config.DEMO_DATA).toBe(50);
  expect(config.OLLAMA_HOST).toBe('http://localhost:11434');
});
