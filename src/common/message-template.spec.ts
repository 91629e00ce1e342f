import fc from 'fast-check';
import { compile, type CustomerValues, isPersonalised, MAX_VALUE_LENGTH, templateFaults } from './message-template';

const NAME = 'preferences.first_name';
const GREETING = 'Hello {{ preferences.first_name | default: "friend" }}!';
const render = (text: string, customer: CustomerValues) => compile(text).render(customer);
const fieldsOf = (text: string) => compile(text).fields;
const rendered = (text: string, customer = {}) => render(text, customer).text;
const characters = (text: string) => [...text].length;

describe('a template', () => {
  it.each([
    ['words', 'Hello!', 'Hello!'],
    ['nothing', '', ''],
    ['an id', '{{ user_id }}', '<id>'],
    ['no spaces, or many', '{{email}} {{    email    }}', '<mail> <mail>'],
    ['a default that is not needed', '{{ email | default: "you" }}', '<mail>'],
    ['a default without spaces', '{{preferences.first_name|default:"you"}}', '<name>'],
    ['a field four levels down', '{{ preferences.a.b-1.C_2.0 | default: "" }} x', '<deep> x'],
    ['placeholders side by side', '{{email}}{{user_id}}', '<mail><id>'],
    ['quotes and backslashes in a default', String.raw`{{ preferences.x | default: "\"a\\b\"" }}`, String.raw`"a\b"`],
    ['braces in a default', '{{ preferences.x | default: "{{ email }} }}" }}', '{{ email }} }}'],
    ['single braces', '{ a } {b} {"c": {"d": 1} } {email}', '{ a } {b} {"c": {"d": 1} } {email}'],
    ['a brace before and after', '{ {{email}} }', '{ <mail> }'],
    ['templates of others', '${email} <%= email %> #{email} %{email} {% email %}', undefined],
    ['text right to left, and emoji', 'שלום {{email}} 👩‍👩‍👧 {{email}}', 'שלום <mail> 👩‍👩‍👧 <mail>'],
    ['line breaks around', 'a\n{{email}}\r\n\tb', 'a\n<mail>\r\n\tb'],
    ['a default of 200 characters', `{{ preferences.x | default: "${'🎃'.repeat(200)}" }}`, '🎃'.repeat(200)],
    ['fifty placeholders', '{{email}}'.repeat(50), '<mail>'.repeat(50)],
  ])('may have %s', (_, text, expected) => {
    expect(templateFaults(text)).toEqual([]);
    const customer = { user_id: '<id>', email: '<mail>', [NAME]: '<name>', 'preferences.a.b-1.C_2.0': '<deep>' };
    expect(rendered(text, customer)).toBe(expected ?? text);
  });

  const NO_FIELD = /^at character 3: there is no such field; allowed are \{\{ user_id \}\}/;
  const NO_DEFAULT = /^at character 3: needs a default, as in \{\{ preferences\.first_name \| default: "friend" \}\}/;
  const NO_PLACEHOLDER = /^at character 3: this is no placeholder; allowed are /;
  it.each([
    ['another field', '🎃 {{ name }}', NO_FIELD],
    ['a column that is not allowed', '🎃 {{ role }}', NO_FIELD],
    ['all preferences', '🎃 {{ preferences | default: "x" }}', NO_FIELD],
    ['a field of a field', '🎃 {{ email.length }}', NO_FIELD],
    ['another case', '🎃 {{ Email }}', NO_FIELD],
    ['five levels', '🎃 {{ preferences.a.b.c.d.e | default: "x" }}', NO_FIELD],
    ['an empty key', '🎃 {{ preferences.a..b | default: "x" }}', NO_FIELD],
    ['a key of 65 characters', `🎃 {{ preferences.${'k'.repeat(65)} | default: "x" }}`, NO_FIELD],
    ['a key of other characters', '🎃 {{ preferences.città | default: "x" }}', NO_FIELD],
    ['a key in brackets', `🎃 {{ preferences['a'] | default: "x" }}`, NO_FIELD],
    ['__proto__', '🎃 {{ preferences.__proto__ | default: "x" }}', NO_FIELD],
    ['a constructor', '🎃 {{ preferences.a.constructor.name | default: "x" }}', NO_FIELD],
    ['a prototype', '🎃 {{ preferences.prototype | default: "x" }}', NO_FIELD],
    ['no default for a preference', '🎃 {{ preferences.first_name }}', NO_DEFAULT],
    ['a default in single quotes', `🎃 {{ preferences.a | default: 'x' }}`, NO_PLACEHOLDER],
    ['a default without quotes', '🎃 {{ preferences.a | default: x }}', NO_PLACEHOLDER],
    ['a default that does not end', '🎃 {{ preferences.a | default: "x }}', NO_PLACEHOLDER],
    ['a default of two lines', '🎃 {{ preferences.a | default: "x\ny" }}', NO_PLACEHOLDER],
    ['a default with another escape', String.raw`🎃 {{ preferences.a | default: "\n" }}`, NO_PLACEHOLDER],
    ['another filter', '🎃 {{ email | upcase }}', NO_PLACEHOLDER],
    ['two filters', '🎃 {{ email | default: "x" | default: "y" }}', NO_PLACEHOLDER],
    ['an expression', '🎃 {{ 7 * 7 }}', NO_PLACEHOLDER],
    ['a line break', '🎃 {{ email\n}}', NO_PLACEHOLDER],
    ['a tab', '🎃 {{\temail }}', NO_PLACEHOLDER],
    ['nothing', '🎃 {{}}', NO_PLACEHOLDER],
    ['three braces', '🎃 {{{ email }}}', NO_PLACEHOLDER],
    ['one in another', '🎃 {{ {{ email }} }}', NO_PLACEHOLDER],
    ['the start of a section', '🎃 {{#users}}', NO_FIELD],
    ['a block of another language', '🎃 {{#each users}}{{/each}}', NO_PLACEHOLDER],
    ['an open end', '🎃 {{ email', /^at character 3: "\{\{" without "\}\}" after it; allowed/],
    ['half an end', '🎃 {{ email }', /^at character 3: "\{\{" without "\}\}" after it; allowed/],
    ['an end that nothing begins', '🎃 }} {{ email }}', /^at character 3: "\}\}" without "\{\{" before it$/],
    ['an end too many', '{{ email }} }}', /^at character 13: "\}\}" without/],
    ['a default of 201 characters', `🎃 {{ email | default: "${'🎃'.repeat(201)}" }}`, /its default has more than 200 char/],
    ['51 placeholders', '{{email}}'.repeat(51), /^has more than 50 placeholders$/],
    [
      'nothing to read without a value',
      ' {{ preferences.a | default: " " }}\u200b',
      /^would be blank for a customer who has none/,
    ],
  ])('may not have %s, and is then left as it is', (_, text, fault) => {
    expect(templateFaults(text)[0]).toMatch(fault);
    if (!text.includes('\u200b')) expect(render(text, { email: 'x' })).toEqual({ text, missing: [] });
  });

  it('is told several faults at once, and not more than one can read', () => {
    expect(templateFaults('{{ a }} {{ email }} {{ 1 + 1 }} }} {{ c }} {{ d }}').map((fault) => fault.slice(0, 16))).toEqual([
      'at character 1: ',
      'at character 21:',
      'at character 33:',
    ]);
  });

  it('names each of its fields once', () => {
    expect(fieldsOf(`${GREETING} {{email}} ${GREETING}`)).toEqual([NAME, 'email']);
    expect(fieldsOf('{{ secret }} {{email}}')).toEqual([]);
    expect([GREETING, '{{', 'Hello {name}'].map(isPersonalised)).toEqual([true, true, false]);
  });
});

