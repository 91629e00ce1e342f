import { pageOf } from './attention';

it('leads to the dispatch, and to the rule of the segment', () => {
  expect(pageOf({ kind: 'dead-letters', subject_id: '17' })).toBe('/dispatches/17');
  expect(pageOf({ kind: 'segment-unreadable', subject_id: 'a' })).toBe('/segments/a/edit');
});

it('leads to what waits where a queue stands still', () => {
  expect(pageOf({ kind: 'queue-stalled', subject_id: null })).toBe('/notifications?status=queued');
});

it('makes no address out of what it is given', () => {
  expect(pageOf({ kind: 'dispatch-failed', subject_id: '../settings?x#y' })).toBe('/dispatches/..%2Fsettings%3Fx%23y');
});

it('leads nowhere where the dashboard has no page', () => {
  expect(pageOf({ kind: 'webhook-disabled', subject_id: 'a' })).toBeUndefined();
});
