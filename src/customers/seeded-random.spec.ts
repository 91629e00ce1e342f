import { SeededRandom } from './seeded-random';

describe('seeded random numbers', () => {
  it('are the same for the same name, for ever', () => {
    const one = new SeededRandom('a name');

    expect([one.bits(), one.bits(), one.uuid()]).toMatchInlineSnapshot(`
     [
       3192888048,
       35388138,
       "cb189a5b-edf1-4d72-a671-47824c28c381",
     ]
    `);
    expect(new SeededRandom('another name').bits()).not.toBe(new SeededRandom('a name').bits());
  });

  it('make uuids of version 4', () => {
    const random = new SeededRandom('uuids');
    const uuids = Array.from({ length: 1000 }, () => random.uuid());

    expect(
      uuids.filter((uuid) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid)),
    ).toEqual([]);
    expect(new Set(uuids).size).toBe(1000);
  });

  it('fall evenly: a fraction, a whole number with both ends, a weighted choice', () => {
    const random = new SeededRandom('even');
    const share = (draw: () => boolean) => Array.from({ length: 20_000 }, draw).filter(Boolean).length / 20_000;

    expect(share(() => random.fraction() < 0.25)).toBeCloseTo(0.25, 1);
    expect(share(() => random.whole(1, 4) === 4)).toBeCloseTo(0.25, 1);
    expect(share(() => random.weighted([{ share: 1 }, { share: 3 }]).share === 3)).toBeCloseTo(0.75, 1);
    expect(share(() => random.heavyTailed(10, 0.7) < 10)).toBeCloseTo(0.5, 1);
  });
});
