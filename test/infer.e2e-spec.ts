import { randomUUID } from 'node:crypto';
import { inferCommand } from '../src/ai/preferences/infer.command';
import { startApp, type TestApp } from './support/app';
import { id as uuid, runCommand } from './support/commands';
import type { FakeModel } from './support/fake-model';
import { MODEL, startServer, wires } from './support/remote-models';

const answer = JSON.stringify({ preferences: [{ key: 'likes', value: 'tea', purchases: [1, 2] }] });

describe.each(wires)('npm run infer, with %s', (_, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  let segment: { id: string };
  /** Six in the order of their ids: with purchases the first four, of which the fourth has unsubscribed. */
  const ids = [1, 2, 3, 4, 5, 6].map(uuid);
  beforeEach(async () => {
    server = await startServer(wire);
    server.says(answer);
    app = await startApp(wire.settings(server.url));
    for (const [i, id] of ids.entries())
      await app.make.customer(
        { id },
        ...(i < 4
          ? [
              { products: ['tea'], days_ago: 3 },
              { products: ['tea'], days_ago: 4 },
            ]
          : []),
      );
    await app.api.post('/suppressions').send({ user_id: ids[3], reason: 'unsubscribed' }).expect(201);
    segment = await app.make.segment({});
  });
  afterEach(async () => {
    await app.close();
    await server.close();
  });

  const run = (args: string[] = [], tty = false) => {
    const settings = Object.fromEntries(
      Object.entries(wire.settings(server.url)).map(([name, value]) => [name, value as string]),
    );
    const env = { DATABASE_URL: app.db.url, LLM_MODEL: MODEL, ...settings };
    return runCommand(inferCommand, ['--segment', segment.id, '--rate', '6000', ...args], env, tty);
  };
  const inferred = async () =>
    (await app.db.query<{ user_id: string }>('SELECT user_id FROM inferred_preferences ORDER BY 1')).map(
      ({ user_id }) => user_id,
    );

  it('infers of each customer of a segment, and says what became of them', async () => {
    expect(await run()).toEqual({
      code: 0,
      err: '',
      out: `${[1, 2, 3, 4, 5, 6].map((n) => `${n} of 6 customers\n`).join('')}Inferred the preferences of 3 customers. Skipped: 2 without a purchase, 1 who asked not to be messaged. Refused: none.\n`,
    });
    expect(await inferred()).toEqual(ids.slice(0, 3));
    expect(server.calls()).toHaveLength(3);
  });

  it('asks again of whoever bought something since, and of everybody with --again', async () => {
    await run();
    await app.make.purchase({ id: ids[1] }, { purchase_date: new Date().toISOString(), products: ['milk'] });

    const { out } = await run();
    expect(out).toContain('Inferred the preferences of 1 customers. Skipped: 2 known already, 2 without a purchase,');

    expect((await run(['--again'])).out).toContain('of 3 customers. Skipped: 2 without a purchase, 1 who');
  });

  it('goes on where it was: at its limit, where the model went away, where an answer was lost', async () => {
    expect((await run(['--limit', '1'])).code).toBe(0);
    expect(await inferred()).toEqual(ids.slice(0, 1));

    server.misbehaves((_req, res) => void res.socket?.destroy());
    const away = await run();
    expect(away).toMatchObject({
      code: 1,
      out: expect.stringContaining('Inferred the preferences of 0 customers. Skipped: 1 known'),
    });
    expect(away.err).toMatch(/^The model gives no answers: .* the same command goes on where this one ended\.\n$/);
    expect(server.calls()).toHaveLength(2);

    server.says(answer);
    expect((await run()).out).toContain('Inferred the preferences of 2 customers. Skipped: 1 known already');
    expect(await inferred()).toEqual(ids.slice(0, 3));
    expect(server.calls()).toHaveLength(4);
  });

  it('counts what cannot be used, and goes on', async () => {
    server.says('words', 'words', answer);

    const { code, out } = await run();

    expect([code, await inferred()]).toEqual([0, ids.slice(1, 3)]);
    expect(out).toContain('Refused: 1 draft-not-usable.');
  });

  it('keeps what is done where it is interrupted', async () => {
    let calls = 0;
    server.misbehaves((_req, res) => {
      if (++calls === 2) return void process.emit('SIGTERM'); // and no answer
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wire.whole(answer)));
    });

    const { code, err } = await run();

    expect([code, err]).toEqual([1, 'Interrupted. What is done is kept: the same command goes on where this one ended.\n']);
    expect(await inferred()).toEqual(ids.slice(0, 1));
  });

  it('draws a bar on a terminal', async () => {
    const { out } = await run([], true);

    expect(out).toMatch(/customers .*100%/s);
    expect(out).not.toContain('1 of 6');
  });

  it('refuses what cannot be: arguments, a segment that is not there or not active', async () => {
    for (const args of [
      [],
      ['--segment', 'x'],
      ['--segment', segment.id, '--rate', '0'],
      ['--segment', segment.id, '--limit', 'a'],
      ['more'],
    ]) {
      const { code, err } = await runCommand(inferCommand, args, {});
      expect([code, err]).toEqual([2, expect.stringContaining('npm run infer -- --segment ID')]);
    }
    expect((await runCommand(inferCommand, ['--help'], {})).code).toBe(0);
    const other = randomUUID();
    expect(await run(['--segment', other])).toEqual({ code: 1, out: '', err: `There is no segment ${other}.\n` });
    await app.api.delete(`/segments/${segment.id}`).expect(204);
    expect(await run()).toMatchObject({ code: 1, err: expect.stringContaining('is not active') });
    expect(server.calls()).toHaveLength(0);
  });
});
