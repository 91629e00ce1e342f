import * as http from 'node:http';
import { modelLimits } from '../src/ai/bounded.language-model';
import { startApp, type TestApp, WORKER_TOKEN, ADMIN_TOKEN } from './support/app';
import { type FakeOllama, misbehaviours, startFakeOllama } from './support/fake-ollama';
import { type Misbehaviour, RAW } from './support/model-misbehaviours';
import { hang } from './support/stub-server';

let ollama: FakeOllama;
let app: TestApp;
/** Something a campaign can go to. */
let segment: { id: string };
beforeAll(async () => {
  jest.replaceProperty(modelLimits, 'failures', 1000); // it is made to fail over and over, and is to be asked all the same
  ollama = await startFakeOllama();
  app = await startApp({ OLLAMA_HOST: ollama.url, LLM_TIMEOUT_SECONDS: 1 });
  segment = await app.make.segment({ last_days: 90 });
});
beforeEach(() => {
  ollama.requests.length = 0;
  ollama.says('Hola!');
});
afterAll(async () => {
  await app.close();
  await ollama.close();
});

const generate = (body: object) => app.api.post('/ai/generate').send(body);
const names = async (path: string): Promise<string[]> => {
  const saved: { name: string }[] = (await app.api.get(path).expect(200)).body;
  return saved.map(({ name }) => name);
};

