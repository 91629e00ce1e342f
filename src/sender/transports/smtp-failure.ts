import { errorText } from './error-text';
import type { Outcome } from './transport';

/** What nodemailer says of a mail that did not get through. */
interface SmtpError extends Error {
  code?: string;
  originalCode?: string;
  /** The command that was answered, such as `RCPT TO`; `CONN` while a connection is made, or where one broke. */
  command?: string;
  response?: string;
  responseCode?: number;
  timeoutType?: string;
}

/** Before anything of the mail was sent. */
const NO_SESSION = new Set(['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EOAUTH2', 'EPROXY', 'ECONFIG']);
const NO_CONNECTION = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
const NOT_IN_TIME = new Set(['CONNECT_TIMEOUT', 'GREETING_TIMEOUT']);

/**
 * Whose fault it is. What is said to RCPT TO or to the mail itself is about this mail: 5xx for good, 4xx for now (RFC 5321, section 4.2.1).
 * Whatever else is said, and a connection that fails, is about the server or about us.
 */
export function smtpFailure(error: Error, given?: 'stopped' | 'too late'): Outcome {
  const { code = '', originalCode = '', command = '', response, responseCode = 0, timeoutType = '' } = error as SmtpError;
  if (given === 'stopped') return { kind: 'unavailable', error: 'cut off, because the sender stops', reached: true };
  if (given === 'too late') return { kind: 'unavailable', error: 'no answer in time', reached: true };
  const said = response ? errorText(response) : originalCode || code || 'the connection failed';
  if (code === 'EENVELOPE' && command === 'API')
    return { kind: 'failed', error: 'the address cannot be used', retry: false };
  const isAboutMail = command === 'RCPT TO' || command === 'DATA' || command === '';
  if (isAboutMail && responseCode >= 400 && responseCode !== 421)
    return { kind: 'failed', error: said, retry: responseCode < 500 };
  const isBefore = NO_SESSION.has(code) || NO_CONNECTION.has(originalCode) || NOT_IN_TIME.has(timeoutType);
  return { kind: 'unavailable', error: said, reached: !isBefore };
}
