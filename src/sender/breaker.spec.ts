import { Logger } from '@nestjs/common';
import { Breaker, breakerLimits } from './breaker';
import type { Outcome } from './transports/transport';

let said: string[];
beforeEach(() => {
  jest.useFakeTimers();
  said = [];
  const hear = (facts: unknown, text: string) => void said.push(`${text}: ${JSON.stringify(facts)}`);
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(hear);
  jest.spyOn(Logger.prototype, 'log').mockImplementation(hear);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const sent: Outcome = { kind: 'sent' };
const failed: Outcome = { kind: 'failed', error: 'HTTP 422', retry: false };
const away = { kind: 'unavailable', error: 'HTTP 503', reached: true } as const;
const untouched: Outcome = { kind: 'untouched' };

const answers = async (breaker: Breaker, ...outcomes: Outcome[]) => breaker.run(() => Promise.resolve(outcomes));

async function opened(last: Outcome = away): Promise<Breaker> {
  const breaker = new Breaker('test');
  for (let i = 1; i < breakerLimits.failures; i++) await answers(breaker, away);
  expect(breaker.isOpen).toBe(false);
  await answers(breaker, last);
  expect(breaker.isOpen).toBe(true);
  return breaker;
}

it('leaves a transport alone after failures in a row, and calls nobody meanwhile', async () => {
  const breaker = await opened();

  expect(breaker.restMs).toBe(breakerLimits.firstPauseMs);
  let calls = 0;
  expect(await breaker.run(() => Promise.resolve([(calls++, sent)]))).toBeUndefined();
  expect(calls).toBe(0);
  expect(said).toEqual(['Left alone after 5 failures in a row: {"transport":"test","error":"HTTP 503","seconds":5}']);
});

it('closes when a single call gets through', async () => {
  const breaker = await opened();
  jest.advanceTimersByTime(breakerLimits.firstPauseMs);

  expect([breaker.isOpen, breaker.restMs]).toEqual([true, 0]);
  expect(await answers(breaker, sent)).toEqual([sent]);
  expect(breaker.isOpen).toBe(false);
  expect(said.slice(1)).toEqual(['Delivers again: {"transport":"test"}']);
});

it('waits twice as long after each try that fails, up to a limit', async () => {
  const breaker = await opened();
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    pauses.push(breaker.restMs / breakerLimits.firstPauseMs);
    jest.advanceTimersByTime(breaker.restMs);
    await answers(breaker, away);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it('waits as long as it is told to', async () => {
  const breaker = await opened({ ...away, retryAfterSeconds: 42 });
  expect(breaker.restMs).toBe(42_000);
});

it.each([
  ['one that is sent among them', [away, sent]],
  ['one that is refused among them', [away, failed]],
  ['one that is refused for itself', [failed]],
])('stays closed with %s', async (_, outcomes) => {
  const breaker = new Breaker('test');
  for (let i = 0; i < 10 * breakerLimits.failures; i++) await answers(breaker, ...outcomes);
  expect(breaker.isOpen).toBe(false);
});

it('counts failures in a row only', async () => {
  const breaker = new Breaker('test');
  for (let i = 0; i < 10; i++) {
    for (let k = 1; k < breakerLimits.failures; k++) await answers(breaker, away, untouched);
    await answers(breaker, sent);
  }
  expect(breaker.isOpen).toBe(false);
});
