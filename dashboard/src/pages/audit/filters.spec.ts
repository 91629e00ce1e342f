import { filtersOf, queryOf, withFilter } from './filters';

const query = (address: string) => queryOf(filtersOf(new URLSearchParams(address)));

it('asks for what stands in the address, and for nothing where nothing does', () => {
  expect(query('actor=token:1a2b&action=segment.updated&target_type=segment&target_id=x&outcome=done')).toEqual({
    actor: 'token:1a2b',
    action: 'segment.updated',
    target_type: 'segment',
    target_id: 'x',
    outcome: 'done',
  });
  expect(query('')).toEqual({});
});

it('takes the last day whole', () => {
  expect(query('from=2026-11-01&to=2026-11-01')).toEqual({
    from: new Date(2026, 10, 1).toISOString(),
    to: new Date(2026, 10, 2).toISOString(),
  });
});

it('leaves out what the service would refuse', () => {
  expect(query('target_type=user&outcome=maybe&from=yesterday')).toEqual({});
});

it('forgets the id with the kind of thing', () => {
  const params = withFilter(new URLSearchParams('target_type=segment&target_id=x&actor=a'), 'target_type', 'campaign');
  expect(params.toString()).toBe('target_type=campaign&actor=a');
});

it('takes an empty filter out of the address', () => {
  expect(withFilter(new URLSearchParams('actor=a&action=b'), 'actor', '').toString()).toBe('action=b');
});