describe('a value', () => {
  it.each([
    ['text', 'Ana', 'Ana'],
    ['zero', 0, '0'],
    ['a number', -1.5, '-1.5'],
    ['true', true, 'true'],
    ['false', false, 'false'],
    ['text around blanks', ' a  b ', ' a  b '],
    ['right to left', 'שלום \u202edef', 'שלום \u202edef'],
    ['one grapheme of many characters', '👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
    ['a placeholder', '{{email}}', '{{email}}'],
    ['half a placeholder', '{{ email', '{{ email'],
    ['other languages', '${7*7} <%= 7*7 %> #{7*7} $& $1 $$ \\1', '${7*7} <%= 7*7 %> #{7*7} $& $1 $$ \\1'],
    ['the name of what is inherited', '__proto__', '__proto__'],
    ['markup', '<script>alert(1)</script>&amp;', '<script>alert(1)</script>&amp;'],
    ['line breaks', 'a\r\nBcc: b\nc\u2028d\u2029e\u0085f', 'a  Bcc: b c d e f'],
    ['control characters', 'a\u0000b\tc\u001bd\u007fe\u009bf', 'a b c d e f'],
    ['half a surrogate pair', 'a\ud83db\udc00', 'a\ufffdb\ufffd'],
    ['201 characters of two units', '🎃'.repeat(201), '🎃'.repeat(200)],
    ['a pair at the edge', `a${'🎃'.repeat(200)}`, `a${'🎃'.repeat(199)}`],
  ])('that is %s is inserted', (_, value, expected) => {
    expect(render(GREETING, { [NAME]: value })).toEqual({ text: `Hello ${expected}!`, missing: [] });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', ' \t\u00a0\u3000'],
    ['invisible', '\u200b\u2060\ufe0f\u3164'],
    ['made of control characters', '\u0000\n\u001b'],
    ['blank for as long as it is read', `${' '.repeat(200)}Ana`],
    ['not a number', NaN],
    ['infinite', Infinity],
    ['an object', { toString: () => 'x' }],
    ['a list', ['Ana']],
    ['a function', () => 'x'],
    ['a big integer', 1n],
  ])('that is %s takes the default', (_, value) => {
    expect(render(GREETING, { [NAME]: value })).toEqual({ text: 'Hello friend!', missing: [NAME] });
  });

  it('that is inherited is none', () => {
    expect(render('{{ email }}|', Object.create({ email: 'x' }) as Record<string, unknown>)).toEqual({
      text: '|',
      missing: ['email'],
    });
  });

  it('that is missing twice is missed once', () => {
    expect(render(`{{email}} ${GREETING} ${GREETING}`, {}).missing).toEqual(['email', NAME]);
  });

  it('of one customer is nothing to the next one of the same text', () => {
    const { fields, render: renderFor } = compile(`{{email}} ${GREETING}`);
    const ana = { email: 'ana@example.com', [NAME]: 'Ana' };
    const anas = { text: 'ana@example.com Hello Ana!', missing: [] };

    expect(fields).toEqual(['email', NAME]);
    expect([ana, {}, ana].map(renderFor)).toEqual([anas, { text: ' Hello friend!', missing: ['email', NAME] }, anas]);
  });
});

/** Text in which braces, quotes and pieces of placeholders are common. */
const templateish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{{',
        '}}',
        '{',
        '}',
        '"',
        '\\',
        '|',
        ' ',
        '\n',
        'default:',
        'email',
        'preferences.',
        'a',
        '🎃',
        '\ud800',
      ),
      fc.constantFrom('{{email}}', '{{ user_id | default: "x" }}', '{{ preferences.a.b | default: "y" }}'),
      fc.string({ unit: 'binary', maxLength: 10 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));
const anything = fc.record({ email: fc.anything(), user_id: fc.anything(), 'preferences.a.b': fc.anything() });
const bound = (text: string) => characters(text) + 50 * MAX_VALUE_LENGTH;

describe('whatever the text and the customer are', () => {
  it('rendering ends with a text within its bound', () => {
    fc.assert(
      fc.property(templateish, anything, (text, customer) => {
        expect(characters(rendered(text, customer))).toBeLessThanOrEqual(bound(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('a text without braces is what it was', () => {
    const plain = fc.string({ unit: 'binary', maxLength: 300 }).filter((text) => !/[{}]/.test(text));
    fc.assert(
      fc.property(plain, anything, (text, customer) => {
        expect(templateFaults(text)).toEqual([]);
        expect(render(text, customer)).toEqual({ text, missing: [] });
      }),
    );
  });

  it('a value stands in the text as it is, and is never read again', () => {
    const visible = templateish
      .map((text) => `x${text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '')}`)
      .filter((text) => characters(text) <= 200);
    fc.assert(
      fc.property(visible, visible, (email, name) => {
        expect(rendered('a{{email}}b{{ preferences.a.b | default: "" }}c', { email, 'preferences.a.b': name })).toBe(
          `a${email}b${name}c`,
        );
      }),
      { examples: [['{{email}}', '{{ user_id }}']] },
    );
  });

  it('what is inserted has one line, no control characters and no broken pairs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.array(fc.nat(0xffff)), (text, units) => {
        for (const value of [text, String.fromCharCode(...units)])
          expect(rendered('{{email}}', { email: value })).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });

  it('a fault is found in some texts, and none in others, without an end to either', () => {
    const verdicts = fc.sample(templateish, 2000).map((text) => templateFaults(text).length > 0);
    expect(new Set(verdicts)).toEqual(new Set([true, false]));
  });
});

it('the largest message and the largest values are cut to the bound that is promised', () => {
  const value = '🎃'.repeat(250_000); // 1 MB
  const text = '{{email}}'.repeat(50).padEnd(10_000, '.');
  expect(rendered(text, { email: value })).toBe('🎃'.repeat(200 * 50) + '.'.repeat(10_000 - 450));
});

/** What makes a careless pattern try every way to split a text: 100,000 characters would take it minutes, and this test its time-out. */
it.each([
  ['{{', 100_000],
  ['}}', 100_000],
  ['{{ ', 50_000],
  [' ', 100_000],
  ['{{ email | default: "', 5000],
  ['{{ email | default: "\\"', 5000],
  ['\\"', 50_000],
  ['preferences.', 10_000],
  ['a', 100_000],
])('reads %p, %i times, in linear time', (piece, times) => {
  for (const text of [
    piece.repeat(times),
    `{{${piece.repeat(times)}`,
    `{{ preferences.a | default: "${piece.repeat(times)}`,
  ]) {
    expect(Array.isArray(templateFaults(text))).toBe(true);
    expect(typeof rendered(text)).toBe('string');
  }
});
