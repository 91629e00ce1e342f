import { loadConfig } from '../config/config';
import { channelSettings } from './settings';
import { transportKinds } from './transports';

const settings = (env: Record<string, string>) =>
  channelSettings(loadConfig({ ROLES: 'sender', ...env }), transportKinds).map(({ kind, ...one }) => ({
    ...one,
    transport: kind.name,
  }));

it('says for each channel who delivers it, how many at a time and how fast', () => {
  const env = {
    DELIVER: 'sms=log,ios=notification-sender',
    NOTIFICATION_SENDER_URL: 'http://sender',
    SEND_RATE: 'sms=5',
    SEND_CONCURRENCY: 'ios=3',
  };
  expect(settings(env)).toEqual([
    { channel: 'sms', transport: 'log', concurrency: 10, rate: 5 },
    { channel: 'ios', transport: 'notification-sender', concurrency: 3, rate: undefined },
  ]);
});

it.each([
  [{}, 'ROLES has sender, and DELIVER says of no channel who delivers it: set it, such as email=smtp'],
  [{ DELIVER: 'email=pigeon' }, 'DELIVER: there is no transport pigeon; there are webhook, notification-sender, smtp, log'],
  [{ DELIVER: 'sms=smtp' }, 'DELIVER: smtp does not deliver sms, but email'],
  [
    { DELIVER: 'email=notification-sender' },
    'DELIVER: notification-sender does not deliver email, but webpush, android, ios',
  ],
  [{ DELIVER: 'email=smtp' }, 'DELIVER: email=smtp needs SMTP_URL and MAIL_FROM and PUBLIC_URL'],
  [
    { DELIVER: 'email=smtp', SMTP_URL: 'smtp://user:hunter2@mail', PUBLIC_URL: 'https://crm.example' },
    'DELIVER: email=smtp needs MAIL_FROM',
  ],
  [
    { DELIVER: 'sms=webhook', DELIVERY_WEBHOOK_URL: 'https://hook.example' },
    'DELIVER: sms=webhook needs DELIVERY_WEBHOOK_SECRET',
  ],
  [{ DELIVER: 'sms=log', SEND_RATE: 'email=5' }, 'SEND_RATE limits email, which DELIVER does not name'],
  [{ DELIVER: 'sms=log', SEND_CONCURRENCY: 'ios=5' }, 'SEND_CONCURRENCY limits ios, which DELIVER does not name'],
])('refuses %j in one clear line', (env, line) => {
  expect(() => settings(env)).toThrow(line);
});
