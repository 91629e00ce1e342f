// A worker with @crm-service/client: delivers ten at a time, holds its lease as long as that takes, settles. docs/workers.md is the contract.
//
//   CRM_URL=http://localhost:8006 CRM_TOKEN=… CHANNEL=email PROVIDER_URL=https://provider.example/messages node examples/worker.mjs
//
// SIGTERM lets the deliveries under way end, settles what is done and gives back the rest.
import { createClient, NotDelivered, runWorker } from '@crm-service/client';

const { CRM_URL, CRM_TOKEN, PROVIDER_URL, CHANNEL, LEASE_SECONDS = 60 } = process.env;
const missing = ['CRM_URL', 'CRM_TOKEN', 'PROVIDER_URL'].filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Set ${missing.join(', ')}`); // before anything is claimed
  process.exit(1);
}
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());

async function send({ id, user_id, title, message, data }, isLost) {
  const answer = await fetch(PROVIDER_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': id }, // the same id however often it is tried
    body: JSON.stringify({ to: data.email ?? user_id, title, message }),
    signal: AbortSignal.any([isLost, AbortSignal.timeout(10_000)]),
  }).catch(() => Promise.reject(new NotDelivered('provider: no answer'))); // it may have been sent: the provider knows its id
  if (!answer.ok) throw NotDelivered.answered(answer);
  return { provider_id: (await answer.json()).id };
}

const client = createClient({ baseUrl: CRM_URL, token: CRM_TOKEN });
const settings = { channel: CHANNEL, leaseSeconds: Number(LEASE_SECONDS), concurrency: 10, worker: 'worker.mjs' };
await runWorker({ client, ...settings, send, signal: stop.signal, onSettled: (view) => console.log(JSON.stringify(view)) });
