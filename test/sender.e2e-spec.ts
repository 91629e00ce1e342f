import { Webhook } from 'standardwebhooks';
import type { TestApp } from './support/app';
import { forget } from './support/delivery';
import { eventually } from './support/eventually';
import { type MailServer, startMailServer } from './support/mail-server';
import { notificationsOf, sendTo, settled, startSending, WEBHOOK_SECRET } from './support/sending';
import { answerJson, startStubServer, type StubServer } from './support/stub-server';

let app: TestApp;
let far: StubServer;
let mail: MailServer;

beforeAll(async () => {
  far = await startStubServer((_request, response) => answerJson(response, 200, {}));
  mail = await startMailServer();
  app = await startSending({
    DELIVER:
      'email=smtp,webpush=notification-sender,android=notification-sender,ios=notification-sender,webhook=webhook,sms=log',
    SMTP_URL: mail.url,
    MAIL_FROM: 'The Shop <news@shop.example>',
    PUBLIC_URL: 'https://crm.shop.example',
    NOTIFICATION_SENDER_URL: far.url,
    DELIVERY_WEBHOOK_URL: `${far.url}/hook`,
  });
});
afterAll(async () => {
  await app.close();
  await Promise.all([far.close(), mail.close()]);
});
beforeEach(async () => {
  // DELETE: a TRUNCATE of several tables and a sender who looks for work can wait for each other
  for (const table of ['users', 'purchase_history']) await app.db.query('DELETE FROM ' + table);
  await forget(app);
  far.requests.length = 0;
  mail.mails.length = 0;
  far.answer((_request, response) => answerJson(response, 200, {}));
});

