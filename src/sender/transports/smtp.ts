import { createTransport } from 'nodemailer';
import { addressOf, isOneAddress } from '../../config/delivery-values';
import type { ClaimedNotification } from '../../notifications/delivery.dto';
import { mailOf } from './mail';
import { smtpFailure } from './smtp-failure';
import { transportKind } from './transport';

/** An idle connection is closed after this: before the server does, and perhaps just when it is to be used. */
const IDLE_MS = 10_000;

/** A mail for each notification of the channel email. */
export const smtp = transportKind({
  name: 'smtp',
  channels: ['email'],
  needs: ['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL'],
  open({ config, unsubscribeLinks }, connections) {
    const { SMTP_URL: url, MAIL_FROM: from, PUBLIC_URL, SEND_TIMEOUT_SECONDS } = config;
    const timeoutMs = SEND_TIMEOUT_SECONDS * 1000;
    const mailer = createTransport({
      requireTLS: new URL(url).password !== '', // a password never goes over a connection that anybody can read; the address may say otherwise
      url,
      pool: true,
      maxConnections: connections,
      maxRequeues: 0, // whether it is tried again is for us to say
      idleTimeout: IDLE_MS,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    mailer.on('error', () => undefined); // of a connection that nobody uses: the next mail opens another

    const send = async (notification: ClaimedNotification, signal: AbortSignal) => {
      const { email } = notification.data;
      if (typeof email !== 'string' || !isOneAddress(email))
        return { kind: 'failed', error: 'the customer has no usable e-mail address', retry: false } as const;
      const unsubscribe = `${PUBLIC_URL}/unsubscribe/${unsubscribeLinks.tokenFor(notification.user_id, notification.channel)}`;
      const deadline = AbortSignal.timeout(timeoutMs);
      const mail = mailOf(notification, { from, to: email, unsubscribe });
      try {
        await mailer.sendMail({
          ...mail,
          envelope: { from: addressOf(from), to: [email] },
          signal: AbortSignal.any([signal, deadline]),
        });
        return { kind: 'sent', info: { message_id: mail.messageId } } as const;
      } catch (error) {
        return smtpFailure(error as Error, signal.aborted ? 'stopped' : deadline.aborted ? 'too late' : undefined);
      }
    };
    return {
      batch: 1,
      deliver: async ([notification], signal) => [await send(notification, signal)],
      close: () => mailer.close(),
    };
  },
});
