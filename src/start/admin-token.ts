import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config/config';

export interface AdminToken {
  token: string;
  file: string;
}

/**
 * The token that lets an admin in where no way to authenticate is configured: made once, kept in the data directory for its owner's
 * eyes only.
 * @returns undefined where ADMIN_TOKENS, AUTH_SERVICE_URL or JWKS_URL says who is let in.
 */
export function generatedAdminToken(config: Config): AdminToken | undefined {
  if (config.ADMIN_TOKENS.length > 0 || config.AUTH_SERVICE_URL || config.JWKS_URL) return undefined;
  const file = join(config.DATA_DIR, 'admin-token');
  try {
    const token = read(file) ?? create(file);
    if (!/^[\w-]{16,}$/.test(token))
      throw new ConfigError(`${file} does not hold a token: delete it, and a new one is made`);
    chmodSync(file, 0o600);
    return { token, file };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `Nobody could be let in: none of ADMIN_TOKENS, AUTH_SERVICE_URL and JWKS_URL is set, and ${file} cannot be used (${String((error as NodeJS.ErrnoException).code)})`,
      { cause: error },
    );
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file appears with its content or not at all, and of two first starts at once one makes it for both. */
function create(file: string): string {
  const made = `${file}.${process.pid}`;
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(made, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made, { force: true });
  }
  return read(file)!;
}
