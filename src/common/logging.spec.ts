import express, { type Request, type Response } from 'express';
import { stdSerializers } from 'pino';
import request from 'supertest';
import { QueryFailedError } from 'typeorm';
import { createLog, errorFacts, NestLog, requestLog } from './logging';

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

it.each([
  ['invalid input syntax for type uuid: "Ana Müller"', 'invalid input syntax for type uuid: "…"'],
  ['value "39333099911" is out of range for type integer', 'value "…" is out of range for type integer'],
  [`Unexpected token 'A', "Ana "quoted" M" is not valid JSON`, `Unexpected token 'A', "…" is not valid JSON`],
  ['relation "segments" does not exist', 'relation "segments" does not exist'],
  ['column u.diet does not exist', 'column u.diet does not exist'],
])('repeats no value that could not be read: %s', (message, logged) => {
  expect(errorFacts(stdSerializers.err(new Error(message))).message).toBe(logged);
});

describe('a line', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ LOG_LEVEL: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  beforeEach(() => void lines.splice(0));

  it('has the facts of the list, and no other', () => {
    log.info({ status: 200, email: 'ana@example.com', body: { prompt: 'a secret' } }, 'request');
    new NestLog(log).warn({ transport: 'smtp', to: 'ana@example.com' }, 'Left alone', 'Breaker');
    expect(lines).toEqual([
      expect.objectContaining({ status: 200, msg: 'request' }),
      expect.objectContaining({ transport: 'smtp', context: 'Breaker', msg: 'Left alone' }),
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/ana@|secret/);
  });

  describe('of a request', () => {
    const app = express();
    app.use(requestLog(log));
    app.use((_request: Request, response: Response) => {
      new NestLog(log).warn('on its behalf', 'Test');
      response.end();
    });
    const logged = async (path: string, headers: Record<string, string> = {}) => {
      await request(app).post(path).set(headers);
      return lines;
    };

    it('carries the trace that its caller names, and so does what is said on its behalf', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      await logged('/segments', { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
      expect(lines.map(({ msg, trace_id }) => [msg, trace_id])).toEqual([
        ['on its behalf', traceId],
        ['request', traceId],
      ]);
    });

    it('has none where what the caller names is no trace', async () => {
      for (const line of await logged('/segments', { traceparent: 'Ana' })) expect(line).not.toHaveProperty('trace_id');
    });

    it.each([
      [
        '/segments/0b8e7b8c-57a6-4d0e-8a7f-1a1f5f8a2b3c/users.csv',
        '/segments/0b8e7b8c-57a6-4d0e-8a7f-1a1f5f8a2b3c/users.csv',
      ],
      [
        '/notifications/17:0b8e7b8c-57a6-4d0e-8a7f-1a1f5f8a2b3c/mark-sent',
        '/notifications/17:0b8e7b8c-57a6-4d0e-8a7f-1a1f5f8a2b3c/mark-sent',
      ],
      ['/customers/ana@example.com', '/customers/…'],
      ['/customers/ana%40example.com', '/customers/…'],
      ['/customers/+39-333-0999111', '/customers/…'],
      ['/unsubscribe/abc/def', '/unsubscribe/…'],
    ])('shows of %s what may be shown', async (path, shown) => {
      await logged(path);
      expect(lines.at(-1)).toMatchObject({ path: shown });
    });
  });
});
