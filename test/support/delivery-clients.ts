import type TestAgent from 'supertest/lib/agent';
import type { ClaimView } from '../../src/notifications/delivery.dto';
import type { TestApp } from './app';
import { comeDue } from './delivery';
import type { Answer, Aside, DeliveryOp } from './model-state';
import { post } from './twice';

/** Does what the model of deliveries says. */
export async function deliver(app: TestApp, agent: TestAgent, op: DeliveryOp, twice: boolean): Promise<Answer> {
  const { db } = app;
  const answered = ({ status, body }: { status: number; body: { type?: string } }): Answer => ({
    status,
    problem: body.type?.split(':').at(-1),
  });
  switch (op.do) {
    case 'mark-sent':
    case 'mark-failed': {
      const answer = await post(agent, `/notifications/${op.run}:${op.user}/${op.do}`, undefined, twice);
      return { ...answered(answer), is: answer.body.status };
    }
    case 'claim': {
      const { limit, channel } = op;
      const body = { limit, channel, lease_seconds: 600 }; // so that none runs out by itself
      // nothing is shown of a lease whose every notification was marked by name since
      const sameLease = ({ body }: { body: ClaimView }) => body.lease_token ?? undefined;
      const answer = await post(agent, '/notifications/claim', body, twice, sameLease);
      if (answer.status !== 200) return answered(answer);
      const { lease_token: token, notifications }: ClaimView = answer.body;
      const claimed = notifications.map(({ id, attempt }) => ({ id, attempt }));
      const [kept] = await db.query<{ open: number }>('SELECT open FROM notification_leases WHERE lease_token = $1', [
        token,
      ]);
      return { ...answered(answer), token, claimed, open: kept?.open };
    }
    case 'settle': {
      const sent = op.sent.map((id) => ({ id }));
      const body = { lease_token: op.token, sent, failed: op.failed };
      const answer = await post(agent, '/notifications/settle', body, twice);
      const { sent: delivered, failed, retrying, open, rejected = [] } = answer.body;
      return { ...answered(answer), sent: delivered, failed, retrying, open, rejected: rejected.toSorted().join(' ') };
    }
    case 'extend':
      return answered(await post(agent, '/notifications/extend', { lease_token: op.token, lease_seconds: 600 }, twice));
    case 'release': {
      const answer = await post(agent, '/notifications/release', { lease_token: op.token }, twice);
      return { ...answered(answer), released: answer.body.released };
    }
    case 'redrive': {
      const answer = await post(agent, `/dispatches/${op.run}/redrive`, { error: op.error }, twice);
      return { ...answered(answer), redriven: answer.body.redriven };
    }
    case 'expire':
      await db.query(
        `UPDATE notification_leases SET lease_until = now() - interval '1 s' WHERE lease_token = ANY ($1) AND lease_until > now()`,
        [op.tokens],
      );
      return { status: 0 };
    case 'due':
      await comeDue(app);
      return { status: 0 };
  }
}

/** What claims took off instead of handing it out, each transaction's by itself. */
export const asides = (db: TestApp['db']): Promise<Aside[]> =>
  db.query<Aside & { xmin: string }>(
    `SELECT CASE state WHEN 4 THEN 'withheld' ELSE 'failed' END AS as, array_agg(dispatch_id || ':' || user_id) AS ids
     FROM notifications WHERE state = 4 OR state = 3 AND error LIKE 'lost 10 times%' GROUP BY state, xmin::text`,
  );
