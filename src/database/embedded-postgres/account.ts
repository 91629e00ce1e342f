import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../config/config';

/** The account PostgreSQL runs as; empty when that is simply ours. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** Where things go that must be reachable for another account although node_modules or the data directory are not. */
export const ROOT_OWNED = '/var/lib/embedded-postgres';

/** initdb and postgres refuse to run as root: use the account postgres, else nobody. */
export function unprivilegedAccount(): Account {
  if (process.platform === 'win32' || userInfo().uid !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
    const [uid, gid] = [id('-u'), id('-g')];
    if (uid > 0) return { uid, gid };
  }
  throw new ConfigError('Running as root, and neither the account postgres nor nobody exists. Set DATABASE_URL instead.');
}

export function giveTo(account: Account, path: string): void {
  if (account.uid !== undefined) chownSync(path, account.uid, account.gid!);
}

/** Makes the directory, closed to everybody else. As root one below /root cannot be reached by the other account: then /var/lib. */
export function prepareDirectory(wanted: string, account: Account): string {
  const usable = (dir: string) => {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o700);
    if (account.uid === undefined) return true;
    giveTo(account, dir);
    return spawnSync('test', ['-w', dir], account).status === 0;
  };
  const fallback = join(ROOT_OWNED, createHash('sha256').update(wanted).digest('hex').slice(0, 12));
  return [wanted, fallback].find(usable) ?? wanted;
}
