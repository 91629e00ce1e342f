import { assert, array, jsonValue, property, record, string, uniqueArray } from 'fast-check';
import { Problem } from '../common/problem';
import { fingerprint, parseKey } from './keyed-request';

describe('an Idempotency-Key', () => {
  it.each([
    ['bare', '0b6c8e0e-9d0f-4b0c-8d5d', '0b6c8e0e-9d0f-4b0c-8d5d'],
    ['in double quotes', '"0b6c8e0e-9d0f-4b0c-8d5d"', '0b6c8e0e-9d0f-4b0c-8d5d'],
    ['with blanks and signs', 'order 17, again!~', 'order 17, again!~'],
    ['with what is escaped in quotes', '"say \\"hello\\" to C:\\\\"', 'say "hello" to C:\\'],
    ['of 16 characters', 'a'.repeat(16), 'a'.repeat(16)],
    ['of 255 characters in quotes', `"${'a'.repeat(255)}"`, 'a'.repeat(255)],
  ])('is taken %s', (_, header, key) => {
    expect(parseKey([header])).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['15 characters', 'a'.repeat(15)],
    ['14 characters in quotes', `"${'a'.repeat(14)}"`],
    ['256 characters', 'a'.repeat(256)],
    ['a letter that is not ASCII', 'clé-0123456789abcdef'],
    ['a tab', 'key\t0123456789abcdef'],
    ['a quote that is not closed', '"0123456789abcdef'],
    ['something behind the quote', '"0123456789abcdef";v=1'],
    ['an escape that is none', '"0123456789abcdef\\n"'],
  ])('is refused with %s, by its name', (_, header) => {
    expect(() => parseKey([header])).toThrow(
      expect.objectContaining({ type: 'bad-request', errors: [expect.objectContaining({ pointer: '/Idempotency-Key' })] }),
    );
  });

  it('is refused twice', () => {
    expect(() => parseKey(['0123456789abcdef', '0123456789abcdef'])).toThrow(Problem);
  });
});

describe('the fingerprint of a request', () => {
  const of = (body?: unknown) => fingerprint('POST', '/segments', body).toString('hex');

  it('is the same whatever order keys have, at any depth', () => {
    const members = uniqueArray(record({ key: string(), value: jsonValue() }), { selector: ({ key }) => key });
    const objectOf = (list: { key: string; value: unknown }[]) =>
      Object.fromEntries(list.map(({ key, value }) => [key, value]));
    assert(
      property(array(members), (objects) => {
        const body = { list: objects.map(objectOf), name: 'x' };
        const turned = { name: 'x', list: objects.map((object) => objectOf(object.toReversed())) };
        expect(of(turned)).toBe(of(body));
      }),
    );
  });

  it('is another for another value', () => {
    assert(
      property(jsonValue(), jsonValue(), (one, other) => {
        expect(of({ one }) === of({ one: other })).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
      }),
    );
  });

  it.each([
    ['the method', fingerprint('PUT', '/segments', {})],
    ['the path', fingerprint('POST', '/campaigns', {})],
    ['the query', fingerprint('POST', '/segments?limit=1', {})],
    ['the order of a list', fingerprint('POST', '/segments', { ids: [2, 1] })],
    ['a key', fingerprint('POST', '/segments', { id: [1, 2] })],
    ['the bytes of a file', fingerprint('POST', '/segments', Buffer.from('{"ids":[1,2]} '))],
  ])('is another with %s', (_, other) => {
    expect(other.equals(fingerprint('POST', '/segments', { ids: [1, 2] }))).toBe(false);
  });

  it('takes no body for an empty object', () => {
    expect(of()).toBe(of({}));
  });
});

/** Written apart from the code under test: lists of pairs in the place of objects. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return { pairs: keys.map((key) => [key, sorted((value as Record<string, unknown>)[key])]) };
}
