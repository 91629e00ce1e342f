import { filtersIn } from '../../components/url-filters';
import { FILTERS, queryOf } from './filters';

const query = (address: string) => queryOf(filtersIn(new URLSearchParams(address), FILTERS));

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
