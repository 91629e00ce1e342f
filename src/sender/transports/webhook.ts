import { Webhook } from 'standardwebhooks';
import { channels } from '../../common/channels';
import { egressAgents } from '../../common/egress';
import { traceHeaders, traceOfThing } from '../../common/trace';
import { outcomeOf, post } from './http-post';
import { transportKind } from './transport';

/**
 * One notification in one POST, signed as Standard Webhooks has it: `webhook-id` is the notification's id, so it is the same at every
 * attempt. The address is one that somebody may choose: it leads to nothing private but what EGRESS_ALLOW names.
 */
export const webhook = transportKind({
  name: 'webhook',
  channels,
  needs: ['DELIVERY_WEBHOOK_URL', 'DELIVERY_WEBHOOK_SECRET'],
  open({ config, http }, connections) {
    const { DELIVERY_WEBHOOK_URL: url, DELIVERY_WEBHOOK_SECRET: secrets, SEND_TIMEOUT_SECONDS } = config;
    const signers = secrets.map((secret) => new Webhook(secret));
    const agents = egressAgents(config, { keepAlive: true, maxSockets: connections });
    return {
      batch: 1,
      async deliver([notification], signal) {
        const now = new Date();
        const body = JSON.stringify({ type: 'notification', timestamp: now.toISOString(), data: notification });
        const headers = {
          'webhook-id': notification.id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': signers.map((signer) => signer.sign(notification.id, now, body)).join(' '),
          ...traceHeaders(traceOfThing(notification.id)),
        };
        const answer = await post(http, { url, body, headers, ...agents, timeoutMs: SEND_TIMEOUT_SECONDS * 1000, signal });
        return ['kind' in answer ? answer : outcomeOf(answer)];
      },
      close() {
        agents.httpAgent.destroy();
        agents.httpsAgent.destroy();
      },
    };
  },
});
