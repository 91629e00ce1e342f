import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** A mail as it arrived. */
interface Mail {
  from: string;
  to: string[];
  /** Header and body, unfolded header lines by name in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface MailServer {
  /** `smtp://127.0.0.1:<port>` */
  url: string;
  /** What was taken, oldest first. */
  mails: Mail[];
  /** Every RCPT TO, whatever it was answered. */
  recipients: string[];
  /** What is answered to RCPT TO of an address; undefined: it is taken. */
  refuse(recipient: (address: string) => [code: number, text: string] | undefined): void;
  /** What is answered to the mail itself; undefined: it is taken. */
  refuseMail(mail: (mail: Mail) => [code: number, text: string] | undefined): void;
  close(): Promise<void>;
}

const refusal = ([responseCode, text]: [number, string]) => Object.assign(new Error(text), { responseCode });

/** A real SMTP server on 127.0.0.1: a mail server that takes everything, until it is told what to refuse. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const mails: Mail[] = [];
  const recipients: string[] = [];
  let ofRecipient: Parameters<MailServer['refuse']>[0] = () => undefined;
  let ofMail: Parameters<MailServer['refuseMail']>[0] = () => undefined;

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, _session, done) {
      recipients.push(address);
      const answer = ofRecipient(address);
      done(answer && refusal(answer));
    },
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      read(stream).then(
        (text) => {
          const mail = {
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            ...parsed(text),
          };
          const answer = ofMail(mail);
          if (!answer) mails.push(mail);
          done(answer && refusal(answer));
        },
        (error: Error) => done(error),
      );
    },
  });
  server.on('error', () => undefined); // a client that goes away
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    recipients,
    refuse: (answer) => void (ofRecipient = answer),
    refuseMail: (answer) => void (ofMail = answer),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function read(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): Pick<Mail, 'headers' | 'body'> {
  const end = text.indexOf('\r\n\r\n');
  const lines = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { headers, body: text.slice(end + 4) };
}
