import type { Dashboard } from './dashboard';
import type { Things } from './pages';

/** Each would do something that is noticed, were it ever taken for markup or script: run, open a dialog, ask another server. */
const HOSTILE = [
  '<img src=x onerror="alert(1)">',
  '"><script>alert(2)</script>',
  '<svg/onload=alert(3)>',
  'javascript:alert(4)',
  '<iframe src="https://example.invalid/"></iframe>',
  '![x](https://example.invalid/pixel.png)',
];

/** A shop in which everything that is anybody's words is hostile. */
export async function hostileShop({ app, shop }: Dashboard): Promise<Things> {
  const [img, script, svg, url, frame, markdown] = HOSTILE;
  const customers = await Promise.all(
    HOSTILE.map((text, i) =>
      app.make.customer(
        { email: `${i}<b>${svg}</b>@example.invalid`, preferences: { first_name: text, [text]: { [img]: script } } },
        { store_name: text, products: [{ name: text }, text], ticket_type: text.slice(0, 90), total_amount: 40 },
      ),
    ),
  );
  const segments = [
    await shop.segment(img, { any: [{ stores_in: [script, img] }, { min_num_purchases: 1 }] }, svg),
    await shop.segment(url, { preferences_contains: { first_name: frame } }, markdown),
  ];
  const campaign = await shop.campaign(script, [segments[0]], { title: img, message: HOSTILE.join(' '), description: svg });
  const dispatch = await shop.dispatch(campaign);
  await shop.deliver(10, 2, [img, script]);
  await shop.ask('POST', '/suppressions', { user_id: customers[0].id, reason: 'other', source: frame.slice(0, 90) });
  const [notification] = await shop.ask<{ id: string }[]>('GET', '/notifications?status=failed&limit=1');
  return {
    segments: segments.map(({ id }) => id),
    campaign: campaign.id,
    dispatch: dispatch.id,
    notification: notification.id,
    customer: customers[1].id,
  };
}
