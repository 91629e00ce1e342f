import { Pace } from './pace';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const NEVER = new AbortController().signal;

/** Time passes while somebody waits, and only then. */
const rest = (ms: number): Promise<void> => {
  jest.advanceTimersByTime(ms);
  return Promise.resolve();
};

/** When each call of so many was let through, in milliseconds, with the next waiting all the time. */
async function passes(pace: Pace, count: number, calls: number): Promise<number[]> {
  const from = performance.now();
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    await pace.take(count, NEVER);
    times.push(performance.now() - from);
  }
  return times;
}

/** The most that passed in any window of so many milliseconds. */
const most = (times: number[], ms: number, count: number) =>
  Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + ms).length * count));

it.each([
  [1, 1],
  [5, 1],
  [50, 1],
  [300, 1],
  [50, 100],
  [5, 100],
])('lets %d a second through, in every window, whatever calls of %d make of it', async (rate, batch) => {
  const pace = new Pace(rate, batch, rest);
  const times = await passes(pace, pace.most, Math.ceil((rate * 10) / pace.most));

  for (const seconds of [1, 2, 5])
    expect(most(times, seconds * 1000, pace.most)).toBeLessThanOrEqual(rate * seconds + pace.most);
  expect(times.at(-1)).toBeLessThanOrEqual(11_500); // and not much slower than that
});

it('has no more in one call than the rate of a second', () => {
  expect([new Pace(5, 100).most, new Pace(1000, 100).most, new Pace(20, 1).most]).toEqual([5, 100, 2]);
});

it('waits no longer than the signal, and uses nothing up', async () => {
  const stop = new AbortController();
  const pace = new Pace(1, 1, (ms) => {
    stop.abort();
    return rest(ms / 2);
  });
  await pace.take(1, stop.signal);
  const from = performance.now();

  await pace.take(1, NEVER);

  expect(performance.now() - from).toBeLessThanOrEqual(501);
});
