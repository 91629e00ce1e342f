import { startApp, type TestApp } from './support/app';
import { entriesOf, hashOfEntry } from './support/audit';

let app: TestApp;
beforeAll(async () => void (app = await startApp({ ROLES: ['api'] })));
afterAll(() => app.close());

const edit = (path: string, body: object) => app.api.patch(path).set('If-Match', '*').send(body);

describe('the chain', () => {
  it('is one line however many change something at once, and anybody can follow it', async () => {
    const { id } = await app.make.segment({});
    const work = Array.from({ length: 40 }, (_, i) =>
      i % 2 ? edit(`/segments/${id}`, { name: `Name ${i}` }).expect(200) : app.make.segment({}),
    );
    await Promise.all(work);

    const entries = await entriesOf(app);
    expect(entries.length).toBeGreaterThan(40);
    entries.forEach((entry, i) => {
      expect(entry.id).toBe(String(i + 1));
      expect(entry.previous_hash).toBe(i === 0 ? '0'.repeat(64) : entries[i - 1].hash);
      expect([entry.id, hashOfEntry(entry)]).toEqual([entry.id, entry.hash]);
    });
    expect((await app.api.get('/audit/verification').expect(200)).body).toMatchObject({
      entries: entries.length,
      intact: true,
      first_broken_id: null,
    });
  });

  it.each(['UPDATE audit_entries SET actor = actor', 'DELETE FROM audit_entries WHERE false', 'TRUNCATE audit_entries'])(
    'refuses %s to its owner, also where triggers are off for replication',
    async (statement) => {
      await expect(app.db.query(statement)).rejects.toMatchObject({ code: '42501' });
      const off = `SET LOCAL session_replication_role = replica; ${statement}`;
      await expect(app.db.query(off)).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('gives whatever is inserted its own place, and leaves the owner no other right than to insert and to read', async () => {
    await app.db.query(
      `INSERT INTO audit_entries (id, at, actor, via, action, outcome, request_id, hash, previous_hash)
       VALUES (7, '2020-01-01', 'somebody', 'token', 'segment.created', 'done', 'r', '\\x00', '\\x01')`,
    );
    const [last] = (await entriesOf(app)).slice(-1);
    expect([last.actor, hashOfEntry(last)]).toEqual(['somebody', last.hash]);
    expect(Date.parse(last.at)).toBeGreaterThan(Date.parse('2026-01-01'));
    expect((await app.api.get('/audit/verification').expect(200)).body).toMatchObject({ intact: true });

    const granted = await app.db.query(
      `SELECT privilege_type FROM pg_class, aclexplode(relacl) WHERE oid = 'audit_entries'::regclass ORDER BY 1`,
    );
    expect(granted).toEqual([{ privilege_type: 'INSERT' }, { privilege_type: 'SELECT' }]);
  });

  it.each([
    ['a value was altered', `UPDATE audit_entries SET actor = 'somebody else' WHERE id = 5`, '5'],
    ['an instant was altered', `UPDATE audit_entries SET at = at - interval '1 ms' WHERE id = 6`, '6'],
    [
      'an entry and its hash were altered',
      `UPDATE audit_entries e SET detail = '{}', hash = audit_hash(jsonb_populate_record(e, '{"detail": {}}')) WHERE id = 7`,
      '8',
    ],
    ['one is missing', `DELETE FROM audit_entries WHERE id = 4`, '5'],
    ['the first is missing', `DELETE FROM audit_entries WHERE id = 1`, '2'],
  ])('shows where %s, although the owner took the trigger away', async (_what, change, broken) => {
    const spoilt = await startApp({ ROLES: ['api'] });
    for (let i = 0; i < 10; i++) await spoilt.make.segment({});
    const verified = async () => (await spoilt.api.get('/audit/verification').expect(200)).body as object;
    expect(await verified()).toMatchObject({ entries: 10, intact: true });

    await spoilt.db.query('ALTER TABLE audit_entries DISABLE TRIGGER refuse_audit_change');
    await spoilt.db.query(change);
    await spoilt.db.query('ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER refuse_audit_change');

    expect(await verified()).toMatchObject({ intact: false, first_broken_id: broken });
    await spoilt.close();
  });
});
