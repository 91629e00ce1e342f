import { Turns } from './turns';

const turns = (atOnce: number, mayWait: number, longestWaitMs = 60_000) =>
  new Turns(atOnce, mayWait, longestWaitMs, () => new Error('busy'));
/** Takes a turn and writes down when it has it. */
const line =
  (of: Turns, had: string[]) =>
  (name: string, goesOn = false) =>
    of.take({ goesOn }).then(() => had.push(name));

describe('turns', () => {
  it('are given first come, first served, but those first who go on with something', async () => {
    const [all, had] = [turns(1, 5), [] as string[]];
    const take = line(all, had);
    await take('first');
    const waiting = [take('second'), take('third'), take('goes on', true)];
    for (let i = 0; i < 3; i++) {
      all.give();
      await waiting[[2, 0, 1][i]];
    }
    expect(had).toEqual(['first', 'goes on', 'second', 'third']);
    expect([all.running, all.waiters]).toEqual([1, 0]);
  });

  it('are refused where too many wait; whoever goes on has a line of his own', async () => {
    const [all, had] = [turns(1, 1), [] as string[]];
    const take = line(all, had);
    await take('first');
    const waiting = take('second');
    await expect(take('third')).rejects.toThrow('busy');
    const going = take('goes on', true);
    all.give();
    await going;
    all.give();
    await waiting;
    expect(had).toEqual(['first', 'goes on', 'second']);
  });

  it('are not waited for longer than they may be, nor by who has left', async () => {
    const all = turns(1, 5, 20);
    await all.take();
    await expect(all.take({ goesOn: true })).rejects.toThrow('busy');
    const gone = new AbortController();
    const leaving = all.take({ signal: gone.signal });
    gone.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    expect([all.running, all.waiters]).toEqual([1, 0]);
    all.give();
    expect(all.running).toBe(0);
  });
});
