import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

describe('the main journey', () => {
  it('goes from customers and purchases to delivered notifications', async () => {
    const { api, make } = app;
    const ana = await make.customer({ preferences: { diet: 'vegan' } }, { days_ago: 3, total_amount: 120 });
    const bob = await make.customer({}, { days_ago: 10, store_name: 'Market Hall', is_market_store: true });
    await make.customer({ preferences: { diet: 'vegan' } });
    const spenders = await make.segment({ last_days: 90, min_total_spent: 100 });
    const market = await make.segment({ stores_in: ['Market Hall'], is_market_store: true });

    const preview = await api.post(`/segments/${spenders.id}/preview-users`).expect(200);
    expect(preview.body).toEqual([ana.id]);
    expect(preview.headers['x-total-count']).toBe('1');

    const campaign = await make.campaign([spenders, market], 'Fresh figs!');
    const dispatch = await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    expect(dispatch.body).toMatchObject({ status: 'dispatched', matched: 2, queued: 2, already_notified: 0 });

    const queued = await api.get('/notifications').query({ status: 'queued', campaign_id: campaign.id }).expect(200);
    expect(queued.body.map((n: { user_id: string }) => n.user_id).sort()).toEqual([ana.id, bob.id].sort());
    expect(queued.headers['x-total-count']).toBe('2');

    const sent = await api
      .post(`/notifications/${queued.body[0].id}/mark-sent`)
      .send({ delivery_info: { provider_id: 'a1' } })
      .expect(200);
    expect(sent.body).toMatchObject({ status: 'sent', message: 'Fresh figs!', meta: { provider_id: 'a1' } });
    await api.post(`/notifications/${queued.body[1].id}/mark-failed`).send({ error: 'no such mailbox' }).expect(200);

    const after = await api.get(`/dispatches/${dispatch.body.id}`).expect(200);
    expect(after.body.progress).toEqual({ queued: 0, sent: 1, failed: 1, cancelled: 0 });
  });
});
