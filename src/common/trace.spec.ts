import { childOf, currentTrace, inTrace, newTrace, traceFrom, traceHeaders, traceOfThing } from './trace';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

it('takes the trace that a caller names', () => {
  expect(traceFrom(`00-${TRACE}-${CALLER}-01`)).toEqual({
    traceId: TRACE,
    parentId: CALLER,
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    flags: '01',
  });
  expect(traceFrom(`cc-${TRACE}-${CALLER}-00-what a later version adds`)).toMatchObject({ traceId: TRACE, flags: '00' });
});

it.each([
  undefined,
  '',
  ['00', TRACE, CALLER, '01'],
  `00-${TRACE}-${CALLER}`,
  `00-${TRACE}-${CALLER}-01-more`,
  `ff-${TRACE}-${CALLER}-01`,
  `00-${'0'.repeat(32)}-${CALLER}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${CALLER}-01`,
  `00-${TRACE}-${CALLER}-01\n`,
])('takes %j for none', (header) => {
  expect(traceFrom(header)).toBeUndefined();
});

it('goes on in what is asked for, and nowhere else', async () => {
  const trace = traceFrom(`00-${TRACE}-${CALLER}-00`)!;
  const child = childOf(trace);
  expect(child).toMatchObject({ traceId: TRACE, parentId: trace.spanId, flags: '00' });
  expect(traceHeaders(child)).toEqual({ traceparent: `00-${TRACE}-${child.spanId}-00` });
  expect(traceHeaders(undefined)).toEqual({});

  expect(await inTrace(trace, async () => (await Promise.resolve(), currentTrace()))).toBe(trace);
  expect(currentTrace()).toBeUndefined();
  expect(traceFrom(traceHeaders(newTrace()).traceparent)).toBeDefined();
});

it('is the same for every attempt of one thing', () => {
  const [first, second] = [traceOfThing('an-event'), traceOfThing('an-event')];
  expect(second.traceId).toBe(first.traceId);
  expect(second.spanId).not.toBe(first.spanId);
  expect(traceOfThing('another').traceId).not.toBe(first.traceId);
});
