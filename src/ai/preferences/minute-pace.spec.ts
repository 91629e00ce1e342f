import { MinutePace } from './minute-pace';

it('gives its turns evenly, and none for a pause', async () => {
  const { signal } = new AbortController();
  let clock = 0;
  const waits: number[] = [];
  const rest = (ms: number) => (waits.push(ms), (clock += ms), Promise.resolve());
  const pace = new MinutePace(120, () => clock, rest);

  for (let i = 0; i < 3; i++) await pace.turn(signal);
  clock += 200; // a short answer
  await pace.turn(signal);
  clock += 5000; // a long one
  await pace.turn(signal);
  await pace.turn(signal);

  expect(waits).toEqual([500, 500, 300, 500]);
});

it('does not keep whoever leaves', async () => {
  const leaves = new AbortController();
  const pace = new MinutePace(1);
  await pace.turn(leaves.signal);

  const turn = pace.turn(leaves.signal);
  leaves.abort();

  await turn;
});
