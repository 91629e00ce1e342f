import { existsSync } from 'node:fs';
import { customCleanEnv } from 'envalid';
import { type Config, variables } from './variables';

export type { Config } from './variables';

/** Injection token of the one Config: `@Inject(CONFIG) private readonly config: Config`. */
export const CONFIG = Symbol('CONFIG');

/** A setting is wrong. The message is one clear line a variable and never repeats a value: it may be a secret. */
export class ConfigError extends Error {}

/**
 * Reads and checks the settings.
 * @throws ConfigError naming every variable that is wrong, and combinations that would be unsafe.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const config = customCleanEnv(set, variables, (clean) => ({ ...clean }), {
    reporter: ({ errors }) => {
      const lines = Object.entries(errors).map(([name, error]) => `${name} ${describe(error)}`);
      if (lines.length > 0) throw new ConfigError(lines.join('\n'));
    },
  }) as Config;
  const conflict = unsafeCombination(config) ?? modelConflict(config, 'LLM_MODEL' in set);
  if (conflict) throw new ConfigError(conflict);
  return Object.freeze(config);
}

/** Reads `.env` of the working directory, where there is one; what the environment already sets wins. */
export function loadDotEnv(file = '.env'): void {
  if (existsSync(file)) process.loadEnvFile(file);
}

function describe(error: Error): string {
  // envalid repeats the offending value for `choices` and `bool`: say what is allowed, never what was given
  if (/not in choices/i.test(error.message)) return error.message.replace(/^.*not in choices/is, 'is not one of');
  if (/invalid bool input/i.test(error.message)) return 'must be true or false';
  return error.message;
}

function unsafeCombination(config: Config): string | undefined {
  const jwt = [config.JWKS_URL, config.JWT_ISSUER, config.JWT_AUDIENCE];
  if (jwt.some(Boolean) && !jwt.every(Boolean))
    return 'JWKS_URL, JWT_ISSUER and JWT_AUDIENCE go together: set all three or none';
  if (config.DATABASE_SCHEMA === config.CUSTOMERS_SCHEMA)
    return 'DATABASE_SCHEMA must differ from CUSTOMERS_SCHEMA: our tables never lie among tables that belong to others';
  if (config.RULES_AT_ONCE !== undefined && config.RULES_AT_ONCE >= config.DATABASE_POOL_SIZE)
    return 'RULES_AT_ONCE must be less than DATABASE_POOL_SIZE: the rest is for what takes milliseconds';
  if (['pg_catalog', 'information_schema', 'pg_toast'].includes(config.DATABASE_SCHEMA))
    return 'DATABASE_SCHEMA is a schema of PostgreSQL itself';
  if (config.ADMIN_TOKENS.some((token) => config.WORKER_TOKENS.includes(token)))
    return 'a token stands in both ADMIN_TOKENS and WORKER_TOKENS: a worker would be an admin';
  if ([...config.ADMIN_TOKENS, ...config.WORKER_TOKENS].some((token) => config.METRICS_TOKENS.includes(token)))
    return 'a token of METRICS_TOKENS stands in ADMIN_TOKENS or WORKER_TOKENS too: whoever watches the service could do more';
  return undefined;
}

/** @param namesModel whether LLM_MODEL was set: its default is a name that only Ollama knows */
function modelConflict({ LLM_PROVIDER, LLM_BASE_URL, LLM_API_KEY }: Config, namesModel: boolean): string | undefined {
  if (LLM_PROVIDER === 'openai' && (!LLM_BASE_URL || !namesModel))
    return 'LLM_PROVIDER=openai needs LLM_BASE_URL and LLM_MODEL: where the server is, and what it calls the model';
  if (LLM_PROVIDER !== 'openai' && (LLM_BASE_URL || LLM_API_KEY))
    return 'LLM_BASE_URL and LLM_API_KEY are for LLM_PROVIDER=openai: set that too, or neither';
  return undefined;
}
