import { fieldKind, fieldsOf, inserted, offeredFields, placeholder, render, templateFaults } from './template';

const ANA = {
  id: '01652fa0-0000-4000-8000-000000000001',
  email: 'ana@example.com',
  preferences: { first_name: 'Ana', shop: { points: 12, vip: true }, likes: ['tea'], note: '{{email}}', two: 'a\nb' },
};
const text = (message: string, title = '') => ({ title, message });

describe('a message before it is saved', () => {
  it.each([
    ['Hello {{ preferences.first_name | default: "friend" }}!', 'Hello Ana!'],
    ['{{preferences.shop.points|default:"0"}} points, {{ preferences.shop.vip | default: "no" }}', '12 points, true'],
    ['Write to {{ email }}, {{ user_id }}', 'Write to ana@example.com, 01652fa0-0000-4000-8000-000000000001'],
    ['Likes {{ preferences.likes | default: "much" }}', 'Likes much'],
    ['Of {{ preferences.toString | default: "nothing" }}', 'Of nothing'],
    ['As it is: {{ preferences.note | default: "" }}', 'As it is: {{email}}'],
    ['One line: {{ preferences.two | default: "" }}', 'One line: a b'],
    ['Broken {{ stays', 'Broken {{ stays'],
    ['Single { braces }', 'Single { braces }'],
  ])('%s reads %s', (message, read) => {
    expect(render(text(message), ANA).message).toBe(read);
  });

  it('takes the defaults for somebody of whom nothing is known, and says so once', () => {
    const shown = render(
      text(
        'Hello {{ preferences.first_name | default: "friend" }}{{ email }}',
        '{{ preferences.first_name | default: "You" }}',
      ),
      null,
    );
    expect(shown).toEqual({ title: 'You', message: 'Hello friend', missing: ['preferences.first_name', 'email'] });
  });

  it('has no title where none is written', () => {
    expect(render(text('x', '  '), ANA).title).toBeNull();
  });

  it('names its fields', () => {
    expect(fieldsOf('{{ email }} {{ email }} {{ preferences.a | default: "" }}')).toEqual(['email', 'preferences.a']);
  });
});

describe('a placeholder that is inserted', () => {
  it.each(['friend', 'so called "friend"', 'a\\b', 'two\nlines', ''])('can be saved with the default %j', (fallback) => {
    const written = placeholder('preferences.first_name', fallback);
    expect(templateFaults(`Hello ${written}`)).toEqual([]);
    expect(render(text(`Hello ${written}`), null).message).toBe(`Hello ${fallback.replace('\n', ' ')}`);
  });

  it.each([
    ['email', 'plain'],
    ['user_id', 'plain'],
    ['preferences.first_name', 'needs-default'],
    ['preferences.a.b.c.d', 'needs-default'],
    ['preferences.a.b.c.d.e', 'unknown'],
    ['preferences.__proto__', 'unknown'],
    ['preferences.first name', 'unknown'],
    ['name', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (field, kind) => {
    expect(fieldKind(field)).toBe(kind);
  });

  it('stands where the caret is, in place of what is selected', () => {
    expect(inserted('Hello you!', 'X', 6, 9)).toEqual({ text: 'Hello X!', caret: 7 });
    expect(inserted('Hello ', 'X')).toEqual({ text: 'Hello X', caret: 7 });
  });
});

describe('the fields that are offered', () => {
  it('are what can be inserted, with examples', () => {
    expect(
      offeredFields([
        { diet: 'vegan' },
        { likes: ['tea'] },
        { diet: 'none' },
        { diet: 'vegan' },
        { address: { city: 'Reus' } },
        { 'not a key': 'x' },
        { news: true },
        'nonsense',
        null,
      ]),
    ).toEqual([
      { field: 'preferences.diet', examples: ['vegan', 'none'] },
      { field: 'preferences.address.city', examples: ['Reus'] },
      { field: 'preferences.news', examples: ['true'] },
    ]);
  });
});
