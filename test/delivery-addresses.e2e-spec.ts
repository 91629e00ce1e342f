import { startApp, type TestApp } from './support/app';
import { dispatched, show, workerOf } from './support/delivery';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

it('a mail to customers of whom no address is kept is handed out without one', async () => {
  const { ids } = await dispatched(app, 2, { channel: 'email' });
  await app.db.query('ALTER TABLE users DROP email');

  const { notifications } = await workerOf(app).claim();

  expect(notifications.map(({ data }) => data)).toEqual([{ email: null }, { email: null }]);
  await app.db.query('ALTER TABLE users ADD email text');
  expect(await show(app, ids[0])).toMatchObject({ status: 'queued', attempts: 0 });
});

it('a lease that cannot be shown is given back, and is no attempt', async () => {
  const { ids } = await dispatched(app, 1, { channel: 'email' });
  await app.db.query('ALTER TABLE users RENAME TO customers_of_another_name');
  await workerOf(app).call('claim', { channel: 'email' }).expect(500);
  await app.db.query('ALTER TABLE customers_of_another_name RENAME TO users');

  const again = await workerOf(app).claim({ channel: 'email' });

  expect(again.notifications.map(({ id, attempt }) => [id, attempt])).toEqual([[ids[0], 1]]);
});
