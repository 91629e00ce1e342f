import { type LookupAddress, promises as dns } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestFilteringHttpAgent } from 'request-filtering-agent';
import type { Config } from '../config/config';
import { parseEgressRule } from '../config/egress-rule';

/** Agents for addresses that somebody may choose, so that they lead to nothing of this network but what EGRESS_ALLOW names. */
export interface EgressAgents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

/** `code` of the error with which a request fails that would have led to a private address. */
export const EGRESS_REFUSED = 'EGRESS_REFUSED';

type Allowance = Pick<Config, 'EGRESS_ALLOW'>;

/** A name that is not resolved within this is looked at when it is called. */
const LOOK_UP_MS = 2000;

/**
 * Agents that connect to public addresses only, and to what EGRESS_ALLOW names. Looked at is the address that is connected to, at every
 * connection: a name may resolve otherwise than it did when it was saved. Loopback, private, link-local, mapped and reserved addresses are
 * refused: the request fails with the code EGRESS_REFUSED.
 *
 * For node:http, node:https and axios: with axios also `proxy: false` (a proxy would resolve the name itself) and `maxRedirects: 0`.
 * Not for fetch(), which takes no agents and would go around them.
 */
export function egressAgents(
  config: Allowance,
  sockets: Pick<http.AgentOptions, 'keepAlive' | 'maxSockets'> = {},
): EgressAgents {
  const httpAgent = new http.Agent(sockets);
  const httpsAgent = new https.Agent(sockets);
  for (const agent of [httpAgent, httpsAgent])
    agent.createConnection = guarded(agent.createConnection.bind(agent), allowedBy(config));
  return { httpAgent, httpsAgent };
}

/**
 * Why an address must not be called, or undefined: not http or https, with a user or password in it, or leading where the agents would not
 * connect to. A name that cannot be resolved now is let pass, for the agents look again.
 */
export async function egressFault(config: Allowance, address: string): Promise<string | undefined> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return 'must be an http:// or https:// address';
  if (url.username || url.password) return 'must have no user and no password in it';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const found = await Promise.race([resolved(hostname).catch(() => []), sleep(LOOK_UP_MS, [], { ref: false })]);
  return refusal(found, allowedBy(config)(hostname, port))
    ? 'leads to a private address, and EGRESS_ALLOW does not name it'
    : undefined;
}

type Connect = http.Agent['createConnection'];
type IsAllowed = (address: string) => boolean;

/** Resolves the name once, looks at what was found, and connects to that and nothing else. */
function guarded(connect: Connect, allowed: (hostname: string, port: number) => IsAllowed): Connect {
  return (options, done = () => undefined) => {
    const host = options.host ?? 'localhost';
    const open = async () => {
      const found = await resolved(host);
      const refused = refusal(found, allowed(host, Number(options.port)));
      if (refused) throw Object.assign(refused, { code: EGRESS_REFUSED });
      return connect({ ...options, lookup: always(found) });
    };
    const fail = (error: Error) => done(error, undefined as unknown as Duplex);
    open().then((socket) => (socket ? done(null, socket) : fail(new Error('There is no connection'))), fail);
    return undefined;
  };
}

const allowedBy = ({ EGRESS_ALLOW }: Allowance) => {
  const rules = EGRESS_ALLOW.flatMap((text) => parseEgressRule(text) ?? []);
  return (hostname: string, port: number): IsAllowed =>
    (address) =>
      rules.some((rule) => rule(hostname, port, address));
};

const resolved = async (host: string): Promise<LookupAddress[]> =>
  isIP(host) ? [{ address: host, family: isIP(host) }] : dns.lookup(host, { all: true });

const always =
  (found: LookupAddress[]): LookupFunction =>
  (_, options, done) =>
    process.nextTick(() => (options.all ? done(null, found) : done(null, found[0].address, found[0].family)));

/** Why one of these addresses must not be connected to. */
function refusal(found: LookupAddress[], isAllowed: IsAllowed): Error | undefined {
  for (const { address } of found) {
    const refused = isAllowed(address) ? undefined : objectionTo(address);
    if (refused) return refused;
  }
  return undefined;
}

const judge = new RequestFilteringHttpAgent();

/** What the filtering agent has against an address. It says so when it is to connect; the socket is taken away before it begins to. */
function objectionTo(address: string): Error | undefined {
  const socket = judge.createConnection({ host: address, port: 9 }); // "discard"
  socket.once('error', () => undefined);
  const refused = socket.errored ?? undefined;
  socket.destroy();
  return refused;
}
