import { hasInvisible, hasMarkup, linksIn, plainText } from './plain-text';

describe('plainText', () => {
  it.each([
    ['stays as it is', 'Sopa de calabaza, 3 €/kg 🎃\n\nFins aviat!', 'Sopa de calabaza, 3 €/kg 🎃\n\nFins aviat!'],
    ['is trimmed', ' \n hi \t\n', 'hi'],
    ['loses its quotes', '"Hola, Ana"', 'Hola, Ana'],
    ['loses Catalan quotes', '«Bon dia»', 'Bon dia'],
    ['loses curly quotes', '“Hi there”', 'Hi there'],
    [
      'keeps quotes that are part of it',
      '"Fresh" is not just a word, it is "today"',
      '"Fresh" is not just a word, it is "today"',
    ],
    ['keeps a quote alone', '"', '"'],
    ['loses its code fence', '```\nHola\n```', 'Hola'],
    ['loses its code fence with a language', '```text\n"Hola"\n```', 'Hola'],
    ['has one blank line at most', 'a\n\n \n\t\n\nb', 'a\n\nb'],
    ['has one kind of line break', 'a\r\nb\rc\u2028d\u0085e', 'a\nb\nc\nd\ne'],
    ['has one kind of space', 'a\tb\u00a0\u2003c', 'a b c'],
    ['loses tags', '<p>Hola <b class="x">Ana</b></p><br/><!-- x -->', 'Hola Ana'],
    ['loses tags hidden by zero-width characters', '<\u200bimg src=x>Hola', 'Hola'],
    ['keeps comparisons', '1 < 2, I <3 you, 3 > 2', '1 < 2, I <3 you, 3 > 2'],
    ['loses zero-width characters', 'a\u200bb\u200d\ufeffc\u2060d\u00ade', 'abcde'],
    ['loses bidirectional marks', 'a\u202eb\u2066c\u200f', 'abc'],
    ['loses variation selectors', '❤\ufe0f a\u{e0100}', '❤ a'],
    ['loses tag characters', 'hi\u{e0001}\u{e0041}\u{e007f}', 'hi'],
    ['loses blank letters', 'a\u3164\u115fb', 'ab'],
    ['loses control characters', 'a\u0000\u0007\u001b[1mb\u009f', 'a[1mb'],
    ['loses lone surrogates', 'a\ud800b\udc00', 'ab'],
  ])('%s', (_, before, after) => {
    expect(plainText(before)).toBe(after);
    expect(hasInvisible(plainText(before))).toBe(false);
  });

  it('sees markup that comes into being when tags are taken out', () => {
    expect(hasMarkup(plainText('<scr<b>ipt>alert(1)</scr</b>ipt>'))).toBe(true);
    expect(hasMarkup(plainText('<img src=x onerror=alert(1) '))).toBe(true);
    expect(hasMarkup(plainText('1 < 2 <3'))).toBe(false);
  });

  it.each(['<', '<a', ' ', '\n ', '<a>', '"', '`', '\u200b', '<!--', 'a.'])('takes 64 KB of %j in its stride', (piece) => {
    const text = piece.repeat(65_536 / piece.length);
    expect(plainText(text).length).toBeLessThanOrEqual(text.length); // quadratic time would run into the timeout of the test
  });
});

describe('linksIn', () => {
  it.each([
    ['https://shop.example/winter?a=1#b', 'https://shop.example/winter?a=1#b'],
    ['Look: (https://shop.example/winter).', 'https://shop.example/winter'],
    ['HTTPS://SHOP.EXAMPLE', 'HTTPS://SHOP.EXAMPLE'],
    ['//evil.example/x.png', '//evil.example/x.png'],
    ['www.evil.example', 'www.evil.example'],
    ['go to evil.example today', 'evil.example'],
    ['evil.example/path!', 'evil.example/path'],
    ['t.co/abc', 't.co/abc'],
    ['ana.vila@evil.example', 'ana.vila@evil.example'],
    ['javascript:alert(1)', 'javascript:alert(1'],
    ['data:text/html,x', 'data:text/html,x'],
    ['tel:+34600', 'tel:+34600'],
    ['ｅｖｉｌ．ｅｘａｍｐｌｅ', 'evil.example'],
    ['çà.example', 'çà.example'],
  ])('finds one in %j', (text, link) => {
    expect([...linksIn(text)]).toEqual([link]);
  });

  it.each([
    'Compra avui. Demà tanquem.',
    '3.50 €',
    'p.ex. pomes, e.g. apples',
    'S.A. i S.L.',
    'De 9:00 a 14:30',
    '24/7',
    'a... b',
    'Oferta: tomates',
  ])('finds none in %j', (text) => expect([...linksIn(text)]).toEqual([]));
});
