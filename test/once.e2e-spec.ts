import { Controller, HttpCode, Post } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Accepted } from '../src/common/answer';
import { Problem } from '../src/common/problem';
import { Once } from '../src/idempotency/once';
import { WithoutEffect } from '../src/idempotency/without-effect';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';

const KB = 1024;

/** A gate at which whoever comes waits, and says that it has come. */
function gate() {
  let open = () => {};
  let come = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const arrived = new Promise<void>((resolve) => (come = resolve));
  return { open, arrived, pass: () => (come(), opened) };
}
let atEffect = gate();
let atAnswer = gate();
let answer: (effect: { n: number }) => unknown;
let size = 0;

@Controller('probe')
class ProbeController {
  @Post('now')
  now(@Once() once: Once) {
    return once(async (manager) => {
      const made = await add(manager);
      await atEffect.pass();
      return made;
    });
  }

  @Post('later')
  @HttpCode(200)
  later(@Once() once: Once) {
    return once.begin(add, async (effect) => {
      await atAnswer.pass();
      return answer(effect);
    });
  }

  @Post('nothing')
  @HttpCode(204)
  nothing(@Once() once: Once) {
    return once(async (manager) => void (await add(manager)));
  }

  @Post('viewed')
  @HttpCode(200)
  viewed(@Once() once: Once) {
    return once.review(add, async (effect) => {
      await atAnswer.pass();
      return answer(effect);
    });
  }

  @Post('large')
  large(@Once() once: Once) {
    return once(async (manager) => ({ ...(await add(manager)), text: 'ü\u0000\ud800"'.repeat(size / 4) }));
  }

  @WithoutEffect()
  @Post('asked')
  async asked() {
    await atAnswer.pass();
    return { asked: ++times, text: 'x'.repeat(size) };
  }

  @WithoutEffect({ isKept: false })
  @Post('shown')
  shown() {
    return Promise.resolve({ asked: ++times });
  }
}
let times = 0;
const add = async (manager: EntityManager): Promise<{ n: number }> =>
  (await manager.query<[{ n: number }]>('INSERT INTO facts DEFAULT VALUES RETURNING n'))[0];

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ ROLES: ['api'] }, [ProbeController]);
  await app.db.query('CREATE TABLE crm.facts (n serial PRIMARY KEY)');
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.query('TRUNCATE facts RESTART IDENTITY');
  [atEffect, atAnswer] = [gate(), gate()];
  atEffect.open();
  atAnswer.open();
  answer = (effect) => effect;
  size = 0;
});

let serial = 0;
const newKey = () => `a key of a test, ${++serial}`;
const facts = async () => (await app.db.query('SELECT n FROM facts')).length;

