import { type AddressInfo, createServer } from 'node:net';
import { breakerLimits } from '../src/sender/breaker';
import type { TestApp } from './support/app';
import { eventually } from './support/eventually';
import { type MailServer, startMailServer } from './support/mail-server';
import { attempts, hurry, notificationsOf, sendTo, settled, startSending } from './support/sending';
import { answerJson, hang, startStubServer, type StubHandler, type StubServer } from './support/stub-server';

let app: TestApp | undefined;
let far: StubServer;
let mail: MailServer | undefined;
const usual = { ...breakerLimits };

beforeEach(async () => {
  far = await startStubServer((_request, response) => answerJson(response, 200, {}));
  breakerLimits.firstPauseMs = 50;
});
afterEach(async () => {
  await app?.close();
  await Promise.all([far.close(), mail?.close()]);
  [app, mail] = [undefined, undefined];
  Object.assign(breakerLimits, usual);
});

const byWebhook = async (env: Record<string, string> = {}): Promise<TestApp> =>
  (app = await startSending({
    DELIVER: 'webhook=webhook',
    DELIVERY_WEBHOOK_URL: far.url,
    SEND_CONCURRENCY: 'webhook=1',
    ...env,
  }));
const byMail = async (url: string): Promise<TestApp> =>
  (app = await startSending({
    DELIVER: 'email=smtp',
    SMTP_URL: url,
    MAIL_FROM: 'news@shop.example',
    PUBLIC_URL: 'https://crm.shop.example',
  }));

const status = (code: number, headers: Record<string, string> = {}): StubHandler => {
  return (_request, response) => void response.writeHead(code, headers).end();
};
const released = async (app: TestApp) =>
  Number((await app.db.query(`SELECT count(*) FROM notification_leases WHERE outcome = 'released'`))[0].count);

describe('a transport that takes nothing', () => {
  it('is left alone, condemns nobody, and is used again when it is back', async () => {
    const app = await byWebhook();
    await app.make.customers(30);
    far.answer((_request, response) => {
      // five, and the first that tries whether it is back
      answerJson(response, far.requests.length <= breakerLimits.failures + 1 ? 503 : 200, {});
    });
    await sendTo(app, 'webhook');
    const all = await settled(app);

    expect(all.map(({ status, attempts }) => [status, attempts])).toEqual(Array(30).fill(['sent', 1]));
    expect(far.requests).toHaveLength(30 + breakerLimits.failures + 1);
    expect(await attempts(app)).toEqual([]);
  });

  it('and cannot even be reached: nothing is burnt, however long it takes', async () => {
    const port = await freePort();
    const app = await byMail(`smtp://127.0.0.1:${port}`);
    await app.make.customers(3);
    await sendTo(app, 'email');
    await eventually(async () => expect(await released(app)).toBeGreaterThan(6)); // more than five failures
    expect((await notificationsOf(app)).map(({ attempts }) => attempts)).toEqual([0, 0, 0]);

    mail = await startMailServer(port);
    const all = await settled(app);

    expect(all.map(({ status, attempts }) => [status, attempts])).toEqual(Array(3).fill(['sent', 1]));
    expect(await attempts(app)).toEqual([]);
  });

  it('is not tried for ever with the one that it cannot take: others show that it is back', async () => {
    const app = await byWebhook();
    const customers = await app.make.customers(8);
    const poison = customers.map(({ id }) => id).sort()[0];
    let isDown = true;
    far.answer((_request, response, body) => answerJson(response, isDown || body.includes(poison) ? 500 : 200, {}));
    await sendTo(app, 'webhook');
    await far.received(breakerLimits.failures);
    isDown = false;

    const others = await eventually(async () => {
      const all = await notificationsOf(app);
      const sent = all.filter(({ status }) => status === 'sent');
      expect(sent).toHaveLength(7);
      return sent;
    });
    expect(others.map(({ user_id }) => user_id)).not.toContain(poison);
  });

  it.each([
    ['a redirect', 302, { location: 'http://127.0.0.1:1/elsewhere' }],
    ['a secret it does not know', 401, {}],
  ])('because of %s: nobody is to blame, and nothing goes elsewhere', async (_, code, headers) => {
    const app = await byWebhook();
    await app.make.customers(breakerLimits.failures);
    far.answer(status(code, headers));
    await sendTo(app, 'webhook');
    await eventually(async () => expect(await released(app)).toBeGreaterThan(0));

    expect((await notificationsOf(app)).every(({ status, attempts }) => status === 'queued' && attempts === 0)).toBe(true);
  });

  it('because its address is private, and nobody allowed it: nothing is sent', async () => {
    const app = await byWebhook({ EGRESS_ALLOW: '10.0.0.0/8' });
    await app.make.customers(1);
    await sendTo(app, 'webhook');
    await eventually(async () => expect(await released(app)).toBeGreaterThan(breakerLimits.failures));

    expect(far.requests).toEqual([]);
    expect(await attempts(app)).toEqual([]);
  });
});

