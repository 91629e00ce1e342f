import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

/** Texts that mean something to somebody between the wire and the disk, or look like what they are not. */
const TEXTS: Record<string, string> = {
  'SQL that ends a string': "'; DROP TABLE segments; --",
  'SQL that ends an identifier': '"; SELECT pg_sleep(10); --',
  'SQL that is always true': "x' OR '1'='1",
  'placeholders of SQL': '$1 $2 :name ? @p %s %L',
  'dollar quotes': '$$; DROP TABLE users; $$',
  'wildcards and escapes': "%_\\%\\_ \\x00 E'\\'",
  'an escaped U+0000, spelt out': '\\u0000 \\ud800 \\0',
  'an array of PostgreSQL': '{a,"b",NULL}',
  'the word NULL': 'NULL',
  'JSON in a text': '{"$ne": null, "a": ["\\""]}',
  'templates of others': '{email} ${7*7} <%= 1 %> #{1} %{x} {% x %}',
  markup: '<script>alert(1)</script>&amp;<img src=x onerror=alert(1)>',
  'a formula': '=1+1 @SUM(A1) -2 +3',
  'right to left': 'abc\u202edef\u202c \u2066x\u2069',
  'no width': 'a\u200b\u200c\u200d\u2060\ufeffb',
  'tags and variation selectors': 'a\u{e0041}\u{e007f}\ufe0f\u{e0100}',
  'one grapheme of many': '👩‍👩‍👧‍👦 🏳️‍🌈 ก็็็',
  'stacked accents': 'Z\u0351\u036b\u0343\u036a\u0302'.repeat(10),
  'é composed and decomposed': '\u00e9 e\u0301',
  'noncharacters and private use': '\ufffe \uffff \ufdd0 \u{10ffff} \ue000',
  'DEL and C1': 'a\u007fb\u0085c\u009fd',
  'line and paragraph separators': 'a\u2028b\u2029c',
  'lines and tabs': 'a\nb\r\nc\td',
  'blanks around': '  a  ',
};
const PLAIN = 'Nothing special';

describe.each(Object.entries(TEXTS))('%s', (_, text) => {
  const free = { [text]: text, deep: { list: [text, { [text]: [text] }] } };

  it('comes back to the letter, and finds whom it names', async () => {
    const { api, make } = app;
    const ana = await make.customer({ preferences: { ...free, more: 1 } }, { store_name: text, days_ago: 1 });
    await make.customer({ preferences: { [PLAIN]: text, deep: {} } }, { store_name: PLAIN, days_ago: 1 });

    const filters = { last_days: 7, stores_in: [text], preferences_contains: free };
    const segment = (await api.post('/segments').send({ name: PLAIN, description: text, filters }).expect(201)).body;
    expect(segment).toMatchObject({ description: text, filters });
    expect((await api.get(`/segments/${segment.id}`).expect(200)).body).toEqual(segment);
    expect((await api.post(`/segments/${segment.id}/preview-users`).expect(200)).body).toEqual([ana.id]);

    const message = { description: text, message: text, segment_ids: [segment.id] };
    const campaign = (
      await api
        .post('/campaigns')
        .send({ name: PLAIN, ...message })
        .expect(201)
    ).body;
    expect(campaign).toMatchObject(message);
    const edited = await api
      .patch(`/campaigns/${campaign.id}`)
      .set('If-Match', '*')
      .send({ message: `${text}!` })
      .expect(200);
    expect(edited.body.message).toBe(`${text}!`);

    const dispatch = (await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
    expect(dispatch).toMatchObject({ message: `${text}!`, queued: 1 });
    const id = `${dispatch.id}:${ana.id}`;
    const sent = await api.post(`/notifications/${id}/mark-sent`).send({ delivery_info: free }).expect(200);
    expect(sent.body).toMatchObject({ message: `${text}!`, meta: free });
    expect((await api.get(`/notifications/${id}`).expect(200)).body).toEqual(sent.body);
  });

  it('is kept as the reason of a failure', async () => {
    const { api, make } = app;
    const ana = await make.customer({ preferences: { for: text } });
    const campaign = await make.campaign([await make.segment({ preferences_contains: { for: text } })]);
    const dispatch = (await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
    const failed = await api.post(`/notifications/${dispatch.id}:${ana.id}/mark-failed`).send({ error: text }).expect(200);
    expect(failed.body.error).toBe(text);
  });

  it('is taken as a name where it is one line, and refused where it is not', async () => {
    const isOneLine = !/[\p{Cc}\u2028\u2029]/u.test(text.replace(/[\u0080-\u0084\u0086-\u009f]/g, ''));
    const answer = await app.api.post('/segments').send({ name: text, filters: {} });
    expect([answer.status, answer.body.name]).toEqual(isOneLine ? [201, text] : [400, undefined]);
  });
});

it('keeps numbers of free JSON exactly', async () => {
  const numbers = {
    a: 1e-7,
    b: 0.1,
    c: 0.30000000000000004,
    d: 123456.78901,
    e: 5e-324,
    f: -9007199254740991,
    g: 2251799813685248.5,
  };
  const segment = await app.make.segment({ preferences_contains: { numbers } });
  expect((await app.api.get(`/segments/${segment.id}`)).body.filters).toEqual({ preferences_contains: { numbers } });
  const ana = await app.make.customer({ preferences: { numbers } });
  expect((await app.api.post(`/segments/${segment.id}/preview-users`)).body).toEqual([ana.id]);
});

it('compares amounts exactly, to the cent and at the largest', async () => {
  const spent = await app.make.customer({}, { total_amount: '99999999.99' }, { total_amount: '0.01' });
  const found = async (amount: number) =>
    (await app.api.post(`/segments/${(await app.make.segment({ min_total_spent: amount })).id}/preview-users`).expect(200))
      .body;
  expect(await found(100_000_000)).toEqual([spent.id]);
  expect(await found(100_000_000.01)).toEqual([]);
});
