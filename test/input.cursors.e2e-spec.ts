import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';
import { send } from './support/wire';

let app: TestApp;
let ids: { segment: string; other_segment: string; campaign: string; dispatch: string };

beforeAll(async () => {
  app = await startApp();
  const { make, api } = app;
  for (const { id } of await make.customers(3))
    await api.post('/suppressions').send({ user_id: id, channel: 'email', reason: 'other' }).expect(201);
  const segments = [await make.segment(), await make.segment(), await make.segment()];
  const campaigns = [await make.campaign(segments), await make.campaign(segments), await make.campaign(segments)];
  const dispatch = (await api.post(`/campaigns/${campaigns[0].id}/dispatch`).expect(200)).body;
  ids = { segment: segments[0].id, other_segment: segments[1].id, campaign: campaigns[0].id, dispatch: dispatch.id };
  await make.customer();
  await api.patch(`/segments/${ids.segment}`).set('If-Match', '*').send({ name: 'Edited' }).expect(200);
  await app.db.query(
    `INSERT INTO segment_sizes (segment_id, version, as_of, total, source)
     SELECT $1, 1, now() - i * interval '1 hour', i, 'database' FROM generate_series(1, 3) i`,
    [ids.segment],
  );
  await app.db.query(
    `INSERT INTO schedule_occurrences (campaign_id, due_at, outcome)
     SELECT $1, now() - i * interval '1 hour', 'missed' FROM generate_series(1, 3) i`,
    [ids.campaign],
  );
  await api.post(`/campaigns/${ids.campaign}/dispatch`).expect(200);
});
afterAll(() => app.close());

/** To the letter, as an admin. */
const ask = (method: string, path: string) =>
  send(app.url, { method, path, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });

/** Every list that has pages, with filters that make it another list. */
const lists: Record<string, [method: string, path: () => string]> = {
  segments: ['GET', () => '/segments?limit=1'],
  'active segments': ['GET', () => '/segments?limit=1&is_active=true'],
  campaigns: ['GET', () => '/campaigns?limit=1'],
  'customers of a segment': ['POST', () => `/segments/${ids.segment}/preview-users?limit=1`],
  'the same at another instant': ['POST', () => `/segments/${ids.segment}/preview-users?limit=1&as_of=2026-01-01T00:00:00Z`],
  'customers of another segment': ['POST', () => `/segments/${ids.other_segment}/preview-users?limit=1`],
  'customers of a segment with their figures': ['GET', () => `/segments/${ids.segment}/users?limit=1`],
  'the same figures at another instant': ['GET', () => `/segments/${ids.segment}/users?limit=1&as_of=2026-01-01T00:00:00Z`],
  'figures of another segment': ['GET', () => `/segments/${ids.other_segment}/users?limit=1`],
  'versions of a segment': ['GET', () => `/segments/${ids.segment}/versions?limit=1`],
  'sizes of a segment': ['GET', () => `/segments/${ids.segment}/sizes?limit=1`],
  'customers of a campaign': ['POST', () => `/campaigns/${ids.campaign}/preview-users?limit=1`],
  'dispatches of a campaign': ['GET', () => `/campaigns/${ids.campaign}/dispatches?limit=1`],
  dispatches: ['GET', () => '/dispatches?limit=1'],
  'dispatches in a status': ['GET', () => '/dispatches?limit=1&status=dispatched'],
  'dispatches of a kind': ['GET', () => '/dispatches?limit=1&kind=campaign'],
  'audience of a dispatch': ['GET', () => `/dispatches/${ids.dispatch}/audience?limit=1`],
  'targeted of a dispatch': ['GET', () => `/dispatches/${ids.dispatch}/audience?limit=1&reason=targeted`],
  'occurrences of a schedule': ['GET', () => `/campaigns/${ids.campaign}/schedule/occurrences?limit=1`],
  notifications: ['GET', () => '/notifications?limit=1'],
  suppressions: ['GET', () => '/suppressions?limit=1'],
  'suppressions of a channel': ['GET', () => '/suppressions?limit=1&channel=email'],
  'suppressions in force': ['GET', () => '/suppressions?limit=1&in_force=true'],
  'queued notifications': ['GET', () => '/notifications?limit=1&status=queued'],
  'notifications of a campaign': ['GET', () => `/notifications?limit=1&campaign_id=${ids.campaign}`],
};

/** The cursor of the list's second page. */
async function cursorOf([method, path]: [string, () => string]): Promise<string> {
  const { headers } = await ask(method, path());
  const next = /<(.*)>; rel="next"/.exec(String(headers.link))?.[1];
  if (!next) throw new Error(`${path()} has no next page`);
  return new URL(next, app.url).searchParams.get('cursor')!;
}

describe('cursors', () => {
  it('a cursor of any list serves that list, and no other', async () => {
    const found = Object.entries(lists);
    const cursors = await Promise.all(found.map(([, list]) => cursorOf(list)));
    for (const [i, [name, [method, path]]] of found.entries())
      for (const [j, cursor] of cursors.entries()) {
        const answer = await ask(method, `${path()}&cursor=${cursor}`);
        const fault =
          i === j ? answer.status - 200 : refusalFault(answer, { status: 400, type: 'bad-cursor', pointer: '/cursor' });
        expect([name, found[j][0], fault || undefined]).toEqual([name, found[j][0], undefined]);
      }
  });

  it('a cursor serves pages of another size', async () => {
    const cursor = await cursorOf(lists.segments);
    expect((await ask('GET', `/segments?limit=2&total=false&cursor=${cursor}`)).status).toBe(200);
  });

  it.each(Object.keys(lists))('a cursor of %s that was changed or made up is refused', async (name) => {
    const [method, path] = lists[name];
    const cursor = await cursorOf(lists[name]);
    const changed = [...cursor].map(
      (character, i) => cursor.slice(0, i) + (character === 'A' ? 'B' : 'A') + cursor.slice(i + 1),
    );
    const madeUp = ['', 'x', 'null', `${cursor}A`, `${cursor}=`, `%20${cursor}`, cursor.slice(0, -1), cursor.slice(0, 22), cursor.toUpperCase(),
      Buffer.from('["2026-01-01T00:00:00Z","x"]').toString('base64url'), Buffer.alloc(16).toString('base64url'), '..%2f', '%00', '😀']; // prettier-ignore
    for (const bad of [...changed, ...madeUp]) {
      const answer = await ask(method, `${path()}&cursor=${bad}`);
      const type = String(answer.body?.type).endsWith('bad-request') ? 'bad-request' : 'bad-cursor';
      expect([bad, refusalFault(answer, { status: 400, type, pointer: '/cursor' })]).toEqual([bad, undefined]);
    }
  });
});
