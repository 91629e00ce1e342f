import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { Background } from './background';

/** Work that says when it was done, and ends when it is let. */
function work() {
  const events = new EventTarget();
  let times = 0;
  return {
    times: () => times,
    done: () => once(events, 'done'),
    run: () => {
      times += 1;
      events.dispatchEvent(new Event('done'));
      return Promise.resolve();
    },
  };
}

describe('Background', () => {
  const error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  let background: Background;
  beforeEach(() => (background = new Background()));
  afterEach(async () => {
    background.onModuleDestroy();
    await background.beforeApplicationShutdown();
  });

  it('does its work at once and again after its time', async () => {
    const counted = work();
    background.repeat('counting', 1, counted.run);

    await counted.done();
    await counted.done();

    expect(counted.times()).toBeGreaterThanOrEqual(3);
  });

  it('does it now when it is woken', async () => {
    const counted = work();
    const { wake } = background.repeat('counting', 1_000_000, counted.run);

    const again = counted.done();
    wake();
    await again;

    expect(counted.times()).toBe(2);
  });

  it('does it again where it is woken while it is at it', async () => {
    const again = work();
    let wake = (): void => undefined;
    ({ wake } = background.repeat('counting', 1_000_000, async () => {
      await Promise.resolve();
      if (again.times() === 0) wake();
      await again.run();
    }));

    await again.done();
    await again.done();

    expect(again.times()).toBe(2);
  });

  it('goes on after a failure, and says what failed', async () => {
    const counted = work();
    background.repeat('failing', 1, async () => {
      await counted.run();
      throw new Error('not today');
    });

    await counted.done();
    await counted.done();

    expect(error).toHaveBeenCalledWith(expect.stringContaining('failing: Error: not today'));
  });

  it('ends with what it is at, and does no more', async () => {
    let finish = (): void => undefined;
    const finished = new Promise<void>((done) => (finish = done));
    let ended = false;
    background.repeat('slow', 1, () => finished.then(() => void (ended = true)));

    background.onModuleDestroy();
    const stopped = background.beforeApplicationShutdown();
    finish();
    await stopped;

    expect(ended).toBe(true);
  });
});
