import { BlockList, isIP } from 'node:net';

/** A place that may be called although its address is private: by name, or by address. */
export type EgressRule = (hostname: string, port: number, address: string) => boolean;

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * `10.0.0.0/8`, or an address or name, each with a port or for all of them: `10.1.2.3`, `[fd00::1]:8080`, `hooks.intranet:8080`. A name
 * allows whatever it resolves to; an address allows every name that resolves to it.
 * @returns undefined where the text is none of these
 */
export function parseEgressRule(text: string): EgressRule | undefined {
  const places = new BlockList();
  const allows = (port: number | undefined, is: EgressRule): EgressRule => {
    return (hostname, to, address) => (port === undefined || port === to) && is(hostname, to, address);
  };
  const isAmong: EgressRule = (_, __, address) => places.check(address, family(address));

  const [, network, bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  if (network) {
    if (!isIP(network) || Number(bits) > (family(network) === 'ipv6' ? 128 : 32)) return undefined;
    places.addSubnet(network, Number(bits), family(network));
    return allows(undefined, isAmong);
  }

  const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? name ?? text;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  if (isIP(host)) {
    places.addAddress(host, family(host));
    return allows(port, isAmong);
  }
  if (bracketed || !/^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(host)) return undefined;
  return allows(port, (hostname) => hostname.toLowerCase() === host.toLowerCase());
}

/** The widest network there is a use for, such as 10.0.0.0/8 and fd00::/8: those below it hold half of all addresses, or a part of them. */
const WIDEST_BITS = 8;
/** An IPv6 network of IPv4 addresses: ::ffff:10.0.0.0/104 is 10.0.0.0/8. */
const MAPPED_BITS = 96;

/** An address, or a network that does not hold a large part of all addresses. */
export function isNetwork(text: string): boolean {
  const [, address, bits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const version = isIP(address ?? '');
  if (version === 0 || bits === undefined) return version !== 0;
  const isMapped = version === 6 && /^(0*:)*:?(0+:)*ffff:/i.test(address);
  const widest = isMapped ? MAPPED_BITS + WIDEST_BITS : WIDEST_BITS;
  return Number(bits) >= widest && Number(bits) <= (version === 4 ? 32 : 128);
}