describe('each channel is delivered once, by its transport', () => {
  it('webhook: one signed POST a notification, by the id that never changes', async () => {
    const customers = await app.make.customers(3);
    await sendTo(app, 'webhook', 'Hello {{ preferences.first_name | default: "friend" }}', { title: 'News' });
    const all = await settled(app);

    expect(all.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    expect(far.requests).toHaveLength(3);
    const receiver = new Webhook(WEBHOOK_SECRET);
    const received = far.requests.map(({ method, path, headers, body }) => {
      expect([method, path]).toEqual(['POST', '/hook']);
      const { type, data } = receiver.verify(body, headers as Record<string, string>) as {
        type: string;
        data: { id: string };
      };
      expect(type).toBe('notification');
      expect(headers['webhook-id']).toBe(data.id);
      return data;
    });
    expect(received.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
    expect(received[0]).toEqual({
      id: expect.any(String),
      user_id: expect.any(String),
      campaign_id: expect.any(String),
      dispatch_id: expect.any(String),
      title: 'News',
      message: 'Hello friend',
      channel: 'webhook',
      attempt: 1,
      data: {},
    });
    expect(new Set(all.map(({ user_id }) => user_id))).toEqual(new Set(customers.map(({ id }) => id)));
  });

  it.each(['webpush', 'android', 'ios'] as const)('%s: batches for the notification sender', async (channel) => {
    await app.make.customers(3);
    await sendTo(app, channel, 'Hello', { title: 'News' });
    const all = await settled(app);

    expect(all.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    const [{ path, body }, ...others] = far.requests;
    expect([path, others]).toEqual(['/send-batch', []]);
    const { requests } = JSON.parse(body) as { requests: { user_id: string }[] };
    expect(requests.sort((a, b) => (a.user_id < b.user_id ? -1 : 1))).toEqual(
      all.map(({ id, user_id }) => ({
        user_id,
        message: 'Hello',
        title: 'News',
        channel,
        data: { notification_id: id, campaign_id: expect.any(String), dispatch_id: expect.any(String) },
      })),
    );
  });

  it('email: a mail that can be unsubscribed with one click', async () => {
    await app.make.customer({ email: 'ana@example.com', preferences: { first_name: 'Ana' } });
    await sendTo(app, 'email', 'Hola {{ preferences.first_name | default: "tú" }},\n\nhasta mañana.', { title: 'Mañana ☀' });
    const [{ id, meta }] = await settled(app);

    expect(mail.mails).toHaveLength(1);
    const [{ from, to, headers, body }] = mail.mails;
    const messageId = `<${id.replace(':', '.')}@shop.example>`;
    expect({ from, to }).toEqual({ from: 'news@shop.example', to: ['ana@example.com'] });
    expect(headers).toMatchObject({
      from: 'The Shop <news@shop.example>',
      to: 'ana@example.com',
      'message-id': messageId,
      'content-type': 'text/plain; charset=utf-8',
      'list-unsubscribe': expect.stringMatching(/^<https:\/\/crm\.shop\.example\/unsubscribe\/[\w-]{40,100}>$/),
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
    expect(headers.subject).toBe('=?UTF-8?Q?Ma=C3=B1ana_=E2=98=80?=');
    expect(body).toMatch(/^Hola Ana,\r\n\r\nhasta ma=C3=B1ana\./);
    expect(meta).toEqual({ message_id: messageId });
  });

  it('sms: what only logs counts as sent', async () => {
    await app.make.customers(2);
    await sendTo(app, 'sms');
    expect((await settled(app)).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['sent', 1],
      ['sent', 1],
    ]);
  });
});

describe('one that cannot be delivered fails alone', () => {
  it('webhook: 422 for good, in the first pass, and the neighbours are sent', async () => {
    const [{ id: poison }] = await app.make.customers(20);
    far.answer((_request, response, body) => answerJson(response, body.includes(poison) ? 422 : 204, {}));
    await sendTo(app, 'webhook');
    const all = await settled(app);

    expect(far.requests).toHaveLength(20);
    expect(all.filter(({ user_id }) => user_id !== poison).every(({ status }) => status === 'sent')).toBe(true);
    expect(all.find(({ user_id }) => user_id === poison)).toMatchObject({ status: 'failed', error: 'HTTP 422' });
  });

  it.each([400, 500])('notification-sender: of a batch that is answered %d each is tried by itself', async (status) => {
    const [{ id: poison }] = await app.make.customers(10);
    far.answer((_request, response, body) => answerJson(response, body.includes(poison) ? status : 200, {}));
    await sendTo(app, 'webpush');
    if (status === 500) await sentBut(1);
    else await settled(app);

    const all = await notificationsOf(app);
    const others = all.filter(({ user_id }) => user_id !== poison);
    expect(others.map(({ status, attempts }) => [status, attempts])).toEqual(Array(9).fill(['sent', 1]));
    expect(all.find(({ user_id }) => user_id === poison)).toMatchObject({ error: `HTTP ${status}` });
  });

  it('notification-sender: is believed item by item where it says so', async () => {
    await app.make.customers(3);
    far.answer((_request, response, body) => {
      const { requests } = JSON.parse(body) as { requests: unknown[] };
      const results = requests.map((_, i) =>
        i === 0 ? { success: false, error: 'no device of x@y.example', retry: false } : {},
      );
      answerJson(response, 200, { results });
    });
    await sendTo(app, 'android');
    const all = await settled(app);

    expect(far.requests).toHaveLength(1);
    expect(all.map(({ status, error }) => [status, error]).sort()).toEqual([
      ['failed', 'no device of <address>'],
      ['sent', null],
      ['sent', null],
    ]);
  });

  it('email: 5xx for good and 4xx for now, neither with the address, and the neighbours are sent', async () => {
    for (const name of ['gone', 'full', 'fine', 'odd']) await app.make.customer({ email: `${name}@example.com` });
    await app.make.customer({ email: 'x@y.example, z@w.example' });
    mail.refuse((address) => {
      if (address.startsWith('gone')) return [550, `5.1.1 <${address}> unknown user`];
      return address.startsWith('full') ? [452, `4.2.2 <${address}> is full`] : undefined;
    });
    mail.refuseMail(({ to }) => (to[0].startsWith('odd') ? [554, '5.7.1 looks like spam'] : undefined));
    await sendTo(app, 'email');
    await sentBut(1);

    expect(mail.mails.map(({ to }) => to)).toEqual([['fine@example.com']]);
    const all = await notificationsOf(app);
    expect(all.map(({ status, error }) => [status, error]).sort()).toEqual([
      ['failed', '550 5.1.1 <address> unknown user'],
      ['failed', '554 5.7.1 looks like spam'],
      ['failed', 'the customer has no usable e-mail address'],
      ['queued', '452 4.2.2 <address> is full'],
      ['sent', null],
    ]);
    expect(mail.recipients.some((address) => address.includes('w.example'))).toBe(false);
    mail.refuse(() => undefined);
    mail.refuseMail(() => undefined);
  });

  /** Waits until all but so many are settled, and those have failed once. */
  const sentBut = async (count: number) => {
    await eventually(async () => {
      const waiting = (await notificationsOf(app)).filter(({ status }) => status === 'queued');
      expect([waiting.length, waiting.every(({ attempts }) => attempts === 1)]).toEqual([count, true]);
    });
  };
});