describe('POST /ai/generate', () => {
  it('gives what the model writes', async () => {
    ollama.says('Bon dia, <b>món</b>');

    const { body } = await generate({ prompt: 'Saluda', system: 'Brief.', temperature: 0.5, max_tokens: 20 }).expect(200);

    expect(body).toEqual({ text: 'Bon dia, <b>món</b>' });
    expect(ollama.calls()).toEqual([
      {
        model: 'llama3.2:1b-instruct',
        prompt: 'Saluda',
        system: 'Brief.',
        stream: false,
        options: { temperature: 0.5, num_predict: 20 },
      },
    ]);
  });

  it('gives it without what nobody can see', async () => {
    ollama.says('Bon\u200b dia\u{e0041},\r\n\u202e<b>món</b>\u0007');

    await generate({ prompt: 'Saluda' }).expect(200, { text: 'Bon dia,\n<b>món</b>' });
  });

  it('needs a prompt only', async () => {
    await generate({ prompt: 'Saluda' }).expect(200, { text: 'Hola!' });

    expect(ollama.calls()).toMatchObject([{ prompt: 'Saluda', options: { num_predict: 512 } }]);
  });

  it.each<[string, object, string]>([
    ['no prompt', {}, '/prompt'],
    ['an empty prompt', { prompt: '' }, '/prompt'],
    ['a long prompt', { prompt: 'a'.repeat(8001) }, '/prompt'],
    ['a list of prompts', { prompt: ['Hi'] }, '/prompt'],
    ['a NUL', { prompt: 'Hi\u0000' }, '/prompt'],
    ['null as system', { prompt: 'Hi', system: null }, '/system'],
    ['a long system', { prompt: 'Hi', system: 'a'.repeat(4001) }, '/system'],
    ['a high temperature', { prompt: 'Hi', temperature: 2.1 }, '/temperature'],
    ['a negative temperature', { prompt: 'Hi', temperature: -0.1 }, '/temperature'],
    ['a temperature as text', { prompt: 'Hi', temperature: '1' }, '/temperature'],
    ['no tokens', { prompt: 'Hi', max_tokens: 0 }, '/max_tokens'],
    ['too many tokens', { prompt: 'Hi', max_tokens: 4097 }, '/max_tokens'],
    ['half a token', { prompt: 'Hi', max_tokens: 1.5 }, '/max_tokens'],
    ['null tokens', { prompt: 'Hi', max_tokens: null }, '/max_tokens'],
    ['a model of the caller', { prompt: 'Hi', model: 'another' }, '/model'],
  ])('refuses %s without asking the model', async (_, body, pointer) => {
    const answer = await generate(body).expect(400);

    expect(answer.body.errors).toEqual([{ pointer, detail: expect.any(String) }]);
    expect(ollama.requests).toHaveLength(0);
  });

  it('is for admins', async () => {
    await app.as(WORKER_TOKEN).post('/ai/generate').send({ prompt: 'Hi' }).expect(403);
    await app.as().post('/ai/generate').send({ prompt: 'Hi' }).expect(401);

    expect(ollama.requests).toHaveLength(0);
  });

  it('stops the model when the caller leaves, and leaves other calls alone', async () => {
    const ended: string[] = [];
    ollama.misbehaves((_req, res, body) => {
      hang(res);
      res.once('close', () => ended.push((JSON.parse(body) as { prompt: string }).prompt));
    });
    const stays = generate({ prompt: 'stays' }).expect(503).then();
    await ollama.received(1);
    const leaving = http.request(`${app.url}/ai/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    leaving.on('error', () => undefined).end('{"prompt":"leaves"}');
    await ollama.received(2);

    leaving.destroy();

    await stays; // for the whole of LLM_TIMEOUT_SECONDS; the later call would have gone on beyond that
    expect(ended[0]).toBe('leaves');
  });
});

/** The ways in which a model fails, and what is answered: each once, through each of the doors to it. */
const failures: [string, Misbehaviour, number, string][] = [
  ['hangs', 'never answers', 503, 'model-too-slow'],
  ['drips', 'drips a byte at a time', 503, 'model-too-slow'],
  ['is cut off', 'cuts the connection', 503, 'model-unavailable'],
  ['is busy', 'is busy', 503, 'model-unavailable'],
  ['fails', 'fails with 500', 503, 'model-unavailable'],
  ['is not Ollama', 'answers HTML', 502, 'model-answer-invalid'],
  ['redirects', 'redirects', 502, 'model-answer-invalid'],
  ['says half of it', 'answers half of the JSON', 502, 'model-answer-invalid'],
  ['breaks off', 'cuts the connection in the middle of its answer', 503, 'model-unavailable'],
  ['says too much', 'answers 10 MB', 502, 'model-answer-invalid'],
];

describe.each<[string, (name: string) => [path: string, body: object]]>([
  ['POST /ai/generate', () => ['/ai/generate', { prompt: 'Hi' }]],
  ['POST /ai/segments', () => ['/ai/segments', { prompt: 'compraron este mes' }]],
  ['POST /segments with a prompt', (name) => ['/segments', { name, prompt: 'compraron este mes' }]],
  ['POST /campaigns without a message', (name) => ['/campaigns', { name, message: '', segment_ids: [segment.id] }]],
  ['POST /ai/messages', () => ['/ai/messages', { goal: 'Carbasses', segment_ids: [segment.id] }]],
])('%s', (_, request) => {
  const refused = async (name: string, status: number, type: string): Promise<string> => {
    const [path, body] = request(name);
    const answer = await app.api.post(path).send(body).expect(status);
    expect(answer.body.type).toMatch(new RegExp(`:${type}$`));
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
    expect(answer.text).not.toContain(RAW);
    if (!path.startsWith('/ai/')) expect(await names(path)).not.toContain(name);
    return answer.body.detail as string;
  };

  it.each(failures)('says so when the model %s, and saves nothing', async (name, how, status, type) => {
    ollama.misbehaves(misbehaviours[how]);

    await refused(name, status, type);
  });

  it('says how to install a model that is missing, and saves nothing', async () => {
    const models = ollama.models.splice(0);

    expect(await refused('missing', 503, 'model-missing')).toContain('ollama pull llama3.2:1b-instruct');
    ollama.models.push(...models);
  });
});

describe('a campaign without a message', () => {
  it.each([
    ['an empty one', ''],
    ['a blank one', ' \n'],
    ['none', undefined],
    ['null', null],
  ])('%s: the model writes it, from name, description and what the audience is like', async (_, message) => {
    ollama.says('"<p>Ja hi ha carbasses!\u200b</p>"');
    const campaign = { name: 'Tardor', description: 'Carbasses noves', segment_ids: [segment.id], message };

    const { body } = await app.api.post('/campaigns').send(campaign).expect(201);

    expect(body.message).toBe('Ja hi ha carbasses!');
    expect(ollama.calls()).toHaveLength(1);
    expect(ollama.calls()[0].prompt).toBe(
      'Request: {"name":"Tardor","description":"Carbasses noves","audience":{"customers":null,"stores":[],"preferences":[]}}',
    );
  });

  it('leaves the model alone when there is a message', async () => {
    await app.make.campaign([segment], 'Ja hi ha carbasses!');

    expect(ollama.requests).toHaveLength(0);
  });

  it.each([
    ['nothing', ''],
    ['a placeholder', 'Hola {{name}}!'],
    ['a link', 'Vine a https://evil.example'],
    ['an image', '<p>Hola</p>![](//evil.example/x.png)'],
    ['a novel', 'Hi. '.repeat(600)],
  ])('is refused and not saved when the model writes %s', async (name, says) => {
    ollama.says(says);

    const { body } = await app.api
      .post('/campaigns')
      .send({ name, segment_ids: [segment.id] })
      .expect(422);

    expect(body.type).toMatch(/:draft-not-usable$/);
    expect(await names('/campaigns')).not.toContain(name);
  });
});

it('lives on without a model: what needs none works, what needs one says that it is not there', async () => {
  await ollama.close();

  const { body } = await generate({ prompt: 'Hi' }).expect(503);
  expect(body.detail).toContain('OLLAMA_HOST');
  await app.make.campaign([await app.make.segment({ last_days: 7 })], 'Hola');
});
