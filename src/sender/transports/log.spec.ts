import { Logger } from '@nestjs/common';
import { log } from './log';

it('says who would get one, and neither what nor where', async () => {
  const said: unknown[] = [];
  jest.spyOn(Logger.prototype, 'log').mockImplementation((facts: unknown) => void said.push(facts));
  const transport = log.open({} as Parameters<typeof log.open>[0], 1);
  const ids = { user_id: 'u', campaign_id: 'c', channel: 'email', attempt: 1 } as const;
  const personal = { title: 'For Ana', message: 'Hello Ana', data: { email: 'ana@example.com' } };

  const outcomes = await transport.deliver(
    [{ id: '1:u', dispatch_id: '1', ...ids, ...personal }],
    new AbortController().signal,
  );

  expect(outcomes).toEqual([{ kind: 'sent' }]);
  expect(said).toEqual([{ notification_id: '1:u', ...ids }]);
  jest.restoreAllMocks();
});
