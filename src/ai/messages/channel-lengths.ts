import type { Channel } from '../../common/channels';

/** How long a draft may be for what it is sent by: characters (code points), placeholders counted as their defaults. */
export interface Room {
  /** 0 where the channel has no title. */
  readonly title: number;
  readonly message: number;
  /** Text messages that it may take, where it goes as those. */
  readonly smsMessages?: number;
  /** Characters to ask the model for: short ones are read, and a model counts badly. */
  readonly asked: { readonly title: number; readonly message: number };
}

/** A push message is cut at about these lengths, each device having its own; a text message costs by the piece. */
const push: Room = { title: 65, message: 240, asked: { title: 40, message: 120 } };
const long: Room = { title: 100, message: 2000, asked: { title: 50, message: 500 } };

export const roomOf: Readonly<Record<Channel, Room>> = {
  email: long,
  sms: { title: 0, message: 459, smsMessages: 3, asked: { title: 0, message: 140 } },
  webpush: push,
  android: push,
  ios: push,
  webhook: long,
};

/** Of a campaign that names no channel, and may yet be given any. */
export const anyRoom: Room = { ...long, asked: { title: 50, message: 300 } };

/** The characters of GSM 03.38 (3GPP TS 23.038, section 6.2.1), and those of its extension, which take two places each. */
const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENSION = '\f^{}\\[~]|€';

/** Text messages that a text takes: 160 places in one, 153 in each of several; 70 and 67 where a character is not of GSM. */
export function smsMessagesOf(text: string): number {
  const characters = [...text];
  const isGsm = characters.every((character) => GSM.includes(character) || GSM_EXTENSION.includes(character));
  const sizes = characters.map((character) => (isGsm ? (GSM_EXTENSION.includes(character) ? 2 : 1) : character.length));
  const [single, several] = isGsm ? [160, 153] : [70, 67];
  if (sizes.reduce((sum, size) => sum + size, 0) <= single) return 1;
  let [messages, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > several) [messages, used] = [messages + 1, 0]; // no character is cut in two
    used += size;
  }
  return messages;
}