/** Not through the agents of the application: its document does not know these addresses. */
async function post(path: string, key?: string) {
  const response = await fetch(`${app.url}/probe/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...(key !== undefined && { 'idempotency-key': key }) },
  });
  const text = await response.text();
  const { location, 'content-type': type } = Object.fromEntries(response.headers);
  const replayed = response.headers.get('idempotency-replayed') === 'true';
  return { said: { status: response.status, text, location, type }, replayed };
}

describe('an effect that is answered at once', () => {
  it('refuses a twin while it is under way, and answers it afterwards', async () => {
    atEffect = gate();
    const key = newKey();
    const first = post('now', key);
    await atEffect.arrived;

    expect((await post('now', key)).said).toMatchObject({
      status: 409,
      text: expect.stringContaining('idempotency-key-in-use'),
    });
    atEffect.open();
    const { said } = await first;
    expect(said).toMatchObject({ status: 201, text: '{"n":1}' });
    expect(await post('now', key)).toEqual({ said, replayed: true });
    expect(await facts()).toBe(1);
  });

  it('does not keep others waiting, who have other keys or none', async () => {
    atEffect = gate();
    const first = post('now', newKey());
    await atEffect.arrived;

    const others = await Promise.all([post('nothing', newKey()), post('nothing')]);
    expect(others.map(({ said }) => said.status)).toEqual([204, 204]);
    atEffect.open();
    await first;
  });

  it('is repeated where it has no key', async () => {
    expect([(await post('now')).said.text, (await post('now')).said.text]).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('is answered with nothing where that was the answer', async () => {
    const key = newKey();
    const { said } = await post('nothing', key);
    expect(said).toMatchObject({ status: 204, text: '' });
    expect(await post('nothing', key)).toEqual({ said, replayed: true });
    expect(await facts()).toBe(1);
  });

  it('is answered to the letter, however large the answer and odd its text', async () => {
    size = 3000 * KB;
    const key = newKey();
    const { said } = await post('large', key);
    expect(said.text.length).toBeGreaterThan(size);
    expect(await post('large', key)).toEqual({ said, replayed: true });
    expect(await facts()).toBe(1);
  });
});

describe('an effect that is answered later', () => {
  it('happens once, and all who repeat it meanwhile get the answer that was there first', async () => {
    atAnswer = gate();
    let answers = 0;
    answer = ({ n }) => new Accepted({ n, answer: ++answers }, `/probe/${n}`);
    const key = newKey();
    const first = post('later', key);
    await atAnswer.arrived;
    expect(await facts()).toBe(1); // committed: another connection sees it

    const { arrived, open } = atAnswer;
    atAnswer = gate();
    const second = post('later', key);
    await Promise.all([arrived, atAnswer.arrived]);
    open();
    const { said } = await first;
    atAnswer.open();

    expect(said).toMatchObject({ status: 202, text: '{"n":1,"answer":1}', location: '/probe/1' });
    expect(await second).toEqual({ said, replayed: true });
    expect(await post('later', key)).toEqual({ said, replayed: true });
    expect([await facts(), answers]).toEqual([1, 2]);
  });

  it('is answered to whoever repeats it where the answer failed the first time', async () => {
    answer = () => {
      throw new Problem('database-busy', 'Not now.');
    };
    const key = newKey();
    expect((await post('later', key)).said.status).toBe(503);
    answer = ({ n }) => ({ n, at: 'last' });

    const { said, replayed } = await post('later', key);
    expect([said, replayed]).toEqual([expect.objectContaining({ status: 200, text: '{"n":1,"at":"last"}' }), false]);
    expect(await post('later', key)).toEqual({ said, replayed: true });
    expect(await facts()).toBe(1);
  });

  it('happens again where it has no key', async () => {
    expect([(await post('later')).said.text, (await post('later')).said.text]).toEqual(['{"n":1}', '{"n":2}']);
  });
});

describe('an effect that is looked at again', () => {
  const kept = () =>
    app.db.query('SELECT effect, status, headers, body FROM idempotency_keys WHERE route = $1', ['/probe/viewed']);
  beforeEach(() => app.db.query('TRUNCATE idempotency_keys'));

  it('happens once; whoever repeats it sees it as it is then, and nothing of the answer is kept', async () => {
    let looks = 0;
    answer = ({ n }) => ({ n, look: ++looks });
    const key = newKey();

    const answers = [await post('viewed', key), await post('viewed', key)];

    expect(answers.map(({ said, replayed }) => [said.status, said.text, replayed])).toEqual([
      [200, '{"n":1,"look":1}', false],
      [200, '{"n":1,"look":2}', true],
    ]);
    expect(await facts()).toBe(1);
    expect(await kept()).toEqual([{ effect: { n: 1 }, status: null, headers: null, body: null }]);
  });

  it('is committed before it is looked at, and happened although the look failed', async () => {
    answer = () => {
      throw new Problem('database-busy', 'Not now.');
    };
    const key = newKey();
    expect(await post('viewed', key)).toMatchObject({ said: { status: 503 }, replayed: false });
    expect(await facts()).toBe(1);
    answer = (effect) => effect;

    expect(await post('viewed', key)).toMatchObject({ said: { status: 200, text: '{"n":1}' }, replayed: true });
    expect(await facts()).toBe(1);
  });

  it('happens again where it has no key', async () => {
    expect([(await post('viewed')).said.text, (await post('viewed')).said.text]).toEqual(['{"n":1}', '{"n":2}']);
  });
});

describe('an answer without an effect', () => {
  it('is the first for both who ask at the same moment', async () => {
    atAnswer = gate();
    const key = newKey();
    const first = post('asked', key);
    await atAnswer.arrived;
    const { open } = atAnswer;
    atAnswer = gate();
    const second = post('asked', key);
    await atAnswer.arrived;
    open();
    const { said } = await first;
    atAnswer.open();

    expect(await second).toEqual({ said, replayed: true });
  });

  it('is made anew where it is not to be kept', async () => {
    const key = newKey();
    const [first, again] = [await post('shown', key), await post('shown', key)];
    expect([first.replayed, again.replayed]).toEqual([false, false]);
    expect(again.said.text).not.toBe(first.said.text);
    expect(await app.db.query('SELECT 1 FROM idempotency_keys WHERE key = $1', [key])).toEqual([]);
  });

  it('is made anew where it is too large to be kept', async () => {
    size = 1025 * KB;
    const key = newKey();
    const [first, again] = [await post('asked', key), await post('asked', key)];
    expect(again.replayed).toBe(false);
    expect(again.said.text).not.toBe(first.said.text);
  });
});
