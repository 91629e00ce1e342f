import { startApp, type TestApp } from './support/app';
import { claimDue, type Dispatched, dispatched, expire, forget, workerOf } from './support/delivery';
import { audienceOf, notified } from './support/dispatching';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterAll(() => app.close());

const cancel = ({ dispatch }: Dispatched) => app.api.post(`/dispatches/${dispatch}/cancel`).expect(200);
const dispatch = async (campaign: { id: string }): Promise<string> =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body.id;
const again = ({ campaign }: Dispatched) => dispatch({ id: campaign });

/** Six customers: three are in one worker's hands, one is tried again by another, and two wait. */
async function heldAndCancelled() {
  const run = await dispatched(app, 6, { channel: 'email' });
  const range = await worker.claim({ limit: 4 });
  await worker.failed(range.lease_token, range.ids.slice(3), { retry_after_seconds: 0 });
  const retry = await claimDue(app, { limit: 1 });
  await cancel(run);
  expect([range.ids, retry.ids]).toEqual([run.ids.slice(0, 4), run.ids.slice(3, 4)]);
  return { run, range, retry };
}

describe('what was cancelled in a worker’s hands', () => {
  it('is not sent a second time by the next dispatch: the worker may still settle it', async () => {
    const { run, range, retry } = await heldAndCancelled();

    const next = await again(run);

    expect(await audienceOf(app, next)).toEqual(run.users.map((user, i) => [user, i < 4 ? 'already_notified' : 'targeted']));
    expect(await worker.sent(range.lease_token, range.ids.slice(0, 3))).toMatchObject({ sent: 3, rejected: [] });
    expect(await worker.sent(retry.lease_token, retry.ids)).toMatchObject({ sent: 1, rejected: [] });
    const { ids, lease_token } = await worker.claim();
    await worker.sent(lease_token, ids);
    const { body } = await app.api.get('/notifications').query({ campaign_id: run.campaign, status: 'sent' }).expect(200);
    expect(body.map(({ user_id }: { user_id: string }) => user_id).sort()).toEqual(run.users);
  });

  it('counts against a frequency cap', async () => {
    const { run } = await heldAndCancelled();
    const segment = await app.make.segment({ user_ids_in: run.users });
    const capped = await app.make.campaign([segment], 'Come', { frequency_cap: { max: 1, per_days: 7 } });

    const other = await dispatch(capped);

    expect(await audienceOf(app, other)).toEqual(
      run.users.map((user, i) => [user, i < 4 ? 'frequency_capped' : 'targeted']),
    );
  });

  it('is sent by the next dispatch once it was given back, or lost', async () => {
    const { run, range, retry } = await heldAndCancelled();
    await worker.release(retry.lease_token);
    await expire(app, range);

    const next = await again(run);

    expect(await notified(app.db, { dispatch: next })).toEqual(run.users);
  });

  it('and failed, to be tried again, is tried by nobody: the next dispatch sends it', async () => {
    const { run, range } = await heldAndCancelled();
    await worker.failed(range.lease_token, range.ids.slice(0, 2));

    const next = await again(run);

    expect((await audienceOf(app, next)).map(([, reason]) => reason === 'targeted')).toEqual([
      ...[true, true], // failed
      ...[false, false],
      ...[true, true],
    ]);
  });
});
