import { smtpFailure } from './smtp-failure';

const error = (facts: object) => Object.assign(new Error('said by nodemailer'), facts);
const rcpt = { code: 'EENVELOPE', command: 'RCPT TO' };

it.each([
  [{ ...rcpt, responseCode: 550, response: '550 5.1.1 <a@b.example> unknown' }, '550 5.1.1 <address> unknown', false],
  [{ ...rcpt, responseCode: 452, response: '452 4.2.2 full' }, '452 4.2.2 full', true],
  [{ ...rcpt, responseCode: 450, response: '450 greylisted' }, '450 greylisted', true],
  [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554, response: '554 spam' }, '554 spam', false],
  [{ code: 'EMESSAGE', command: 'DATA', responseCode: 451, response: '451 later' }, '451 later', true],
  [{ code: 'EENVELOPE', command: 'API' }, 'the address cannot be used', false],
])('takes %j to be about this mail', (facts, said, retry) => {
  expect(smtpFailure(error(facts))).toEqual({ kind: 'failed', error: said, retry });
});

it.each([
  [{ code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }, 'ECONNREFUSED', false],
  [{ code: 'EDNS', originalCode: 'ENOTFOUND', command: 'CONN' }, 'ENOTFOUND', false],
  [{ code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535, response: '535 no' }, '535 no', false],
  [{ code: 'ETLS', command: 'CONN' }, 'ETLS', false],
  [{ code: 'ETIMEDOUT', command: 'CONN', timeoutType: 'GREETING_TIMEOUT' }, 'ETIMEDOUT', false],
  [{ code: 'ECONNECTION', command: 'CONN' }, 'ECONNECTION', true],
  [{ code: 'ETIMEDOUT', command: 'CONN', timeoutType: 'SOCKET_TIMEOUT' }, 'ETIMEDOUT', true],
  [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550, response: '550 not you' }, '550 not you', true],
  [{ ...rcpt, responseCode: 421, response: '421 closing' }, '421 closing', true],
  [{}, 'the connection failed', true],
])('takes %j to be about the server or us', (facts, said, reached) => {
  expect(smtpFailure(error(facts))).toEqual({ kind: 'unavailable', error: said, reached });
});

it('says why it was given up', () => {
  expect(smtpFailure(error({ code: 'EABORT' }), 'too late')).toMatchObject({
    kind: 'unavailable',
    error: 'no answer in time',
  });
  expect(smtpFailure(error({ code: 'EABORT' }), 'stopped')).toMatchObject({ kind: 'unavailable', reached: true });
});
