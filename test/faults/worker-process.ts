/* A delivery worker that is there to be killed: forked with its name, its kind, a token and the address of the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Calls, httpCalls, requester, sqlCalls } from './worker-calls';
import type { Ask, Asked, Plan, Replied, Replies, Settled, WorkerKind } from './worker-protocol';

const IDLE_MS = 40;

const [name, kind, token, databaseUrl] = process.argv.slice(2) as [string, WorkerKind, string, string];
const waiting = new Map<number, (reply: Replies[keyof Replies]) => void>();
let asked = 0;
const ask: Ask = (question, what) =>
  new Promise((done) => {
    waiting.set(++asked, done as (reply: Replies[keyof Replies]) => void);
    process.send!({ no: asked, name: question, what } satisfies Asked);
  });
process.on('message', ({ no, reply }: Replied) => {
  waiting.get(no)!(reply);
  waiting.delete(no);
});
process.once('disconnect', () => process.exit());

/** One lease from its claim to its end. */
async function work(calls: Calls): Promise<void> {
  const plan = await ask('plan', {});
  const lease = await calls.claim(plan);
  if (!lease) return sleep(IDLE_MS);
  const { items } = lease;
  await ask('go', { at: 'claimed', holds: lease.token, attempt: Math.max(...items.map(({ attempt }) => attempt)) });
  if (plan.releases) return end('release', await calls.release(lease.token, plan.keyed), lease.token);
  if (plan.extends) await end('extend', await calls.extend(lease.token, plan.keyed), lease.token);
  const middle = plan.halves ? Math.ceil(items.length / 2) : items.length;
  let open = 0;
  for (const part of [items.slice(0, middle), items.slice(middle)]) {
    if (part.length === 0) continue;
    const [sent, failed]: [string[], string[]] = [[], []];
    for (const { id, attempt } of part)
      ((await ask('deliver', { id, attempt, token: lease.token })) === 'delivered' ? sent : failed).push(id);
    await ask('go', { at: 'after the wire', holds: lease.token });
    const answer = await settle(calls, lease.token, sent, failed, plan);
    await ask('go', { at: 'settled', holds: lease.token });
    open = answer.lost ? 0 : answer.open;
    if (!answer.lost && open === 0) return; // the lease has ended: whoever polls was faster with the rest
  }
  if (open > 0 && plan.tidies) await end('release', await calls.release(lease.token, plan.keyed), lease.token);
}

async function settle(calls: Calls, token: string, sent: string[], failed: string[], plan: Plan): Promise<Settled> {
  const answer = await calls.settle(token, sent, failed, plan.keyed);
  const accepted = answer.lost ? [] : sent.filter((id) => !answer.rejected.includes(id));
  await ask('answered', { call: 'settle', token, lost: answer.lost, sent: accepted });
  if (plan.repeats) {
    const again = await calls.settle(token, sent, failed, plan.keyed);
    if (JSON.stringify(again) !== JSON.stringify(answer))
      await ask('wrong', { what: `the same settle: ${JSON.stringify(answer)}, then ${JSON.stringify(again)}` });
  }
  return answer;
}

const end = async (call: 'extend' | 'release', { lost }: { lost: boolean }, of: string): Promise<void> =>
  void (await ask('answered', { call, token: of, lost, sent: [] }));

/** As workers did before there were leases: it polls, and whoever else does the same gets the same. */
async function poll(request: ReturnType<typeof requester>): Promise<void> {
  const { limit, campaignId } = await ask('plan', {});
  const of = campaignId ? `&campaign_id=${campaignId}` : '';
  const { body, status } = await request('GET', `/notifications?status=queued&limit=${limit}${of}`);
  if (status !== 200) await ask('wrong', { what: `the list: ${status} ${JSON.stringify(body)}` });
  if (!Array.isArray(body) || body.length === 0) return sleep(IDLE_MS);
  await ask('go', { at: 'claimed' });
  for (const { id } of body as { id: string }[]) {
    if ((await ask('deliver', { id, attempt: 0 })) === 'later') continue;
    await ask('go', { at: 'after the wire', holds: id });
    const { status, problem } = await request('POST', `/notifications/${id}/mark-sent`, {});
    if (status !== 200 && problem !== 'notification-settled')
      await ask('wrong', { what: `mark-sent: ${status} ${problem}` });
    await ask('go', { at: 'settled', holds: id });
  }
}

async function connect() {
  const { Client } = await import('pg'); // half of them never need it
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // the next statement says so
  await client.connect();
  return client;
}

async function main(): Promise<never> {
  const request = requester(ask, token);
  const calls = kind === 'sql' ? sqlCalls(ask, name, connect) : httpCalls(ask, name, request);
  for (;;) await (kind === 'legacy' ? poll(request) : work(calls));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
