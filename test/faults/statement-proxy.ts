import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** Where a statement is: not sent on yet; sent on, not answered; answered, the answer not given on; the client knows. */
export type Moment = 'before' | 'within' | 'after' | 'told';

/** One connection of a client, from its side of the wire. */
export interface Session {
  /** The server's process of this connection; 0 until it said so. */
  backend: number;
  /** Whatever who watches wants to know when the next statement comes. */
  doing: string;
  /** The statement that is under way, as it came over the wire, with its values. */
  said: Buffer;
}

/**
 * Sees every statement at each of its moments. The connection stands still until it is decided: `cut` ends it at both sides, as a network
 * does.
 */
export type Watcher = (moment: Moment, statement: string, session: Session) => Promise<'pass' | 'cut'>;

/** A proxy in front of PostgreSQL that reads along: it knows which statement is on its way and whether it has been answered. */
export interface StatementProxy {
  /** The address with the proxy's host and port in the place of the server's. */
  url: string;
  close(): Promise<void>;
}

/** Parse, Bind, Describe, Execute, Flush: what comes before the Sync that ends a statement. */
const OF_ONE_STATEMENT = new Set(['P', 'B', 'D', 'E', 'H']);

/** A message that has come whole; the first of a connection has no type. */
interface Message {
  type: string;
  bytes: Buffer;
}

/** Starts a proxy on 127.0.0.1 and a free port. Without TLS: what is encrypted cannot be read along. */
export async function startStatementProxy(server: string, watch: Watcher): Promise<StatementProxy> {
  const target = new URL(server);
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection({ port: Number(target.port || 5432), host: target.hostname, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    follow(client, upstream, watch);
  });
  await new Promise<void>((done, fail) => listener.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  return {
    url: Object.assign(new URL(server), { hostname: '127.0.0.1', port: String(port) }).href,
    close: () => {
      const closed = new Promise<void>((done) => void listener.close(() => done()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

/** One connection. The client waits for each answer before it says more, as node-postgres does. */
function follow(client: Socket, upstream: Socket, watch: Watcher): void {
  const session: Session = { backend: 0, doing: '', said: Buffer.alloc(0) };
  const fromClient = reader(false);
  const fromServer = reader(true);
  let round: Message[] = [];
  let rounds = Promise.resolve();
  /** What the server has said to the statement that is under way; undefined between statements. */
  let answer: Buffer[] | undefined;
  let answered = () => {};
  let isGone = false;

  const cut = () => {
    isGone = true;
    answered();
    client.destroy();
    upstream.destroy();
  };
  const pass = async (messages: Message[]) => {
    const bytes = Buffer.concat(messages.map((message) => message.bytes));
    const statement = textOf(messages);
    if (statement === undefined) return void upstream.write(bytes); // logging in, and leaving
    session.said = bytes;
    if ((await watch('before', statement, session)) === 'cut') return cut();
    if (isGone) return;
    const said = new Promise<void>((done) => (answered = done));
    answer = [];
    upstream.write(bytes);
    if ((await watch('within', statement, session)) === 'cut') return cut();
    await said;
    if (isGone) return;
    if ((await watch('after', statement, session)) === 'cut') return cut();
    const whole = answer;
    answer = undefined;
    client.write(Buffer.concat(whole));
    if ((await watch('told', statement, session)) === 'cut') cut();
  };

  client.on('data', (chunk) => {
    for (const message of fromClient(chunk)) {
      round.push(message);
      if (OF_ONE_STATEMENT.has(message.type)) continue;
      const whole = round;
      round = [];
      rounds = rounds.then(() => pass(whole));
    }
  });
  upstream.on('data', (chunk) => {
    for (const { type, bytes } of fromServer(chunk)) {
      if (type === 'K') session.backend = bytes.readInt32BE(5);
      if (answer) answer.push(bytes);
      else client.write(bytes);
      if (type === 'Z') answered(); // ready for the next statement
    }
  });
  // a server that goes says why: the client is to hear it
  upstream.on('close', () => {
    isGone = true;
    answered();
    client.end(Buffer.concat(answer ?? []));
  });
  client.on('close', cut);
  for (const socket of [client, upstream]) socket.on('error', () => undefined); // 'close' follows
}

/** Cuts a stream of bytes into messages: a letter, four bytes of length that count themselves, the rest. */
function reader(typed: boolean): (chunk: Buffer) => Message[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const found: Message[] = [];
    for (;;) {
      const lead = typed ? 1 : 0;
      if (rest.length < lead + 4) return found;
      const size = lead + rest.readInt32BE(lead);
      if (rest.length < size) return found;
      found.push({ type: typed ? String.fromCharCode(rest[0]) : '', bytes: rest.subarray(0, size) });
      rest = rest.subarray(size);
      typed = true;
    }
  };
}

/** The SQL of a Query or of a Parse, on one line. */
function textOf(messages: Message[]): string | undefined {
  const message = messages.find(({ type }) => type === 'Q' || type === 'P');
  if (!message) return undefined;
  const start = message.type === 'Q' ? 5 : message.bytes.indexOf(0, 5) + 1; // a Parse names its statement first
  return message.bytes.toString('utf8', start, message.bytes.indexOf(0, start)).trim().replace(/\s+/g, ' ');
}
