import { linesOf } from './meta';

describe('what senders reported', () => {
  it('is a line a value, by key', () => {
    expect(linesOf({ provider: 'ses', attempts: 2, is_ok: true, nothing: null })).toEqual([
      { key: 'attempts', value: '2' },
      { key: 'is_ok', value: 'true' },
      { key: 'nothing', value: 'null' },
      { key: 'provider', value: 'ses' },
    ]);
  });

  it('joins the keys of what lies deeper, and keeps lists and empty objects whole', () => {
    expect(linesOf({ smtp: { reply: { code: 250 } }, tags: ['a', { b: 1 }], none: {} })).toEqual([
      { key: 'none', value: '{}' },
      { key: 'smtp › reply › code', value: '250' },
      { key: 'tags', value: '["a",{"b":1}]' },
    ]);
  });

  it('goes down so far and no further', () => {
    expect(linesOf({ a: { b: { c: { d: { e: 1 } } } } })).toEqual([{ key: 'a › b › c › d', value: '{"e":1}' }]);
  });
});
