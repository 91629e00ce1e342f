import type { Config } from '../../src/config/config';
import { answerJson, startStubServer, type StubHandler, type StubRequest } from './stub-server';

/** How one kind of model server speaks. */
export interface ModelWire {
  /** Of the POST that asks for a text. */
  path: string;
  /** What makes the service ask a server at `url`. */
  settings(url: string): Partial<Config>;
  /** A whole answer. */
  whole(text: unknown, model?: string): Record<string, unknown>;
  /** One line of a streamed answer, with its end. */
  piece(text: unknown): string;
  /** What ends a streamed answer. */
  last: string;
  /** What says in a stream that it failed. */
  error(text: string): string;
  /** The body of a 404 for a model that it does not have. */
  unknownModel(model: string): object;
  /** What the server would not take. */
  isRefused(call: Record<string, unknown>): boolean;
}

export interface FakeModel<Call> {
  /** Where it listens. */
  url: string;
  /** The models installed; a test may take one away. */
  models: string[];
  /** Every request of any kind so far, oldest first. */
  requests: StubRequest[];
  /** The bodies of the calls for a text so far, oldest first. */
  calls(): Call[];
  /** What the model writes from now on: one text a call, the last one for all that follow. */
  says(...texts: string[]): void;
  /** What happens to every call from now on, instead of an answer. */
  misbehaves(how: StubHandler): void;
  /** Resolves once `count` requests have been received in all. */
  received(count: number): Promise<void>;
  /** Stops listening and cuts every connection: from then on connections are refused. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * A real HTTP server that follows the protocol of `wire`, streaming and not. What the model writes is scripted; as with a real one, a
 * schema promises nothing.
 */
export async function startFakeModel<Call>(wire: ModelWire, installed: string[]): Promise<FakeModel<Call>> {
  const models = [...installed];
  let script: string[] = ['Hello! How can I help you today?'];
  let misbehaviour: StubHandler | undefined;

  const generate: StubHandler = (req, res, body) => {
    if (misbehaviour) return misbehaviour(req, res, body);
    const call = callIn(body);
    if (!call || wire.isRefused(call)) return answerJson(res, 400, { error: 'invalid request' });
    const model = String(call.model);
    if (!models.includes(model)) return answerJson(res, 404, wire.unknownModel(model));
    const text = script.length > 1 ? script.shift()! : script[0];
    if (call.stream === false) return answerJson(res, 200, wire.whole(text, model));
    res.writeHead(200).end(streamed(wire, text));
  };

  const stub = await startStubServer((req, res, body) => {
    if (req.method === 'POST' && req.url === wire.path) return generate(req, res, body);
    res.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
  });

  return {
    url: stub.url,
    models,
    requests: stub.requests,
    calls: () => stub.requests.filter(({ path }) => path === wire.path).map(({ body }) => JSON.parse(body) as Call),
    says: (...texts) => {
      script = texts;
      misbehaviour = undefined;
    },
    misbehaves: (how) => void (misbehaviour = how),
    received: (count) => stub.received(count),
    close: () => stub.close(),
  };
}

/** A whole streamed answer, a word a piece. */
export const streamed = (wire: ModelWire, text: string): string =>
  text
    .split(/(?= )/)
    .map((piece) => wire.piece(piece))
    .join('') + wire.last;

function callIn(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
