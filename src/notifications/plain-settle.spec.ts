import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { validationOptions } from '../common/validation';
import { SettleRequest } from './delivery.dto';
import { isPlainSettle } from './plain-settle';

const token = '0b6c8e0e-9d0f-4b0c-8d5d-0b8f3f1d2c4e';
const id = `17:${token}`;
/** What the decorators make of a body; undefined where they refuse it. */
function byDecorators(body: object): unknown {
  const made = plainToInstance(SettleRequest, body);
  if (validateSync(made, validationOptions).length > 0) return undefined;
  return JSON.parse(JSON.stringify(made));
}

const oneOf = (...values: unknown[]) => fc.constantFrom(...values);
const odd = oneOf(undefined, null, 0, -1, 86_400, 86_401, 1.5, true, '', 'x', [], {}, [id], { id });
/** The first is right. */
const likely = (...values: unknown[]) =>
  fc.oneof({ arbitrary: fc.constant(values[0]), weight: 30 }, { arbitrary: oneOf(...values), weight: 5 }, odd);
const anId = likely(id, id.toUpperCase(), `0${id}`, ` ${id}`, `${id}\n`, token);
const big = { text: 'x'.repeat(16_380) };
const sent = fc.record(
  { id: anId, delivery_info: likely({ provider_id: 'm-1' }, {}, { id: [{}] }, big) },
  { requiredKeys: ['id'] },
);
const failed = fc.record(
  {
    id: anId,
    error: likely('mailbox full', 'é'.repeat(1000), '😀'.repeat(501), 'x'.repeat(1001)),
    retry: likely(true, false),
    retry_after_seconds: likely(10.5, 0, 86_400),
  },
  { requiredKeys: ['id'] },
);
const listOf = (item: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: fc.array(fc.oneof({ arbitrary: item, weight: 20 }, odd), { maxLength: 3 }), weight: 20 }, odd);
const body = fc
  .record(
    { lease_token: likely(token, token.toUpperCase(), id), sent: listOf(sent), failed: listOf(failed) },
    { requiredKeys: ['lease_token'] },
  )
  .map((made) => JSON.parse(JSON.stringify(made)) as object);

describe('a settle that is plainly right', () => {
  it('is one that the decorators pass, as it came', () => {
    let plain = 0;
    fc.assert(
      fc.property(body, (asked) => {
        if (!isPlainSettle(asked)) return;
        plain++;
        expect(byDecorators(asked)).toEqual(asked);
      }),
      { numRuns: 3000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it.each([
    ['a whole batch', { lease_token: token, sent: Array(1000).fill({ id }) }],
    ['failures', { lease_token: token, failed: [{ id, error: 'mailbox full', retry: false, retry_after_seconds: 3 }] }],
    ['what providers said', { lease_token: token, sent: [{ id, delivery_info: { provider_id: 'm-1' } }], failed: [] }],
    ['nothing', { lease_token: token }],
  ])('is seen at %s', (_, asked) => {
    expect(isPlainSettle(asked)).toBe(true);
  });

  it.each([
    ['no token', { sent: [{ id }] }],
    ['more than a batch', { lease_token: token, sent: Array(1001).fill({ id }) }],
    ['an item without an id', { lease_token: token, sent: [{}] }],
    ['a key that nobody knows', { lease_token: token, sent: [{ id, info: {} }] }],
    [
      'too much of what a provider said',
      { lease_token: token, sent: [{ id, delivery_info: { text: 'x'.repeat(16_384) } }] },
    ],
  ])('is left to the decorators at %s', (_, asked) => {
    expect(isPlainSettle(asked)).toBe(false);
  });
});
