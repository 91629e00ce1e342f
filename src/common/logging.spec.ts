import { stdSerializers } from 'pino';
import { QueryFailedError } from 'typeorm';
import { errorFacts } from './logging';

it('logs of a failed statement what it was, and none of its values', () => {
  const cause = Object.assign(new Error('duplicate key value violates unique constraint'), {
    code: '23505',
    detail: 'Key (email)=(ana@example.com) already exists.',
  });
  const error = new QueryFailedError('INSERT INTO users (email) VALUES ($1)', ['ana@example.com'], cause);

  const logged = errorFacts(stdSerializers.err(error));

  expect(logged).toMatchObject({ type: 'QueryFailedError', code: '23505', query: 'INSERT INTO users (email) VALUES ($1)' });
  expect(logged.stack).toContain('logging.spec');
  expect(JSON.stringify(logged)).not.toContain('ana@example.com');
});
