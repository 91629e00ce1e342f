import type { Config } from '../config/config';
import { name, version } from '../version';
import type { AdminToken } from './admin-token';

const DOES: Record<Config['ROLES'][number], string> = {
  api: 'answers requests',
  dispatcher: 'writes dispatches and fires schedules',
  sender: 'delivers notifications',
};

/** Says on standard output how to go on from here. */
export function banner(config: Config, port: number, embedded: boolean, generated?: AdminToken): string {
  const base = `http://${reachable(config.HOST)}:${port}`;
  if (!config.ROLES.includes('api'))
    return [
      '',
      `  ${name} ${version} listens on ${base}`,
      '',
      `  It            ${config.ROLES.map((role) => DOES[role]).join(', and ')} (ROLES)`,
      `  Health only   ${base}/health`,
      '',
      '',
    ].join('\n');
  return [
    '',
    `  ${name} ${version} listens on ${base}`,
    '',
    `  Dashboard      ${base}/admin/${signInPart(embedded, generated)}`,
    `  API document   ${base}/docs`,
    `  Admin token    ${tokenLine(embedded, generated)}`,
    '',
    '  Try it: save a segment',
    '',
    `    curl -s ${base}/segments -H "Authorization: Bearer ${tokenInShell(generated)}" \\`,
    `      -H 'Content-Type: application/json' \\`,
    `      -d '{"name": "Regulars of the last 90 days", "filters": {"last_days": 90, "min_num_purchases": 3}}'`,
    '',
    '',
  ].join('\n');
}

/** What a browser on this machine can open; `0.0.0.0` is no address to go to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** A token that was made for somebody's own laptop may be shown there; any other output may be a log that many people read. */
function tokenLine(embedded: boolean, generated?: AdminToken): string {
  if (!generated) return 'as configured';
  return embedded ? `${generated.token}  (kept in ${generated.file})` : `in ${generated.file}`;
}

/** One click signs in. Behind a #, a browser sends it to nobody, and the page takes it out of the address at once. */
const signInPart = (embedded: boolean, generated?: AdminToken): string =>
  generated && embedded ? `#token=${generated.token}` : '';

const tokenInShell = (generated?: AdminToken): string => (generated ? `$(cat '${generated.file}')` : '${ADMIN_TOKENS%%,*}');
