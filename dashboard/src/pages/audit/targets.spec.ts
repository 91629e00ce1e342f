import { pageOf } from './targets';

it.each([
  ['segment', 'a', '/segments/a'],
  ['schedule', 'a', '/campaigns/a'],
  ['dispatch', '17', '/dispatches/17'],
  ['suppression', 'c1:email', '/customers/c1'],
  ['customer', '../x', '/customers/..%2Fx'],
] as const)('leads from %s %s to %s', (target_type, target_id, page) => {
  expect(pageOf({ target_type, target_id })).toBe(page);
});

it('leads nowhere from many things, and from what has no page', () => {
  expect(pageOf({ target_type: 'suppression', target_id: null })).toBeUndefined();
  expect(pageOf({ target_type: 'webhook', target_id: 'a' })).toBeUndefined();
  expect(pageOf({ target_type: null, target_id: null })).toBeUndefined();
});
