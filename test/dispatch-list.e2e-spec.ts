import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

const list = (query: object = {}) => app.api.get('/dispatches').query(query).expect(200);
const idsOf = (body: { id: string }[]) => body.map(({ id }) => id);
const dispatch = async (campaign: { id: string }, query: object = {}): Promise<{ id: string }> =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).query(query).expect(200)).body;

describe('the list of dispatches', () => {
  it('has those of every campaign, newest first, each as it is by itself', async () => {
    await app.make.customers(3);
    const segment = await app.make.segment();
    const [spring, autumn] = [await app.make.campaign([segment]), await app.make.campaign([segment])];
    const dispatches = [await dispatch(spring), await dispatch(autumn), await dispatch(spring, { dry_run: true })];
    const [{ id }] = (await app.api.get('/notifications').query({ campaign_id: spring.id }).expect(200)).body;
    await app.api.post(`/notifications/${id}/mark-sent`).expect(200);

    const { body, headers } = await list();

    expect(idsOf(body)).toEqual(idsOf(dispatches).reverse());
    expect(headers['x-total-count']).toBe('3');
    expect(body.at(-1)).toEqual((await app.api.get(`/dispatches/${dispatches[0].id}`).expect(200)).body);
    expect(body.at(-1).progress).toEqual({ queued: 2, sent: 1, failed: 0, cancelled: 0 });
    expect(body.map((one: { campaign_id: string }) => one.campaign_id)).toEqual([spring.id, autumn.id, spring.id]);
  });

  it('says what each campaign is called now', async () => {
    const campaign = await app.make.campaign([await app.make.segment()]);
    const { id } = await dispatch(campaign);
    await app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send({ name: 'Renamed' }).expect(200);

    expect((await list()).body).toMatchObject([{ id, campaign_name: 'Renamed' }]);
    expect((await app.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body[0].campaign_name).toBe('Renamed');
  });

  it('can be only those in a status, of a kind, or both, and counts no others', async () => {
    const [ana] = await app.make.customers(2);
    const campaign = await app.make.campaign([await app.make.segment()]);
    const run = await dispatch(campaign);
    const rehearsal = await dispatch(campaign, { dry_run: true });
    const test = (
      await app.api
        .post(`/campaigns/${campaign.id}/test-send`)
        .send({ user_ids: [ana.id] })
        .expect(200)
    ).body;
    await app.api.post(`/dispatches/${test.id}/cancel`).expect(200);

    for (const [query, wanted] of [
      [{ status: 'dispatched' }, [run]],
      [{ status: 'cancelled' }, [test]],
      [{ status: 'failed' }, []],
      [{ kind: 'dry_run' }, [rehearsal]],
      [{ kind: 'test', status: 'cancelled' }, [test]],
      [{ kind: 'test', status: 'dispatched' }, []],
    ] as [object, { id: string }[]][]) {
      const { body, headers } = await list(query);
      expect([query, idsOf(body), headers['x-total-count']]).toEqual([query, idsOf(wanted), String(wanted.length)]);
    }
    const own = (query: object) => app.api.get(`/campaigns/${campaign.id}/dispatches`).query(query).expect(200);
    const { body, headers } = await own({ kind: 'campaign' });
    expect([idsOf(body), headers['x-total-count']]).toEqual([[run.id], '1']);
    expect(idsOf((await own({ kind: 'test', status: 'dispatched' })).body)).toEqual([]);
    expect((await list({ total: false })).headers).not.toHaveProperty('x-total-count');
  });

  it('is walked page by page, each once, while others come', async () => {
    const segment = await app.make.segment();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await dispatch(await app.make.campaign([segment]))).id);
    const walked: string[] = [];
    for (let next: string | undefined = '/dispatches?limit=2&kind=campaign'; next;) {
      const page: { body: { id: string }[]; headers: Record<string, string> } = await app.api.get(next).expect(200);
      walked.push(...idsOf(page.body));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? '')?.[1];
      await dispatch(await app.make.campaign([segment]));
    }

    expect(walked).toEqual([...made].reverse());
  });
});
