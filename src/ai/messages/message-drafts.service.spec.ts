import * as fc from 'fast-check';
import type { FakeModel } from '../../../test/support/fake-model';
import { modelAt, problemOf, startServer, wires } from '../../../test/support/remote-models';
import { answerJson } from '../../../test/support/stub-server';
import { templateFaults } from '../../common/message-template';
import { linksIn } from '../plain-text';
import { anyRoom, roomOf } from './channel-lengths';
import { MessageDraftsService } from './message-drafts.service';
import type { MessageWish } from './message.prompt';

const about = { name: 'Tardor', description: 'Carbasses noves a https://shop.example/tardor.' };
/** As a campaign without a message asks. */
const plainWish: MessageWish = { about, variants: 1, room: anyRoom, titled: false, fields: [] };
const FIRST_NAME = 'preferences.first_name';
/** As somebody asks who chooses among several. */
const choice = (wish: Partial<MessageWish> = {}): MessageWish => ({
  about: { goal: 'Carbasses noves' },
  variants: 3,
  room: roomOf.webpush,
  titled: true,
  channel: 'webpush',
  fields: [FIRST_NAME, 'email'],
  ...wish,
});
const named = { links: linksIn(about.description), linksOf: 'campaign' } as const;
const none = { links: new Set<string>(), linksOf: 'goal' } as const;
const answer = (...variants: unknown[]) => JSON.stringify({ variants });
const autumn = { title: 'Tardor', message: 'Ja són aquí les carbasses!' };

