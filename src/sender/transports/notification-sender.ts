import * as http from 'node:http';
import * as https from 'node:https';
import { traceHeaders, traceOfThing } from '../../common/trace';
import type { ClaimedNotification } from '../../notifications/delivery.dto';
import { errorText } from './error-text';
import { type Answer, outcomeOf, post } from './http-post';
import { type Outcome, transportKind } from './transport';

/** So many requests in one `POST /send-batch`. */
const BATCH = 100;
/** Of a batch that is sent one by one: after so many that nobody takes, the others are left for later. */
const GIVE_UP_AFTER = 3;

/**
 * An existing service of the team: `POST {NOTIFICATION_SENDER_URL}/send-batch` with `{requests: [{user_id, message, title, channel, data}]}`.
 * Where the whole is answered with 400, 413, 422 or 500, one of it may be the reason: then each is sent by itself.
 */
export const notificationSender = transportKind({
  name: 'notification-sender',
  channels: ['webpush', 'android', 'ios'],
  needs: ['NOTIFICATION_SENDER_URL'],
  open({ config, http: client }, connections) {
    const sockets = { keepAlive: true, maxSockets: connections };
    const [httpAgent, httpsAgent] = [new http.Agent(sockets), new https.Agent(sockets)];
    const url = `${config.NOTIFICATION_SENDER_URL}/send-batch`;
    const timeoutMs = config.SEND_TIMEOUT_SECONDS * 1000;

    const send = async (notifications: readonly ClaimedNotification[], signal: AbortSignal) => {
      const body = JSON.stringify({ requests: notifications.map(toRequest) });
      const headers = traceHeaders(traceOfThing(notifications[0].id));
      const answer = await post(client, { url, body, headers, httpAgent, httpsAgent, timeoutMs, signal });
      return 'kind' in answer
        ? { outcomes: notifications.map(() => answer) }
        : { outcomes: outcomesOf(answer, notifications.length), status: answer.status };
    };
    const sendSingly = async (notifications: readonly ClaimedNotification[], signal: AbortSignal) => {
      const outcomes: Outcome[] = [];
      let failures = 0;
      for (const notification of notifications) {
        const isOver = signal.aborted || failures >= GIVE_UP_AFTER;
        const [outcome] = isOver ? [UNTOUCHED] : (await send([notification], signal)).outcomes;
        failures = outcome.kind === 'unavailable' ? failures + 1 : 0;
        outcomes.push(outcome);
      }
      return outcomes;
    };
    return {
      batch: BATCH,
      async deliver(notifications, signal) {
        const { outcomes, status } = await send(notifications, signal);
        const mayBeOne = notifications.length > 1 && [400, 413, 422, 500].includes(status ?? 0);
        return mayBeOne ? sendSingly(notifications, signal) : outcomes;
      },
      close() {
        httpAgent.destroy();
        httpsAgent.destroy();
      },
    };
  },
});

const UNTOUCHED: Outcome = { kind: 'untouched' };

/** `data.notification_id` never changes: by it the service can tell what it has had already. */
const toRequest = ({ id, user_id, campaign_id, dispatch_id, title, message, channel, data }: ClaimedNotification) => ({
  user_id,
  message,
  title,
  channel,
  data: { ...data, notification_id: id, campaign_id, dispatch_id },
});

/**
 * What an answer means for each request. `{"results": [{"success": false, "error": "…", "retry": true}, …]}`, as many as there were requests
 * and in their order, is believed item by item; any other answer goes for all of them.
 */
export function outcomesOf(answer: Answer, count: number): Outcome[] {
  const whole = outcomeOf(answer);
  const results = whole.kind === 'sent' ? resultsIn(answer.body) : undefined;
  if (results?.length !== count) return Array<Outcome>(count).fill(whole);
  return results.map(({ success, error, retry }) =>
    success === false
      ? {
          kind: 'failed',
          error: typeof error === 'string' ? errorText(error) : 'refused by the notification sender',
          retry: retry !== false,
        }
      : { kind: 'sent' },
  );
}

type Result = Record<string, unknown>;
const isObject = (value: unknown): value is Result => typeof value === 'object' && value !== null && !Array.isArray(value);

function resultsIn(body: Buffer): Result[] | undefined {
  try {
    const answer: unknown = JSON.parse(body.toString());
    const results = isObject(answer) ? answer.results : undefined;
    return Array.isArray(results) && results.every(isObject) ? results : undefined;
  } catch {
    return undefined;
  }
}
