import { filtersIn, withFilters } from './url-filters';

const changed = (address: string, changes: Record<string, string>) =>
  withFilters(new URLSearchParams(address), changes).toString();

it('knows the filters of an address, and is empty where there is none', () => {
  expect(filtersIn(new URLSearchParams('actor=a&page=2'), ['actor', 'action'])).toEqual({ actor: 'a', action: '' });
});

it('changes several at once, and leaves the rest', () => {
  expect(changed('target_type=segment&target_id=x&actor=a', { target_type: 'campaign', target_id: '' })).toBe(
    'target_type=campaign&actor=a',
  );
});

it('takes an empty filter out of the address', () => {
  expect(changed('actor=a&action=b', { actor: '' })).toBe('action=b');
});
