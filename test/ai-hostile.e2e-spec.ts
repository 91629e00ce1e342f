import { modelLimits } from '../src/ai/bounded.language-model';
import type { Config } from '../src/config/config';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import type { FakeModel } from './support/fake-model';
import { hostileJson, hostileShapes, hostileTexts } from './support/hostile-answers';
import { hostileWiresOf } from './support/hostile-wires';
import { RAW } from './support/model-misbehaviours';
import { startServer, wires } from './support/remote-models';

/** Written by a model, and shown or saved as a message: none of it may be there. */
const UNSAFE = /<[a-z/!?]|[{}[\]]|\w:\/\/|evil|(javascript|data|tel|sms|mailto|intent):/iu;
/** Seen by nobody, or half of a character. */
const INVISIBLE = /(?!\n)[\p{C}\p{Default_Ignorable_Code_Point}]/u;

interface Answer {
  status: number;
  body: unknown;
}

interface Door {
  ask: (app: TestApp) => Promise<Answer>;
  /** Where the texts stand in the answers that are tried at it. */
  shapes: (keyof typeof hostileShapes)[];
  /** What it gives is what people may send as it is, not a text to look at. */
  drafts: boolean;
}

let serial = 0;
let customer: string;
const posted = async (app: TestApp, path: string, body?: object): Promise<Answer> => app.api.post(path).send(body);
const sentence = 'gastaron 100 € en los últimos 30 días';

