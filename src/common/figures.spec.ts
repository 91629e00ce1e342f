import { setImmediate } from 'node:timers/promises';
import { Figures } from './figures';

/** Figures that are computed when the test says so: 1, 2, 3 … */
function figures(freshMs = 1000) {
  let ms = 0;
  let computed = 0;
  const waiting: ((outcome?: Error) => void)[] = [];
  const compute = () =>
    new Promise<number>((resolve, reject) => {
      const value = ++computed;
      waiting.push((error) => (error ? reject(error) : resolve(value)));
    });
  return {
    of: new Figures(
      'Test',
      () => freshMs,
      compute,
      () => ms,
    ),
    pass: (more: number) => void (ms += more),
    begun: () => computed,
    finish: async (error?: Error) => {
      waiting.shift()!(error);
      await setImmediate();
    },
  };
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
afterEach(() => jest.useRealTimers());

it('are computed once for all who ask at once, and given from memory while they are fresh', async () => {
  const { of, finish, pass, begun } = figures();
  const asked = [of.get(), of.get(), of.get()];
  await finish();
  expect(await Promise.all(asked)).toEqual([1, 1, 1]);
  pass(999);
  expect(await of.get()).toBe(1);
  expect(begun()).toBe(1);
});

it('are waited for a moment when they are old, and the last ones are given where that takes longer', async () => {
  const { of, finish, pass, begun } = figures();
  const first = of.get();
  await finish();
  await first;

  pass(1000);
  const soon = of.get();
  await finish();
  expect(await soon).toBe(2);

  pass(1000);
  const late = [of.get(), of.get()];
  await jest.advanceTimersByTimeAsync(1000);
  expect(await Promise.all(late)).toEqual([2, 2]);
  expect(begun()).toBe(3);
  await finish();
  expect(await of.get()).toBe(3);
});

it('that take long are asked for less often: a twentieth of the time at most', async () => {
  const { of, finish, pass, begun } = figures();
  const first = of.get();
  pass(500);
  await finish();
  await first;
  pass(9_999);
  expect(await of.get()).toBe(1);
  pass(1);
  void of.get();
  expect(begun()).toBe(2);
  await finish();
});

it('that cannot be had are an error where there are none, and the last ones where there are', async () => {
  const { of, finish, pass } = figures();
  const refused = expect(of.get()).rejects.toThrow('too slow');
  await finish(new Error('too slow'));
  await refused;

  const second = of.get();
  await finish();
  expect(await second).toBe(2);
  pass(1000);
  const third = of.get();
  await finish(new Error('too slow'));
  expect(await third).toBe(2);
});

it('are computed for whoever asks where they are never fresh, however long they took', async () => {
  const { of, finish, pass } = figures(0);
  const first = of.get();
  pass(500);
  await finish();
  await first;

  const second = of.get();
  await finish();

  expect(await second).toBe(2);
});
