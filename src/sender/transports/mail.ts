import { addressOf } from '../../config/delivery-values';
import type { ClaimedNotification } from '../../notifications/delivery.dto';

interface Envelope {
  readonly from: string;
  /** One address, checked. */
  readonly to: string;
  /** Where one click unsubscribes. */
  readonly unsubscribe: string;
}

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * A notification as a mail, for nodemailer. Nothing of the notification is a header but the subject, which is one line; the address is given
 * as an object, since a text would be read as a list of addresses. List-Unsubscribe as RFC 8058 has it.
 */
export const mailOf = ({ id, title, message }: ClaimedNotification, { from, to, unsubscribe }: Envelope) => ({
  from,
  to: { name: '', address: to },
  subject: title?.replace(CONTROLS, ' ').trim() || undefined,
  text: message,
  messageId: messageIdOf(id, from),
  headers: {
    'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` },
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
});

/** The same at every attempt, so that mail servers and mailboxes can tell. Of a notification's id, only the colon is nothing for it. */
export const messageIdOf = (id: string, from: string): string =>
  `<${id.replace(':', '.')}@${addressOf(from).split('@')[1]}>`;
