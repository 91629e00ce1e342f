import type { Channel } from '../common/channels';
import { type ByChannel, valueFor } from '../config/by-channel';
import { type Config, ConfigError } from '../config/config';
import type { TransportKind } from './transports/transport';

const DEFAULT_CONCURRENCY = 10;

/** How one channel is delivered. */
export interface ChannelSettings {
  readonly channel: Channel;
  readonly kind: TransportKind;
  /** Calls of the transport that are under way at the same time, at most. */
  readonly concurrency: number;
  /** Notifications a second; undefined: no limit. */
  readonly rate: number | undefined;
}

/**
 * What DELIVER and its kin come to.
 * @throws ConfigError with one line a fault: a transport that there is not, that does not serve the channel, or that lacks a setting
 */
export function channelSettings(config: Config, kinds: readonly TransportKind[]): ChannelSettings[] {
  const faults = [...deliverFaults(config, kinds), ...strayFaults(config)];
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return config.DELIVER.map(({ channel, value }) => ({
    channel,
    kind: kinds.find(({ name }) => name === value)!,
    concurrency: valueFor(config.SEND_CONCURRENCY, channel) ?? DEFAULT_CONCURRENCY,
    rate: valueFor(config.SEND_RATE, channel),
  }));
}

function deliverFaults(config: Config, kinds: readonly TransportKind[]): string[] {
  if (config.DELIVER.length === 0)
    return ['ROLES has sender, and DELIVER says of no channel who delivers it: set it, such as email=smtp'];
  return config.DELIVER.flatMap(({ channel, value }) => {
    const kind = kinds.find(({ name }) => name === value);
    if (!kind) return [`DELIVER: there is no transport ${value}; there are ${kinds.map(({ name }) => name).join(', ')}`];
    if (!kind.channels.includes(channel))
      return [`DELIVER: ${value} does not deliver ${channel}, but ${kind.channels.join(', ')}`];
    const missing = kind.needs.filter((name) => config[name] === undefined);
    return missing.length > 0 ? [`DELIVER: ${channel}=${value} needs ${missing.join(' and ')}`] : [];
  });
}

/** A limit that holds for nothing was meant for something. */
function strayFaults(config: Config): string[] {
  const stray = (name: 'SEND_RATE' | 'SEND_CONCURRENCY', settings: ByChannel<number>) =>
    settings
      .filter(({ channel }) => valueFor(config.DELIVER, channel) === undefined)
      .map(({ channel }) => `${name} limits ${channel}, which DELIVER does not name`);
  return [...stray('SEND_RATE', config.SEND_RATE), ...stray('SEND_CONCURRENCY', config.SEND_CONCURRENCY)];
}
