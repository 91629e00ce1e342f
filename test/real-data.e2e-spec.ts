import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importCommand } from '../src/customers/import.command';
import { startApp, type TestApp } from './support/app';
import { runCommand } from './support/commands';

/**
 * Published figures of public purchase histories come out of the API. The data are not ours to ship: where they are not laid beside the
 * project, these tests are skipped and say so.
 */
const DATA = join(__dirname, '..', '..', 'shared', 'data');
const [describeOrSkip, why] = existsSync(DATA) ? [describe, ''] : [describe.skip, ' (SKIPPED: ../shared/data is not there)'];

const published: Record<string, [filters: object, as_of: string | undefined, customers: number][]> = {
  cdnow_sample_day: [
    [{ last_days: 273 }, '1997-09-30T12:00Z', 2357],
    [{ last_days: 273, min_num_purchases: 2 }, '1997-09-30T12:00Z', 946],
    [{ last_days: 273, min_num_purchases: 8 }, '1997-09-30T12:00Z', 64],
  ],
  cdnow: [[{ last_days: 30, min_num_purchases: 2 }, '1998-06-30T12:00Z', 323]],
  online_retail: [
    [{ min_num_purchases: 2 }, undefined, 2845],
    [{ last_days: 90 }, '2011-12-09T13:00Z', 2889],
    [{ stores_in: ['Germany', 'France'] }, undefined, 181],
    [{ is_market_store: true, min_num_purchases: 6 }, undefined, 791],
    [{ preferences_contains: { country: 'Spain' } }, undefined, 28],
  ],
};

describeOrSkip(`real purchase histories${why}`, () => {
  describe.each(Object.keys(published))('%s', (set) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startApp();
      const file = (name: string) => join(DATA, set, `${name}.csv.gz`);
      const { code, err } = await runCommand(
        importCommand,
        ['--users', file('users'), '--purchases', file('purchase_history')],
        {
          DATABASE_URL: app.db.url,
        },
      );
      expect([code, err]).toEqual([0, '']);
    }, 60_000);
    afterAll(() => app.close());

    it.each(published[set])('%j at %s: %i customers', async (filters, as_of, customers) => {
      const segment = await app.make.segment(filters);

      const preview = await app.api
        .post(`/segments/${segment.id}/preview-users`)
        .query({ limit: 1, ...(as_of && { as_of }) })
        .expect(200);
      expect(preview.headers['x-total-count']).toBe(String(customers));

      const campaign = await app.make.campaign([segment]);
      const dispatch = await app.api
        .post(`/campaigns/${campaign.id}/dispatch`)
        .send(as_of ? { as_of } : {})
        .expect(200);
      expect(dispatch.body).toMatchObject({ matched: customers, queued: customers });
    });
  });
});
