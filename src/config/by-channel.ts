import { type Channel, channels } from '../common/channels';

/** A value for some of the channels, in the order they were written in. */
export type ByChannel<V> = readonly { readonly channel: Channel; readonly value: V }[];

const isChannel = (name: string): name is Channel => (channels as readonly string[]).includes(name);

/**
 * `email=smtp,sms=log`: a value for each channel that is named.
 * @param read gives undefined for what is no such value
 * @returns undefined where the text is not of this form, or names a channel twice
 */
export function parseByChannel<V>(text: string, read: (value: string) => V | undefined): ByChannel<V> | undefined {
  const found = text.split(',').filter((item) => item.trim() !== '');
  const all = found.flatMap((item) => {
    const [, channel, written] = /^\s*([a-z]+)\s*=\s*(\S+)\s*$/.exec(item) ?? [];
    const value = written === undefined ? undefined : read(written);
    return value !== undefined && isChannel(channel) ? [{ channel, value }] : [];
  });
  const isWhole = all.length === found.length && new Set(all.map(({ channel }) => channel)).size === all.length;
  return isWhole ? all : undefined;
}

/** What is said of a channel; undefined where nothing is. */
export const valueFor = <V>(settings: ByChannel<V>, channel: Channel): V | undefined =>
  settings.find((one) => one.channel === channel)?.value;