/** All of a stream; its last event is what it comes to. */
async function streamed(app: TestApp): Promise<Answer> {
  const answer = await fetch(`${app.url}/ai/generate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: '{"prompt":"Hi"}',
  });
  const text = await answer.text();
  if (answer.status !== 200) return { status: answer.status, body: JSON.parse(text) };
  const events = text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => ({ event: /^event: (\w+)\n/.exec(block)![1], data: JSON.parse(block.split('\ndata: ')[1]) as object }));
  const { event, data } = events.at(-1)!;
  return {
    status: event === 'problem' ? (data as { status: number }).status : 200,
    body: event === 'problem' ? data : events,
  };
}

const doors: Readonly<Record<string, Door>> = {
  'POST /ai/generate': {
    ask: (app) => posted(app, '/ai/generate', { prompt: 'Hi' }),
    shapes: ['as it is', 'in a fence', 'as a variant'],
    drafts: false,
  },
  'POST /ai/generate, as a stream': { ask: streamed, shapes: ['as it is', 'in a fence', 'as a variant'], drafts: false },
  'POST /ai/segments': {
    ask: (app) => posted(app, '/ai/segments', { prompt: sentence }),
    shapes: ['as a store', 'as a preference', 'as what it did not understand'],
    drafts: false,
  },
  'POST /segments with a prompt': {
    ask: (app) => posted(app, '/segments', { name: `Segment ${++serial}`, prompt: sentence }),
    shapes: ['as it is', 'as a store', 'as what it did not understand'],
    drafts: false,
  },
  'POST /campaigns without a message': {
    ask: async (app) => {
      const { status, body } = await posted(app, '/campaigns', { name: `Campaign ${++serial}`, segment_ids: [segment.id] });
      return { status, body: status === 201 ? (body as { message: string }).message : body };
    },
    shapes: ['as it is', 'in a fence', 'as half of a variant'],
    drafts: true,
  },
  'POST /ai/messages': {
    ask: (app) => posted(app, '/ai/messages', { goal: 'Pumpkins', channel: 'email' }),
    shapes: ['in a fence', 'as a variant', 'as half of a variant'],
    drafts: true,
  },
  'POST /ai/preferences/{user_id}': {
    ask: (app) => posted(app, `/ai/preferences/${customer}`),
    shapes: ['as it is', 'in a fence', 'as a preference of a customer'],
    drafts: true,
  },
};

let segment: { id: string };
/** A service that asks this model, with something to be asked about. */
async function started(settings: Partial<Config>): Promise<TestApp> {
  jest.replaceProperty(modelLimits, 'failures', 1e6); // it fails over and over, and is to be asked all the same
  const app = await startApp(settings);
  const { make } = app;
  const product = { store_name: 'Old Town', products: [{ name: 'tea' }], total_amount: 60 };
  customer = (await make.customer({}, product, product, product)).id;
  await make.customer();
  segment = await make.segment({ last_days: 90 });
  return app;
}

/** Asks until the model was asked: where the machine is busy, patience may be over before. */
async function answerOf(server: FakeModel<object>, ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; tries < 5; tries++) {
    server.requests.length = 0;
    const answer = await ask();
    if (server.requests.length > 0) return answer;
  }
  throw new Error('The model is not asked');
}

/** Every text in a value, the keys of objects among them. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, of]) => [key, ...textsIn(of)]);
};

/** What is wrong with an answer, or nothing. */
function faultOf({ status, body }: Answer, drafts: boolean, refusals: readonly number[]): string | undefined {
  const isDone = status < 300;
  if (!isDone && !refusals.includes(status)) return `answered ${status}`;
  const texts = textsIn(body);
  const hidden = texts.find((text) => INVISIBLE.test(text));
  if (hidden !== undefined) return `invisible characters: ${JSON.stringify(hidden.slice(0, 100))}`;
  const unsafe = isDone && drafts ? texts.find((text) => UNSAFE.test(text)) : undefined;
  if (unsafe !== undefined) return `unsafe: ${JSON.stringify(unsafe.slice(0, 100))}`;
  return isDone || JSON.stringify(body).length < 8000 ? undefined : 'a long refusal';
}

/** Everything that is stored in our schema, text by text, with its table. */
async function stored({ db }: TestApp): Promise<[table: string, text: string][]> {
  const tables = await db.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'crm'");
  const found: [string, string][] = [];
  for (const { name } of tables)
    for (const { row } of await db.query<{ row: object }>('SELECT to_jsonb(t) AS row FROM crm.' + name + ' t'))
      found.push(...textsIn(row).map((text): [string, string] => [name, text]));
  return found;
}

describe('a model that writes whatever hurts', () => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  beforeAll(async () => {
    const [[, wire]] = wires;
    server = await startServer(wire);
    app = await started({ ...wire.settings(server.url), LLM_TIMEOUT_SECONDS: 20 });
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  it.each(Object.entries(doors))(
    'through %s: a safe draft, or none',
    async (_, { ask, shapes, drafts }) => {
      const shaped = shapes.flatMap((shape) =>
        Object.entries(hostileTexts).map(([name, text]) => [`${name}, ${shape}`, hostileShapes[shape](text)] as const),
      );
      const payloads = [...shaped, ...Object.entries(hostileJson)];
      expect(payloads.length).toBeGreaterThan(200);

      const faults: string[] = [];
      for (const [name, text] of payloads) {
        server.says(text);
        const fault = faultOf(await answerOf(server, () => ask(app)), drafts, [422, 502]);
        if (fault !== undefined) faults.push(`${name}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
    60_000,
  );

  it('and nothing of it is stored', async () => {
    const texts = await stored(app);

    expect(texts.length).toBeGreaterThan(50);
    expect(
      texts.filter(([table, text]) => INVISIBLE.test(text) || (table !== 'audit_entries' && UNSAFE.test(text))),
    ).toEqual([]);
  });
});

describe.each(wires)('a server, in the place of %s, that does whatever hurts', (provider, wire) => {
  const hostileWires = Object.entries(hostileWiresOf(wire));
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  beforeAll(async () => {
    server = await startServer(wire);
    app = await started({ ...wire.settings(server.url), LLM_TIMEOUT_SECONDS: 0.2 }); // what hangs, hangs as long
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  // the bytes are read at one place, whichever door was taken: with the second provider those doors are tried that differ
  const tried = Object.entries(doors).filter(([path]) => provider === 'ollama' || !/segments|messages/.test(path));

  it.each(tried)(
    'through %s: no answer, in our own words',
    async (_, { ask, drafts }) => {
      const faults: string[] = [];
      for (const [name, how] of hostileWires) {
        server.misbehaves(how);
        const answer = await answerOf(server, () => ask(app));
        const fault = faultOf(answer, drafts, [422, 502, 503]);
        if (fault !== undefined) faults.push(`${name}: ${fault}`);
        if (answer.status >= 300 && JSON.stringify(answer.body).includes(RAW)) faults.push(`${name}: its words`);
      }
      expect(faults).toEqual([]);
    },
    60_000,
  );

  it('and nothing of it is stored', async () => {
    expect((await stored(app)).filter(([, text]) => text.includes(RAW) || INVISIBLE.test(text))).toEqual([]);
  });
});
