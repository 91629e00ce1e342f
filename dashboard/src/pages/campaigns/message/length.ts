import type { Schema } from '../../../api/client';

type Channel = Schema<'CampaignView'>['channel'];

/** The characters of GSM 03.38 (3GPP TS 23.038, section 6.2.1), and those of its extension, which take two places each. */
const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENSION = '\f^{}\\[~]|€';

/** Places in a single text message, and in each of several, whose first places say how they belong together. */
const ROOM = { gsm: [160, 153], unicode: [70, 67] } as const;

/** How a text goes as text messages. */
export interface SmsSize {
  alphabet: keyof typeof ROOM;
  /** Places: a character of the GSM extension takes two, as one beyond the basic plane does in Unicode. */
  places: number;
  messages: number;
  /** Places left in the last message. */
  left: number;
  /** The characters because of which it is Unicode, at most three; empty in GSM. */
  odd: string[];
}

export function smsSize(text: string): SmsSize {
  const characters = [...text];
  const odd = [...new Set(characters.filter((character) => !GSM.includes(character) && !GSM_EXTENSION.includes(character)))];
  const alphabet = odd.length > 0 ? 'unicode' : 'gsm';
  const sizes = characters.map((character) =>
    alphabet === 'gsm' ? (GSM_EXTENSION.includes(character) ? 2 : 1) : character.length,
  );
  const places = sizes.reduce((sum, size) => sum + size, 0);
  const [single, several] = ROOM[alphabet];
  if (places <= single) return { alphabet, places, messages: 1, left: single - places, odd: odd.slice(0, 3) };
  // no character is cut in two: what does not fit begins the next message
  let [messages, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > several) [messages, used] = [messages + 1, 0];
    used += size;
  }
  return { alphabet, places, messages, left: several - used, odd: odd.slice(0, 3) };
}

/** Characters that are usually seen before a text is cut; rules of thumb, since every device has its own. */
const SEEN: Readonly<Record<Channel, { title?: number; message?: number }>> = {
  email: { title: 60 },
  sms: {},
  webpush: { title: 50, message: 120 },
  android: { title: 45, message: 240 },
  ios: { title: 40, message: 170 },
  webhook: {},
};

/** Bytes that the push services take in all; title and message have to leave room for the rest. */
const PUSH_BYTES = 4096;
const PUSH_REST = 512;
const PUSH: readonly Channel[] = ['webpush', 'android', 'ios'];

export interface LengthHints {
  title: { characters: number; seen: number | undefined };
  message: { characters: number; seen: number | undefined };
  sms: SmsSize | undefined;
  /** It will probably be refused by the push service. */
  isTooLargeForPush: boolean;
}

/** How long a message is for what it is sent by, as one customer gets it. */
export function lengthHints(channel: Channel, { title, message }: { title: string | null; message: string }): LengthHints {
  const seen = SEEN[channel];
  const bytes = new TextEncoder().encode((title ?? '') + message).length;
  return {
    title: { characters: [...(title ?? '')].length, seen: seen.title },
    message: { characters: [...message].length, seen: seen.message },
    sms: channel === 'sms' ? smsSize(message) : undefined,
    isTooLargeForPush: PUSH.includes(channel) && bytes > PUSH_BYTES - PUSH_REST,
  };
}