describe.each(wires)('drafts with %s', (_, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let service: MessageDraftsService;
  beforeAll(async () => {
    server = await startServer(wire);
    service = new MessageDraftsService(modelAt(server.url, wire));
  });
  beforeEach(() => (server.requests.length = 0));
  afterAll(() => server.close());

  /** The message drafted from what the model says, or the fault for which it is refused. */
  async function drafted(says: string): Promise<string> {
    server.says(says);
    const drafting = service.draft(plainWish, named);
    const message = await drafting.then(({ drafts }) => drafts[0].message).catch(() => undefined);
    if (message !== undefined) return message;
    const problem = await problemOf(drafting);
    expect(problem).toMatchObject({ type: 'draft-not-usable', errors: [{ pointer: '/message' }] });
    return `refused: ${problem.errors[0].detail}`;
  }

  it('are what the model says, cleaned', async () => {
    const says = '```\n"<p>Ja són aquí\u200b les carbasses! </p>\n\n\nVine: https://shop.example/tardor."\n```';
    const cleaned = 'Ja són aquí les carbasses!\n\nVine: https://shop.example/tardor.';

    expect(await drafted(answer({ message: says }))).toBe(cleaned);
    expect(await drafted(`\`\`\`json\n${answer({ message: says.replaceAll('`', '') })}\n\`\`\``)).toBe(cleaned);
    expect(await drafted(says)).toBe(cleaned); // of one message the words alone will do: some servers follow no schema
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['only what is taken out', '<p>\u200b</p>```', 'is empty'],
    ['only punctuation', '"…!"', 'is empty'],
    ['2,001 characters', 'a'.repeat(2001), 'has more than 2,000 characters'],
    ['60,000 characters', 'hola '.repeat(12_000), 'has more than 2,000 characters'],
    ['a placeholder', 'Hola {{name}}!', 'has a placeholder'],
    ['half a placeholder', 'Hola }}', 'has a placeholder'],
    ['a placeholder in a tag', 'Hola {<b>{secret}</b>}', 'has a placeholder'],
    ['a placeholder of another kind', 'Estimat/da [Nom del client],', 'has a placeholder'],
    ['a template', 'Hola ${env.SECRET}', 'has a placeholder'],
    ['a markdown image', '![x](https://evil.example/x.png)', 'has a placeholder'],
    ['a link', 'Vine: https://evil.example', 'has a link that the campaign does not name'],
    ['a link that starts like the known one', 'https://shop.example/tardor2', 'has a link that the campaign does not name'],
    ['a link to the known host, another page', 'https://shop.example/', 'has a link that the campaign does not name'],
    ['the known link, downgraded', 'http://shop.example/tardor', 'has a link that the campaign does not name'],
    [
      'the known link beside another',
      'https://shop.example/tardor o evil.example',
      'has a link that the campaign does not name',
    ],
    ['a link without scheme', '//evil.example/x.png', 'has a link that the campaign does not name'],
    ['an address', 'Escriu a info@evil.example', 'has a link that the campaign does not name'],
    ['a link split by zero-width characters', 'https://\u200bevil.example', 'has a link that the campaign does not name'],
    ['a link in a tag', '<b>https://</b>evil.example', 'has a link that the campaign does not name'],
    ['a script put together from pieces', '<scr<b>ipt>alert(1)</b>', 'has markup'],
    ['an unclosed tag', 'Hola <img src=x onerror=alert(1)', 'has markup'],
  ])('refuse %s', async (_, says, fault) => {
    expect(await drafted(answer({ message: says }))).toBe(`refused: ${fault}`);
    if (says !== '') expect(await drafted(says)).toBe(`refused: ${fault}`);
    expect(server.calls()).toHaveLength(says === '' ? 2 : 4); // each asked once more
  });

  it.each([
    ['half of the JSON', '{"variants": [{"message": "Ho'],
    ['a list', '["Hola"]'],
    ['a number', '7'],
    ['null', 'null'],
    ['no variants', '{"variants": []}'],
    ['variants of another kind', '{"variants": "Hola"}'],
    ['a variant of another kind', '{"variants": [["Hola"]]}'],
    ['a message of another kind', '{"variants": [{"message": {"text": "Hola"}}]}'],
    ['deep JSON', `{"variants":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('refuse %s', async (_, says) => {
    expect(await drafted(says)).toMatch(/^refused: has (no message|a placeholder)$/);
  });

  it('take 2,000 characters, however many bytes they are', async () => {
    expect(await drafted(answer({ message: '🎃'.repeat(1999) + 'a' }))).toHaveLength(2 * 1999 + 1);
  });

  it('have no placeholder that nobody can fill, whatever the model says', async () => {
    const tokens = [
      '{{',
      '}}',
      '{',
      '}',
      '<b>',
      '</b>',
      '\u200b',
      ' ',
      '\n',
      '"',
      'email',
      'user_id',
      '| default: "x"',
      FIRST_NAME,
      'Hola',
      '```',
    ];
    const texts = fc
      .array(fc.constantFrom(...tokens), { minLength: 1, maxLength: 12 })
      .map((found) => `Hola ${found.join('')}`);
    const passed: string[] = [];
    await fc.assert(
      fc.asyncProperty(texts, async (message) => {
        server.says(answer({ title: 'Hola', message }));
        const made = await service.draft(choice({ variants: 1 }), none).catch(() => undefined);
        if (!made) return;
        const [draft] = made.drafts;
        passed.push(draft.message);
        expect(templateFaults(draft.message)).toEqual([]);
        expect(draft.placeholders.every((field) => [FIRST_NAME, 'email'].includes(field))).toBe(true);
        if (draft.placeholders.length === 0) expect(draft.message).not.toMatch(/[{}]/);
      }),
      {
        numRuns: 100,
        examples: [['Hola'], ['{<b>{email}</b>}'], ['{\u200b{ email }\u200b}'], ['{{ email }} {{ user_id }}']],
      },
    );
    expect(passed).not.toEqual([]);
  });

  it('are those that can be used, and say why the others cannot', async () => {
    const greeting = `Hola {{ ${FIRST_NAME} | default: "amic" }}, ja són aquí!`;
    server.says(
      answer(
        { title: 'Bon dia\n{{ email }}', message: greeting },
        { title: 'Un', message: 'Hola {{ user_id }}' },
        { title: 'Dos', message: greeting },
        { title: 'Tres', message: 'Una de més' },
      ),
    );

    expect(await service.draft(choice(), none)).toEqual({
      drafts: [
        {
          title: 'Bon dia {{ email }}',
          message: greeting,
          characters: 'Hola amic, ja són aquí!'.length,
          sms_messages: null,
          placeholders: ['email', FIRST_NAME],
        },
      ],
      faults: ['has a placeholder that cannot be filled', 'is the same as another'],
    });
    expect(server.calls()).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    [
      'a placeholder without a default',
      { title: 'Un', message: `Hola {{ ${FIRST_NAME} }}` },
      'has a placeholder that cannot be filled',
    ],
    [
      'a default that is a template',
      { title: 'Un', message: `Hola {{ ${FIRST_NAME} | default: "{{" }}` },
      'has a placeholder',
    ],
    ['a default that is a tag', { title: 'Un', message: `Hola {{ ${FIRST_NAME} | default: "<b" }}` }, 'has markup'],
    [
      'a default that is a link',
      { title: 'Un', message: `{{ ${FIRST_NAME} | default: "evil.example" }}` },
      'has a link that the goal does not name',
    ],
    [
      'a link around a placeholder',
      { title: 'Un', message: 'Hola https://{{ email }}' },
      'has a link that the goal does not name',
    ],
    [
      'a host made of a placeholder',
      { title: 'Un', message: '{{ email }}.example' },
      'has a link that the goal does not name',
    ],
    ['no title', { message: 'Hola' }, 'has no title'],
    [
      'a title with a link',
      { title: 'evil.example', message: 'Hola' },
      'has a title that has a link that the goal does not name',
    ],
    ['a long title', { title: 'a'.repeat(66), message: 'Hola' }, 'has a title that has more than 65 characters'],
    ['a long message', { title: 'Un', message: 'a'.repeat(241) }, 'has more than 240 characters'],
    [
      'a long default',
      { title: 'Un', message: `${'a'.repeat(238)}{{ ${FIRST_NAME} | default: "aaa" }}` },
      'has more than 240 characters',
    ],
  ])('refuse %s', async (_, variant, fault) => {
    server.says(answer(variant, autumn));

    const made = await service.draft(choice(), none);

    expect([made.drafts.map(({ message }) => message), made.faults]).toEqual([[autumn.message], [fault]]);
  });

  it('are as long as the channel takes, a default being what is counted of a placeholder', async () => {
    const fits = 'a'.repeat(237) + `{{ ${FIRST_NAME} | default: "aaa" }}`;
    server.says(answer({ title: 'a' + '🎃'.repeat(64), message: fits }));
    expect((await service.draft(choice(), none)).drafts).toMatchObject([{ characters: 240 }]);

    const sms = choice({ room: roomOf.sms, titled: false, channel: 'sms' });
    server.says(answer({ message: 'a'.repeat(459) }, { message: 'ó'.repeat(201) }, { message: 'ó'.repeat(202) }));
    const { drafts, faults } = await service.draft(sms, none);
    expect(drafts.map(({ title, sms_messages }) => [title, sms_messages])).toEqual([
      [null, 3],
      [null, 3],
    ]);
    expect(faults).toEqual(['takes more than 3 text messages']);
  });

  it('are asked for once more where none can be used, with what was wrong and none of what was written', async () => {
    server.says(answer({ title: 'Un', message: 'raw-words {{ secret }}' }), answer(autumn));

    const made = await service.draft(choice(), none);

    expect(made.drafts.map(({ message }) => message)).toEqual([autumn.message]);
    expect(made.faults).toEqual(['has a placeholder that cannot be filled']);
    const [, again] = server.requests.map(({ body }) => body);
    expect(again).toContain('Your last answer could not be used: has a placeholder that cannot be filled.');
    expect(again).not.toContain('raw-words');
  });

  it('end with what is wrong with the model itself', async () => {
    server.misbehaves((_req, res) => answerJson(res, 500, { error: 'out of memory' }));

    expect((await problemOf(service.draft(choice(), none))).type).toBe('model-unavailable');
    expect(server.requests).toHaveLength(1);
  });
});
