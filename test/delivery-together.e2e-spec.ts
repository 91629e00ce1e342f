import { startApp, type TestApp } from './support/app';
import { dispatched, progressOf, reconcile, workerOf } from './support/delivery';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

it('four workers that list and mark, and four with leases: each notification is settled once', async () => {
  const all = await dispatched(app, 5000);
  const leased = workerOf(app);
  let byLease = 0;
  let byMark = 0;
  const withLeases = async () => {
    for (;;) {
      const { lease_token, ids } = await leased.claim({ limit: 50 });
      if (ids.length === 0) return;
      const sent = ids.map((id) => ({ id, delivery_info: { lease: lease_token } }));
      const settled = await leased.settle(lease_token, { sent });
      byLease += settled.sent;
    }
  };
  const withoutLeases = async () => {
    for (;;) {
      const { body } = await app.api
        .get('/notifications')
        .query({ status: 'queued', limit: 25, total: 'false' })
        .expect(200);
      if (body.length === 0) return;
      for (const { id, leased_until } of body.reverse() as { id: string; leased_until: string | null }[]) {
        if (leased_until !== null) continue; // in somebody's hands
        const { meta } = (await app.api.post(`/notifications/${id}/mark-sent`).expect(200)).body;
        if (meta.lease === undefined) byMark++;
      }
    }
  };

  await Promise.all([withLeases, withoutLeases].flatMap((work) => Array.from({ length: 4 }, () => work())));

  expect(await reconcile(app, all)).toEqual({ sent: 5000, failed: 0 });
  expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 5000, failed: 0, cancelled: 0 });
  const [settled] = await app.db.query(
    `SELECT (count(*) FILTER (WHERE attempts = 1))::int AS once, (count(*) FILTER (WHERE meta ? 'lease'))::int AS "byLease" FROM notifications`,
  );
  expect(settled).toEqual({ once: 5000, byLease });
  expect([byLease > 0, byMark > 0]).toEqual([true, true]);
}, 120_000);
