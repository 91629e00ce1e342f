import { Allowances } from './allowances';

/** Takes until there is none. */
const takenBy = (allowances: Allowances, who: string, tries: number) =>
  Array.from({ length: tries }, () => allowances.take(who)).filter((wait) => wait === 0).length;

it('gives each as many at once as the burst, and then says how long to wait', () => {
  const allowances = new Allowances(0.001, 3);

  expect(takenBy(allowances, 'ana', 10)).toBe(3);
  expect(takenBy(allowances, 'ben', 10)).toBe(3);
  expect(allowances.take('ana')).toBeGreaterThan(990);
  expect(allowances.take('ana')).toBeLessThanOrEqual(1000);
});

it('tells what there is without taking it', () => {
  const allowances = new Allowances(0.001, 1);

  expect([allowances.wait('ana'), allowances.wait('ana'), allowances.take('ana')]).toEqual([0, 0, 0]);
  expect(allowances.wait('ana')).toBeGreaterThan(0);
});

it('remembers no more than it has room for', () => {
  const allowances = new Allowances(0.001, 1);
  allowances.take('first');
  for (let other = 0; other < 10_000; other++) allowances.take(String(other));

  expect(allowances.wait('first')).toBe(0); // forgotten
  expect(allowances.wait('9999')).toBeGreaterThan(0);
});
