import { demoSources } from './demo-data';

const TODAY = new Date('2026-11-22T15:00:00Z');

async function text(options: {
  customers: number;
  seed?: number;
  today?: Date;
}): Promise<{ users: string; purchases: string }> {
  const { users, purchases } = demoSources({ today: TODAY, ...options });
  const read = async (source: typeof users) => {
    const chunks: Buffer[] = [];
    for await (const chunk of source.read()) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  return { users: await read(users), purchases: await read(purchases) };
}

const records = (csv: string): string[] => csv.trimEnd().split('\n').slice(1);
const ids = (csv: string): string[] => records(csv).map((record) => record.slice(0, 36));
const dates = (csv: string): string[] => records(csv).map((record) => record.split(',')[3]);

describe('demo data', () => {
  it('are the same for the same seed at any hour of a day, and others for another seed', async () => {
    const [one, later, other] = await Promise.all([
      text({ customers: 200 }),
      text({ customers: 200, today: new Date('2026-11-22T23:59:59Z') }),
      text({ customers: 200, seed: 2 }),
    ]);

    expect(later).toEqual(one);
    expect(ids(other.users).filter((id) => ids(one.users).includes(id))).toEqual([]);
  });

  it('keep their ids on another day, so that making them again adds nothing', async () => {
    const [one, nextMonth] = await Promise.all([
      text({ customers: 200 }),
      text({ customers: 200, today: new Date('2026-12-25') }),
    ]);

    expect(ids(nextMonth.users)).toEqual(ids(one.users));
    expect(ids(nextMonth.purchases)).toEqual(ids(one.purchases));
    expect(nextMonth.purchases).not.toEqual(one.purchases);
  });

  it('grow at the end: the first customers are the same in a larger shop', async () => {
    const [few, many] = await Promise.all([text({ customers: 50 }), text({ customers: 80 })]);

    expect(many.users.startsWith(few.users)).toBe(true);
    expect(many.purchases.startsWith(few.purchases)).toBe(true);
  });

  it('lie in the last 24 months and never in the future', async () => {
    const { purchases } = await text({ customers: 500 });

    expect(dates(purchases).every((date) => date >= '2024-11-22' && date < '2026-11-22')).toBe(true);
  });

  it('have about ten purchases a customer, each with an id of its own', async () => {
    const { users, purchases } = await text({ customers: 2000 });
    const made = ids(purchases);

    expect(new Set(ids(users)).size).toBe(2000);
    expect(new Set(made).size).toBe(made.length);
    expect(made.length / 2000).toBeGreaterThan(8);
    expect(made.length / 2000).toBeLessThan(12);
  });

  it('have seasons: Saturdays above Mondays, December above August, no market on a Sunday', async () => {
    const { purchases } = await text({ customers: 2000 });
    const on = (test: (date: Date) => boolean) => dates(purchases).filter((date) => test(new Date(date))).length;
    const sundays = records(purchases).filter((record) => new Date(record.split(',')[3]).getUTCDay() === 0);

    expect(on((date) => date.getUTCDay() === 6)).toBeGreaterThan(1.5 * on((date) => date.getUTCDay() === 1));
    expect(on((date) => date.getUTCMonth() === 11)).toBeGreaterThan(1.3 * on((date) => date.getUTCMonth() === 7));
    expect(sundays.filter((record) => record.includes('Mercat'))).toEqual([]);
  });
});
