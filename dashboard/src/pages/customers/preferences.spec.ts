import { preferencesOf, readable } from './preferences';

it('makes one list of what is nested', () => {
  expect(preferencesOf({ diet: 'vegan', channels: { sms: false }, likes: ['tea', 3] })).toEqual([
    { path: ['diet'], value: { kind: 'text', text: 'vegan' } },
    { path: ['channels', 'sms'], value: { kind: 'yes-no', is: false } },
    { path: ['likes'], value: { kind: 'list', items: ['tea', '3'] } },
  ]);
});

it('leaves nothing out', () => {
  expect(preferencesOf({ a: null, b: {}, c: [{ d: 1 }] })).toEqual([
    { path: ['a'], value: { kind: 'text', text: 'null' } },
    { path: ['b'], value: { kind: 'text', text: '{}' } },
    { path: ['c'], value: { kind: 'list', items: ['{"d":1}'] } },
  ]);
});

it('has nothing to show of none', () => {
  expect(preferencesOf(null)).toEqual([]);
  expect(preferencesOf({})).toEqual([]);
});

it.each([
  ['favourite_categories', 'Favourite categories'],
  ['favouriteStore', 'Favourite store'],
  ['población', 'Población'],
  ['__', '__'],
])('reads %s as %s', (name, words) => {
  expect(readable(name)).toBe(words);
});
