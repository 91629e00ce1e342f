import { Webhook } from 'standardwebhooks';
import type { CreatedWebhookView, DeliveryView } from '../../src/webhooks/webhook.dto';
import type { TestApp } from './app';
import { eventually } from './eventually';
import type { StubRequest, StubServer } from './stub-server';

/** Has these events posted to the server, below `/hook`. */
export const subscribe = async (app: TestApp, server: StubServer, events: string[]): Promise<CreatedWebhookView> =>
  (
    await app.api
      .post('/webhooks')
      .send({ url: `${server.url}/hook`, events })
      .expect(201)
  ).body;

/** What was posted, once its signature has been verified as a receiver would. */
export const verified = ({ body, headers }: StubRequest, secret: string) =>
  new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string; timestamp: string; data: object };

/** Lets so many events happen that nobody did anything for. */
export const announce = (app: TestApp, event: string, times = 1): Promise<unknown> =>
  app.db.query(`SELECT announce($1, jsonb_build_object('n', n)) FROM generate_series(1, $2::int) n`, [event, times]);

export const deliveries = async (app: TestApp, webhook: { id: string }, query: object = {}): Promise<DeliveryView[]> =>
  (await app.api.get(`/webhooks/${webhook.id}/deliveries`).query(query).expect(200)).body;

/** The newest delivery of a webhook, once it looks like this. */
export const delivered = (app: TestApp, webhook: { id: string }, like: Partial<DeliveryView>): Promise<DeliveryView> =>
  eventually(async () => {
    const [newest] = await deliveries(app, webhook);
    expect(newest).toMatchObject(like);
    return newest;
  });

/** As if all that waits to be sent again had waited long enough. */
export const waitingIsOver = (app: TestApp): Promise<unknown> =>
  app.db.query(`UPDATE webhook_deliveries SET due_at = now() WHERE status = 'pending'`);
