import { DispatchesService } from '../src/campaigns/dispatch/dispatches.service';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { type EventStream, listenTo } from './support/event-stream';
import { eventually } from './support/eventually';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

let app: TestApp;
let proxy: TcpProxy | undefined;
let streams: EventStream[];
let held: Looks | undefined;
beforeEach(() => void (streams = []));
afterEach(async () => {
  held?.letGo(); // a failed test may not have come to it
  held = undefined;
  jest.restoreAllMocks();
  for (const stream of streams) stream.leave();
  await proxy?.close();
  proxy = undefined;
  await app.close();
});

const listen = async (id: string): Promise<EventStream> => {
  const stream = await listenTo(`${app.url}/dispatches/${id}/events`, ADMIN_TOKEN);
  streams.push(stream);
  return stream;
};
/** A dispatch with notifications that wait. */
const dispatchOf = async (customers: number): Promise<{ id: string }> => {
  await app.make.customers(customers);
  const campaign = await app.make.campaign([await app.make.segment({})]);
  return (await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
};
const get = async (id: string) => (await app.api.get(`/dispatches/${id}`).expect(200)).body;
/** What a worker does to the counters, here for so many at once. */
const settle = (id: string, sent: number) =>
  app.db.query('UPDATE dispatch_lanes SET sent = sent + $2 WHERE dispatch_id = $1', [id, sent]);
const setStatus = (id: string, status: string) =>
  app.db.query('UPDATE dispatches SET status = $2 WHERE id = $1', [id, status]);
const hasSent = (count: number) => (event: { data: Record<string, unknown> }) =>
  (event.data.progress as { sent: number } | undefined)?.sent === count;
const connections = () =>
  new Promise<number>((done, fail) =>
    app.nest.getHttpServer().getConnections((error: Error | null, count: number) => (error ? fail(error) : done(count))),
  );

describe('the events of a dispatch', () => {
  beforeEach(async () => void (app = await startApp()));

  it('begin with what it is now, in the form of GET', async () => {
    const { id } = await dispatchOf(3);

    const stream = await listen(id);
    const first = await stream.sees(() => true);

    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(stream.text()).toMatch(/^retry: 2000\n\nevent: progress\nid: 1\ndata: \{.*\}\n\n$/);
    expect(first.data).toEqual(await get(id));
  });

  it('follow its counters, each change once, until nothing waits any more', async () => {
    const { id } = await dispatchOf(3);
    const stream = await listen(id);
    await stream.sees(hasSent(0));

    await settle(id, 1);
    await stream.sees(hasSent(1));
    await settle(id, 2);
    await stream.ended;

    expect(stream.events().map(({ event, id }) => [event, id])).toEqual([
      ['progress', '1'],
      ['progress', '2'],
      ['progress', '3'],
      ['end', undefined],
    ]);
    expect(stream.events()[2].data).toEqual(await get(id));
    expect(stream.events()[3].data).toEqual({ status: 'dispatched' });
  });

  it.each(['cancelled', 'failed', 'previewed'])('end when it is %s, and not when it is paused', async (status) => {
    const { id } = await dispatchOf(1);
    const stream = await listen(id);
    await setStatus(id, 'paused');
    await stream.sees(({ data }) => data.status === 'paused');
    await settle(id, 1);
    await stream.sees(hasSent(1)); // nothing waits, but a dispatch that is paused goes on

    await setStatus(id, status);
    await stream.ended;

    expect(stream.events().slice(-2)).toMatchObject([
      { event: 'progress', data: { status } },
      { event: 'end', data: { status } },
    ]);
  });

  it('of one that is over are the last one and the end', async () => {
    const { id } = await dispatchOf(0);
    const answer = await app.api.get(`/dispatches/${id}/events`).expect(200); // held against the API document
    expect(answer.text).toMatch(
      /^retry: 2000\n\nevent: progress\nid: 1\ndata: .*\n\nevent: end\ndata: \{"status":"dispatched"\}\n\n$/,
    );
  });

  it('say that they go on where nothing happens', async () => {
    const { id } = await dispatchOf(1);
    const stream = await listen(id);
    await eventually(() => expect(stream.comments()).toEqual([': keep-alive']));
    expect(stream.events()).toHaveLength(1);
  });

  it('of no dispatch are a 404, and HEAD answers without waiting', async () => {
    for (const id of ['1', '0', 'x', '99999999999999999999']) {
      const answer = await app.api.get(`/dispatches/${id}/events`).expect(404);
      expect(answer.body.type).toBe('urn:crm-service:problem:dispatch-not-found');
    }
    await app.as().get('/dispatches/1/events').expect(401);
    const { id } = await dispatchOf(1);
    const head = await app.api.head(`/dispatches/${id}/events`).expect(200);
    expect(head.headers['content-type']).toBe('text/event-stream');
  });
});

describe('many who listen', () => {
  beforeEach(async () => void (app = await startApp()));

  it('share one look at the database', async () => {
    const { id } = await dispatchOf(9);
    const looks = (held = new Looks());
    const first = await listen(id);
    await first.sees(hasSent(0));
    await eventually(() => expect(looks.of(id)).toBe(2)); // the second look is held

    const others = await Promise.all([listen(id), listen(id), listen(id)]);
    for (const other of others) await other.sees(hasSent(0));
    expect(looks.of(id)).toBe(2);

    await settle(id, 1);
    looks.letGo();
    for (const stream of [first, ...others]) expect((await stream.sees(hasSent(1))).id).toBe('2');
  });

  it('are not looked for any more when the last of them has left', async () => {
    const [left, watched] = [await dispatchOf(1), await dispatchOf(1)];
    const looks = (held = new Looks());
    const streams = [await listen(left.id), await listen(left.id)];
    await eventually(() => expect(looks.of(left.id)).toBe(2));

    for (const stream of streams) stream.leave();
    await eventually(async () => expect(await connections()).toBe(0));
    looks.letGo();
    await listen(watched.id);
    await eventually(() => expect(looks.of(watched.id)).toBe(4)); // each as long after the other as those that are not to come

    expect(looks.of(left.id)).toBe(2);
  });

  it('are a hundred at most', async () => {
    const { id } = await dispatchOf(1);
    const all = await Promise.all(Array.from({ length: 100 }, () => listen(id)));
    expect(all.map(({ status }) => status)).toEqual(Array(100).fill(200));

    const refused = await app.api.get(`/dispatches/${id}/events`).expect(503);
    expect(refused.body.type).toBe('urn:crm-service:problem:too-many-listeners');
    expect(refused.headers['retry-after']).toBe('10');
    await app.api.get('/dispatches/999/events').expect(503);

    all[0].leave();
    await eventually(async () => expect((await listen(id)).status).toBe(200));
  });

  it('may be refused without being counted', async () => {
    for (let i = 0; i < 101; i++) await app.api.get('/dispatches/999/events').expect(404);
    await app.api.get(`/dispatches/${(await dispatchOf(0)).id}/events`).expect(200);
  });
});

describe('when the database is gone', () => {
  it('say so once, and go on when it is back', async () => {
    const network = (proxy = await startTcpProxy(process.env.TEMPLATE_URL!));
    app = await startApp((url) => ({ DATABASE_URL: network.through(url) }));
    const { id } = await dispatchOf(2);
    const stream = await listen(id);
    await stream.sees(hasSent(0));
    const asked = jest.spyOn(app.nest.get(DispatchesService), 'get');

    await network.refuse();
    await eventually(() => expect(asked.mock.results.length).toBeGreaterThan(3));
    await settle(id, 1);
    await network.forward();

    expect((await stream.sees(hasSent(1))).id).toBe('2');
    expect(stream.comments()).toEqual([': the database cannot be reached; it is asked again']);
    await settle(id, 1);
    await stream.ended;
  });
});

describe('when the process stops', () => {
  it('end at once without an end of the dispatch, also for who takes nothing', async () => {
    app = await startApp();
    const { id } = await dispatchOf(1);
    const view = await app.nest.get(DispatchesService).get(id);
    const stream = await listen(id);
    await stream.sees(hasSent(0));
    const stalled = await listen(id);
    await stalled.sees(hasSent(0));
    stalled.stall();
    const long = { ...view, message: 'x'.repeat(20_000_000) }; // more than the network keeps
    jest.spyOn(app.nest.get(DispatchesService), 'get').mockResolvedValue(long);
    await stream.sees(({ data }) => data.message === long.message);

    await app.nest.close();

    await stream.ended;
    expect(stream.events().map(({ event }) => event)).toEqual(['progress', 'progress']);
  });
});

/** Counts how often dispatches are looked at, and holds every look but the first at each until it is let go. */
class Looks {
  private readonly asked: string[] = [];
  private go!: () => void;
  private readonly gate = new Promise<void>((open) => (this.go = open));

  constructor() {
    const service = app.nest.get(DispatchesService);
    const real = service.get.bind(service);
    jest.spyOn(service, 'get').mockImplementation(async (id) => {
      this.asked.push(id);
      if (this.of(id) > 1) await this.gate;
      return real(id);
    });
  }

  of = (id: string): number => this.asked.filter((one) => one === id).length;
  letGo = (): void => this.go();
}
