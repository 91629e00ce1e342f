import fc from 'fast-check';
import type { Rule } from '../src/segments/rules/rule';
import { startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';

interface Overlap {
  segments: { segment_id: string; name: string; total: number }[];
  intersections: { segment_ids: string[]; exactly: number; at_least: number }[];
  union: number;
  active_customers: number;
  as_of: string;
}
const overlap = async (segment_ids: string[], query: object = {}): Promise<Overlap> =>
  (await app.api.post('/segments/overlap').query(query).send({ segment_ids }).expect(200)).body;

/** Whether customer `i` is of the segment that asks for this letter. */
const letters = 'abcdefgh'.split('');
const has = (i: number, letter: number) => ((i * 2_654_435_761) >>> (letter * 3)) % (letter + 2) === 0;
const CUSTOMERS = 200;
let ids: string[];

it('of nobody is nothing, at an instant all the same', async () => {
  const none = [await app.make.segment({}), await app.make.segment({ last_days: 3 })];
  expect(await overlap(none.map(({ id }) => id))).toMatchObject({
    intersections: [],
    union: 0,
    active_customers: 0,
    as_of: expect.stringMatching(/Z$/),
  });
});

describe('of up to eight segments', () => {
  beforeAll(async () => {
    for (let i = 0; i < CUSTOMERS; i++)
      await app.make.customer({
        preferences: Object.fromEntries(letters.filter((_, l) => has(i, l)).map((letter) => [letter, true])),
        is_active: i % 50 === 49 ? false : i % 2 ? null : true,
      });
    ids = [];
    for (const letter of letters)
      ids.push((await app.make.segment({ preferences_contains: { [letter]: true } }, letter)).id);
  });

  /** Customers that the test itself finds in all of `inside` and none of `outside`. */
  const counted = (inside: number[], outside: number[] = []) =>
    Array.from({ length: CUSTOMERS }, (_, i) => i).filter(
      (i) => i % 50 !== 49 && inside.every((l) => has(i, l)) && !outside.some((l) => has(i, l)),
    ).length;

  it('gives every combination that somebody is in, as sets counted here do, the largest first', async () => {
    const found = await overlap(ids);

    const all = letters.map((_, l) => l);
    const expected = Array.from({ length: 255 }, (_, i) => all.filter((l) => (i + 1) & (1 << l)))
      .map((inside) => ({
        segment_ids: inside.map((l) => ids[l]),
        exactly: counted(
          inside,
          all.filter((l) => !inside.includes(l)),
        ),
        at_least: counted(inside),
      }))
      .filter(({ exactly }) => exactly > 0);
    const inOrder = (some: Overlap['intersections']) => some.toSorted((a, b) => (a.segment_ids.join() < b.segment_ids.join() ? -1 : 1)); // prettier-ignore
    expect(inOrder(found.intersections)).toEqual(inOrder(expected));
    expect(found.segments).toEqual(letters.map((name, l) => ({ segment_id: ids[l], name, total: counted([l]) })));
    expect(found.active_customers).toBe(196);
    const bars = found.intersections.map(({ exactly }) => exactly);
    expect(bars).toEqual(bars.toSorted((a, b) => b - a));
  });

  it('includes and excludes as sets do, and its union is that of the rules', async () => {
    const some = fc.subarray(
      letters.map((_, l) => l),
      { minLength: 2, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(some, async (chosen) => {
        const { union, intersections, segments, as_of } = await overlap(chosen.map((l) => ids[l]));

        expect(intersections.reduce((sum, { exactly }) => sum + exactly, 0)).toBe(union);
        for (const { segment_id, total } of segments)
          expect(sum(intersections.filter((one) => one.segment_ids.includes(segment_id)))).toBe(total);
        // |A ∪ B ∪ …| is the sum over all combinations of (-1)^(n+1) |A ∩ B ∩ …|
        const atLeast = (inside: string[]) => sum(intersections.filter((one) => inside.every((id) => one.segment_ids.includes(id)))); // prettier-ignore
        const combinations = Array.from({ length: 2 ** chosen.length - 1 }, (_, i) => chosen.filter((_, l) => (i + 1) & (1 << l)).map((l) => ids[l])); // prettier-ignore
        expect(combinations.reduce((total, one) => total + (one.length % 2 ? 1 : -1) * atLeast(one), 0)).toBe(union);
        for (const { segment_ids, at_least } of intersections) expect(atLeast(segment_ids)).toBe(at_least);

        const filters: Rule = { any: chosen.map((l) => ({ segment_id: ids[l] })) };
        const united = await app.api.post('/segments/preview').query({ as_of, sample: 0 }).send({ filters }).expect(200);
        expect(united.body.total).toBe(union);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
  const sum = (some: Overlap['intersections']) => some.reduce((total, { exactly }) => total + exactly, 0);

  it('is read at one instant, and of purchases too', async () => {
    await app.make.customer({}, { purchase_date: '2024-01-15T00:00:00Z' });
    const both = [await app.make.segment({ last_days: 30 }), await app.make.segment({ min_num_purchases: 1 })];
    const at = async (as_of: string) => {
      const { segments, union } = await overlap(
        both.map(({ id }) => id),
        { as_of },
      );
      return [...segments.map(({ total }) => total), union];
    };
    expect(await at('2024-01-20T00:00:00Z')).toEqual([1, 1, 1]);
    expect(await at('2024-03-20T00:00:00Z')).toEqual([0, 1, 1]);
    expect(await at('1970-01-01T00:00:00Z')).toEqual([0, 0, 0]);
  });

  it.each<[what: string, ids: () => unknown, pointer: string, type?: string]>([
    ['one', () => [ids[0]], '/segment_ids'],
    ['nine', () => [...ids, UNKNOWN], '/segment_ids'],
    ['the same twice', () => [ids[0], ids[0]], '/segment_ids'],
    ['the same twice in other letters', () => [ids[0], ids[0].toUpperCase()], '/segment_ids'],
    ['what is no id', () => [ids[0], 'x'], '/segment_ids'],
    ['null', () => [ids[0], null], '/segment_ids'],
    ['none at all', () => undefined, '/segment_ids'],
    ['one that is not there', () => [ids[0], UNKNOWN], '/segment_ids/1', 'unknown-segment'],
  ])('refuses %s', async (_, segment_ids, pointer, type = 'bad-request') => {
    const answer = await app.api.post('/segments/overlap').send({ segment_ids: segment_ids() });
    expect(refusalFault(answer, { status: 400, type, pointer })).toBeUndefined();
  });

  it('takes ids in capitals, and answers with them as they are', async () => {
    const { segments } = await overlap([ids[0].toUpperCase(), ids[1]]);
    expect(segments.map(({ segment_id }) => segment_id)).toEqual([ids[0], ids[1]]);
  });
});
