import { MODEL, modelAt, piecesOf, problemOf, startServer } from '../../../test/support/remote-models';
import { ollamaWire } from '../../../test/support/fake-ollama';
import { openaiWire } from '../../../test/support/fake-openai';
import type { FakeModel, ModelWire } from '../../../test/support/fake-model';
import { answerJson } from '../../../test/support/stub-server';

let server: FakeModel<Record<string, unknown>>;
afterEach(() => server.close());

const format = { type: 'object', properties: { age: { type: 'integer' } } };
const everything = { prompt: 'Qui ets?', system: 'Be brief.', temperature: 0, max_tokens: 7, format };
const answers = (wire: ModelWire, body: object, status = 200) => {
  server.misbehaves((_req, res) => answerJson(res, status, body));
  return modelAt(server.url, wire).generate({ prompt: 'Hi' });
};
const streams = (wire: ModelWire, text: string) => {
  server.misbehaves((_req, res) => void res.end(text));
  return piecesOf(modelAt(server.url, wire).stream({ prompt: 'Hi' }));
};

describe('Ollama', () => {
  beforeEach(async () => (server = await startServer(ollamaWire)));
  const model = () => modelAt(server.url, ollamaWire);

  it('is asked as it documents', async () => {
    await model().generate(everything);

    const [{ method, path, headers, body }] = server.requests;
    expect({ method, path }).toEqual({ method: 'POST', path: '/api/generate' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'accept-encoding': 'identity' });
    expect(headers).not.toHaveProperty('authorization');
    expect(JSON.parse(body)).toEqual({
      model: MODEL,
      prompt: 'Qui ets?',
      system: 'Be brief.',
      stream: false,
      format,
      options: { temperature: 0, num_predict: 7 },
    });
  });

  it('is not told what was not said, but always where to end', async () => {
    await model().generate({ prompt: 'Hi' });
    await piecesOf(model().stream({ prompt: 'Hi' }));

    const options = { num_predict: 512 };
    expect(server.calls()).toEqual([
      { model: MODEL, prompt: 'Hi', stream: false, options },
      { model: MODEL, prompt: 'Hi', stream: true, options },
    ]);
  });

  it.each([
    ['is not done', { response: 'Hi', done: false }],
    ['does not say that it is done', { response: 'Hi' }],
    ['says so in words', { response: 'Hi', done: 'true' }],
  ])('has not answered while it %s', async (_, body) => {
    expect((await problemOf(answers(ollamaWire, body))).type).toBe('model-answer-invalid');
    expect((await problemOf(streams(ollamaWire, `${JSON.stringify(body)}\n`))).type).toBe('model-answer-invalid');
  });

  it('may say the last of the text and that it is done at once, without a line break', async () => {
    expect(await streams(ollamaWire, '{"response":"Hi"}\n{"response":"!","done":true}')).toEqual(['Hi', '!']);
  });
});

describe('chat completions', () => {
  beforeEach(async () => (server = await startServer(openaiWire)));
  const model = (settings = {}) => modelAt(server.url, openaiWire, settings);

  it('are asked for as OpenAI documents', async () => {
    await model().generate(everything);

    const [{ method, path, headers, body }] = server.requests;
    expect({ method, path }).toEqual({ method: 'POST', path: '/v1/chat/completions' });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      authorization: 'Bearer the-key-of-the-team',
    });
    expect(JSON.parse(body)).toEqual({
      model: MODEL,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Qui ets?' },
      ],
      stream: false,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format } },
      temperature: 0,
      max_tokens: 7,
    });
  });

  it('are asked for without what was not said, and without a key where there is none, but never without a bound', async () => {
    await model({ LLM_API_KEY: undefined }).generate({ prompt: 'Hi' });
    await piecesOf(model().stream({ prompt: 'Hi' }));

    const messages = [{ role: 'user', content: 'Hi' }];
    expect(server.calls()).toEqual([
      { model: MODEL, messages, stream: false, max_tokens: 512 },
      { model: MODEL, messages, stream: true, max_tokens: 512 },
    ]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer the-key-of-the-team']);
  });

  it.each([
    ['no choices', {}],
    ['an empty list of choices', { choices: [] }],
    ['choices that are no list', { choices: { message: { content: 'Hi' } } }],
    ['a choice that is none', { choices: [null] }],
    ['a refusal', { choices: [{ message: { content: null, refusal: 'I cannot' } }] }],
    ['a list of parts', { choices: [{ message: { content: [{ text: 'Hi' }] } }] }],
  ])('are none with %s', async (_, body) => {
    expect((await problemOf(answers(openaiWire, body))).type).toBe('model-answer-invalid');
  });

  it.each([
    ['OpenAI', { error: { message: 'No access to gpt-9', code: 'model_not_found' } }],
    ['vLLM', { error: { message: 'The model `x` does not exist.', code: 404 } }],
    ['an older vLLM', { object: 'error', message: 'The model `x` does not exist.', code: 404 }],
    ['Ollama', { error: { message: 'model "x" not found, try pulling it first', code: null } }],
  ])('are not there without the model, as %s says it', async (_, body) => {
    expect((await problemOf(answers(openaiWire, body, 404))).type).toBe('model-missing');
  });

  it('with a key that is not taken say which setting to look at', async () => {
    const problem = await problemOf(answers(openaiWire, { error: { message: 'Incorrect API key' } }, 401));

    expect(problem).toMatchObject({ type: 'model-answer-invalid', detail: expect.stringContaining('LLM_API_KEY') });
  });

  const piece = (delta: object, finish_reason?: unknown) =>
    `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}`;
  it.each([
    [
      'as OpenAI sends them',
      [piece({ role: 'assistant', content: '' }, null), piece({ content: 'Hi' }, null), piece({}, 'stop'), 'data: [DONE]'],
    ],
    ['without [DONE]', [piece({ content: 'Hi' }), piece({}, 'length')]],
    ['without a reason, or an empty one', [piece({ content: 'Hi' }, ''), 'data: [DONE]']],
    ['with the reason beside the text', [piece({ content: 'Hi' }, 'stop')]],
    ['with comments and other fields', [': PROCESSING', 'event: message', 'id: 1', piece({ content: 'Hi' }), 'data:[DONE]']],
    [
      'with thoughts beside',
      [piece({ reasoning_content: 'Hm' }), piece({ content: null }), piece({ content: 'Hi' }, 'stop')],
    ],
    ['with a line break of another kind', [`${piece({ content: 'Hi' })}\r`, '\r', 'data: [DONE]\r']],
  ])('are streamed %s', async (_, lines) => {
    expect(await streams(openaiWire, lines.map((line) => `${line}\n\n`).join(''))).toEqual(['Hi']);
  });

  it('that are not streamed, though asked to be, are no answer', async () => {
    expect((await problemOf(streams(openaiWire, JSON.stringify(openaiWire.whole('Hi'))))).type).toBe('model-answer-invalid');
  });
});