describe('trying again', () => {
  it('webhook: by the same id, and no earlier than Retry-After', async () => {
    const app = await byWebhook();
    const [{ id: slow }] = await app.make.customers(3);
    far.answer((_request, response, body) => {
      if (body.includes(slow)) return status(429, { 'retry-after': '3600' })(_request, response, body);
      answerJson(response, 200, {});
    });
    await sendTo(app, 'webhook');
    const [{ seconds }] = await eventually(async () => {
      const due = await app.db.query<{ seconds: number }>(
        `SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM notification_retries WHERE lease_token IS NULL`,
      );
      expect(due).toHaveLength(1);
      return due;
    });
    expect(seconds).toBeGreaterThan(3500);

    far.answer(status(204));
    await hurry(app);
    await settled(app);
    const its = far.requests.filter(({ body }) => body.includes(slow));
    expect(its.map(({ body }) => (JSON.parse(body) as { data: { attempt: number } }).data.attempt)).toEqual([1, 2]);
    expect(new Set(its.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('whoever does not answer in time is tried again, and keeps nobody waiting', async () => {
    const app = await byWebhook({ SEND_TIMEOUT_SECONDS: '1', SEND_CONCURRENCY: 'webhook=2' });
    const [{ id: slow }] = await app.make.customers(5);
    far.answer((_request, response, body) => (body.includes(slow) ? hang(response, true) : answerJson(response, 200, {})));
    await sendTo(app, 'webhook');
    const all = await eventually(async () => {
      const found = await notificationsOf(app);
      expect(found.every(({ status, attempts }) => status === 'sent' || attempts === 1)).toBe(true);
      return found;
    });
    expect(all.filter(({ status }) => status !== 'sent')).toMatchObject([{ user_id: slow, error: 'no answer within 1 s' }]);
  });

  it('email: by the same Message-ID', async () => {
    mail = await startMailServer();
    const app = await byMail(mail.url);
    const seen: string[] = [];
    mail.refuseMail(({ headers }) => (seen.push(headers['message-id']) < 3 ? [451, '4.3.0 later'] : undefined));
    await app.make.customer({ email: 'ana@example.com' });
    await sendTo(app, 'email');
    const [{ attempts }] = await eventually(async () => {
      await hurry(app);
      const all = await notificationsOf(app);
      expect(all[0].status).toBe('sent');
      return all;
    });

    expect(attempts).toBe(3);
    expect(new Set(seen).size).toBe(1);
    expect(mail.mails.map(({ headers }) => headers['message-id'])).toEqual([seen[0]]);
  });

  it('after five failures no more', async () => {
    const app = await byWebhook();
    const [{ id: poison }] = await app.make.customers(2);
    far.answer((_request, response, body) => answerJson(response, body.includes(poison) ? 500 : 200, {}));
    await sendTo(app, 'webhook');
    const dead = await eventually(async () => {
      await hurry(app);
      const all = await notificationsOf(app);
      expect(all.map(({ status }) => status).sort()).toEqual(['failed', 'sent']);
      return all.find(({ status }) => status === 'failed');
    });
    expect(dead).toMatchObject({ user_id: poison, error: 'HTTP 500', attempts: 5 });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
