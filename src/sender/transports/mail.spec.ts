import fc from 'fast-check';
import { createTransport } from 'nodemailer';
import type { ClaimedNotification } from '../../notifications/delivery.dto';
import { mailOf, messageIdOf } from './mail';

const ID = '17:5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e';
const notification = (texts: { title: string | null; message: string }): ClaimedNotification => ({
  id: ID,
  user_id: ID.slice(3),
  campaign_id: ID.slice(3),
  dispatch_id: '17',
  channel: 'email',
  attempt: 1,
  data: {},
  ...texts,
});
const envelope = {
  from: 'Shop <news@shop.example>',
  to: 'ana@example.com',
  unsubscribe: 'https://crm.example/unsubscribe/x',
};

/** The mail as it would go over the wire: its header lines, and what follows them. */
async function written(texts: { title: string | null; message: string }): Promise<{ headers: string[]; body: string }> {
  const mailer = createTransport({ streamTransport: true, buffer: true });
  const { message } = await mailer.sendMail(mailOf(notification(texts), envelope));
  const [head, ...body] = (message as Buffer).toString().split(/\r?\n\r?\n/);
  return { headers: head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/), body: body.join('\n\n') };
}
const names = (headers: string[]) => headers.map((line) => line.split(':')[0].toLowerCase()).sort();

it('has the headers of a mail that can be unsubscribed, and one text', async () => {
  const { headers, body } = await written({ title: 'News', message: 'Hello\nAna' });

  expect(headers).toEqual(
    expect.arrayContaining([
      'From: Shop <news@shop.example>',
      'To: ana@example.com',
      'Subject: News',
      'Message-ID: <17.5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e@shop.example>',
      'List-Unsubscribe: <https://crm.example/unsubscribe/x>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Content-Type: text/plain; charset=utf-8',
    ]),
  );
  expect(body.trim()).toMatch(/^Hello\r?\nAna$/);
});

it('has no header that a title or a message brings', async () => {
  const usual = names((await written({ title: 'News', message: 'Hello' })).headers);
  const line = fc.oneof(
    fc.constantFrom(
      '\r\nBcc: x@y.example',
      '\nX-Own: 1',
      '\r\n\r\nbody',
      '\u2028To: x@y.example',
      '\u0085Cc: z',
      '\r',
      '=?UTF-8?Q?=0D=0ABcc:_x?=',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const text = fc.array(line, { minLength: 1, maxLength: 4 }).map((parts) => `A${parts.join('')}`);
  await fc.assert(
    fc.asyncProperty(text, text, async (title, message) => {
      const found = names((await written({ title, message })).headers).filter(
        (name) => name !== 'content-transfer-encoding',
      );
      expect(found).toEqual(usual.filter((name) => name !== 'content-transfer-encoding'));
    }),
    { numRuns: 200 },
  );
});

it.each([null, '', ' \r\n '])('has no subject where there is no title: %j', async (title) => {
  expect(names((await written({ title, message: 'Hello' })).headers)).not.toContain('subject');
});

it('is known by the notification, at every attempt', () => {
  expect(messageIdOf(ID, 'news@shop.example')).toBe(`<${ID.replace(':', '.')}@shop.example>`);
});
