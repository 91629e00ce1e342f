import type { Channel } from '../../common/channels';

/** No script, no style, nothing from anywhere; the one form goes to the page's own address. */
export const PAGE_POLICY = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** How a customer would call it. */
const NAMES: Readonly<Record<Channel, string>> = {
  email: 'e-mails',
  sms: 'text messages',
  webpush: 'browser notifications',
  android: 'notifications on Android',
  ios: 'notifications on iOS',
  webhook: 'messages',
};

/** Asks once more. The form has no action: it goes to the address it came from. */
export const askPage = (channel: Channel): string =>
  page(
    `Do you want no more ${NAMES[channel]} from us?`,
    '<form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>',
  );

export const donePage = (channel: Channel): string =>
  page('Unsubscribed', `<p>You will get no more ${NAMES[channel]} from us.</p>`);

const page = (title: string, content: string): string =>
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title></head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>
`;
