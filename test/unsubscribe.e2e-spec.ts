import { randomBytes } from 'node:crypto';
import { signedToken, UnsubscribeLinks } from '../src/sender/unsubscribe/unsubscribe-links';
import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { contents } from './support/contents';
import { type MailServer, startMailServer } from './support/mail-server';
import { refusalFault } from './support/refusal';
import { sendTo, settled, startSending } from './support/sending';

const BODY = 'List-Unsubscribe=One-Click';
const FORM = 'application/x-www-form-urlencoded';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.query('TRUNCATE users, purchase_history');
  await app.db.query('TRUNCATE suppressions');
});

const linkOf = (customer: { id: string }, channel: 'email' | 'sms' = 'email') =>
  `/unsubscribe/${app.nest.get(UnsubscribeLinks).tokenFor(customer.id, channel)}`;
const post = (link: string, type = FORM, body: string | undefined = BODY) =>
  app.as().post(link).set('Content-Type', type).send(body);
const suppressions = () =>
  app.db.query(
    'SELECT user_id, channel, reason, source, expires_at, created_by FROM suppressions ORDER BY user_id, channel',
  );

describe('one click', () => {
  it('suppresses the customer in the channel that the link names, for good, whoever clicks and however often', async () => {
    const ana = await app.make.customer();
    const expected = [
      {
        user_id: ana.id,
        channel: 'email',
        reason: 'unsubscribed',
        source: 'one-click',
        expires_at: null,
        created_by: 'one-click',
      },
    ];
    const { text, headers } = await post(linkOf(ana)).expect(200);
    expect(await suppressions()).toEqual(expected);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('You will get no more e-mails from us.');

    const before = await contents(app.db);
    for (let i = 0; i < 3; i++) await post(linkOf(ana)).expect(200);
    expect(await contents(app.db)).toEqual(before);
  });

  it('holds for good where it held for a while, or for another reason', async () => {
    const ana = await app.make.customer();
    const until = { user_id: ana.id, channel: 'email', reason: 'bounced', expires_at: '2199-01-01T00:00:00Z' };
    await app.api.post('/suppressions').send(until).expect(201);
    await post(linkOf(ana)).expect(200);
    expect(await suppressions()).toMatchObject([{ reason: 'unsubscribed', expires_at: null }]);
  });

  it.each([
    [FORM, BODY],
    [`${FORM}; charset=utf-8`, ''],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ],
    ['application/json', '{"broken'],
    ['text/plain', '\u0000'],
    [FORM, 'x'.repeat(300_000)],
  ])('does not look at the body, here %s', async (type, body) => {
    const ana = await app.make.customer();
    await post(linkOf(ana), type, body).expect(200);
    expect(await suppressions()).toHaveLength(1);
  });

  it('keeps a notification that is queued from being handed out', async () => {
    const [ana, bo] = await app.make.customers(2);
    await sendTo(app, 'email');
    await post(linkOf(ana)).expect(200);
    const { body } = await app.as(WORKER_TOKEN).post('/notifications/claim').send({ channel: 'email' }).expect(200);
    expect(body.notifications.map(({ user_id }: { user_id: string }) => user_id)).toEqual([bo.id]);
  });

  it('of one channel leaves the others', async () => {
    const ana = await app.make.customer();
    await post(linkOf(ana, 'sms')).expect(200);
    await sendTo(app, 'email');
    const { body } = await app.as(WORKER_TOKEN).post('/notifications/claim').send({ channel: 'email' }).expect(200);
    expect(body.notifications).toHaveLength(1);
  });
});

describe('the page', () => {
  it('changes nothing, and has one button, no script, nothing from anywhere', async () => {
    const ana = await app.make.customer();
    const before = await contents(app.db);
    const { text, headers } = await app.as().get(linkOf(ana)).expect(200);
    await app.as().head(linkOf(ana)).expect(200);

    expect(await contents(app.db)).toEqual(before);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(text.match(/<(form|button|script|style|link|img|a|iframe)\b[^>]*>/g)).toEqual([
      '<form method="post">',
      '<button name="List-Unsubscribe" value="One-Click">',
    ]);
  });
});

describe('a link that was made up', () => {
  const forged: Record<string, (token: string) => string> = {
    'with another letter': (token) => (token.startsWith('A') ? 'B' : 'A') + token.slice(1),
    'cut short': (token) => token.slice(0, -4),
    'made longer': (token) => `${token}AAAA`,
    'with another key': () =>
      signedToken(randomBytes(32), { userId: '5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e', channel: 'email' }),
    'of nothing': () => 'x',
    'that is very long': () => 'A'.repeat(8000),
    'with what is no UTF-8': () => '%00%0a',
  };
  it.each(Object.keys(forged))('%s is 404, and nothing changes', async (name) => {
    const ana = await app.make.customer();
    const before = await contents(app.db);
    const link = `/unsubscribe/${forged[name](linkOf(ana).split('/')[2])}`;
    for (const answer of [await post(link), await app.as().get(link)])
      expect(refusalFault(answer, { status: 404, type: 'not-found' })).toBeUndefined();
    expect(await contents(app.db)).toEqual(before);
  });

  it('is refused by other methods too', async () => {
    const ana = await app.make.customer();
    for (const method of ['put', 'patch', 'delete'] as const) await app.as()[method](linkOf(ana)).expect(401);
    expect(await suppressions()).toEqual([]);
  });
});

it('is what a mail carries', async () => {
  const mail: MailServer = await startMailServer();
  const env = {
    DELIVER: 'email=smtp',
    SMTP_URL: mail.url,
    MAIL_FROM: 'news@shop.example',
    PUBLIC_URL: 'https://crm.example/base',
  };
  const sending = await startSending(env);
  const ana = await sending.make.customer();
  await sendTo(sending, 'email');
  await settled(sending);

  const [, link] = /^<https:\/\/crm\.example\/base(\/unsubscribe\/[\w-]+)>$/.exec(
    mail.mails[0].headers['list-unsubscribe'],
  )!;
  await sending.as().post(link).type('form').send(BODY).expect(200);
  expect(await sending.db.query('SELECT user_id, channel FROM suppressions')).toEqual([
    { user_id: ana.id, channel: 'email' },
  ]);
  await sending.close();
  await mail.close();
});
