import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

/** A network between a client and a server that can fail in the ways networks do. It forwards until it is told otherwise. */
export interface TcpProxy {
  /** The address with the proxy's host and port in the place of the server's. */
  through(url: string): string;
  /** Forwards again: what is frozen thaws, and new connections are taken. */
  forward(): Promise<void>;
  /** New connections are refused from now on, and those there are are cut: the server is gone. */
  refuse(): Promise<void>;
  /** Nothing is said any more, and nothing is cut: a frozen server, or a network that swallows everything. */
  freeze(): void;
  /** Cuts every connection there is. New ones are taken. */
  cut(): void;
  /** New connections are to that server from now on, as after a failover; those there are are cut. */
  leadTo(url: string): void;
  /**
   * Cuts the connection on which a client next says `text`, once the server has answered and before the client hears of it.
   * Resolves when that has happened.
   */
  cutAfter(text: string): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
}

/** Starts a proxy on 127.0.0.1 and a free port, in front of the server of `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  let target = new URL(url);
  const pairs = new Set<Pair>();
  let frozen = false;
  let trap: { text: string; sprung: () => void } | undefined;

  const listener = createServer((client) => {
    const server = createConnection(Number(target.port || 5432), target.hostname);
    const pair = { client, server };
    pairs.add(pair);
    let answerIsCut: (() => void) | undefined;
    client.on('data', (said) => {
      if (trap && said.includes(trap.text)) [answerIsCut, trap] = [trap.sprung, undefined];
      server.write(said);
    });
    server.on('data', (answer) => {
      if (!answerIsCut) return void client.write(answer);
      end(pair);
      answerIsCut();
    });
    for (const socket of [client, server]) {
      socket.on('error', () => undefined); // 'close' follows
      socket.once('close', () => end(pair));
      if (frozen) socket.pause();
    }
  });
  const end = (pair: Pair) => {
    pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.destroy();
  };
  const cut = () => pairs.forEach(end);
  await listen(listener, 0);
  const { port } = listener.address() as AddressInfo;

  return {
    through: (address) => Object.assign(new URL(address), { hostname: '127.0.0.1', port: String(port) }).href,
    forward: async () => {
      frozen = false;
      for (const { client, server } of pairs) for (const socket of [client, server]) socket.resume();
      if (!listener.listening) await listen(listener, port);
    },
    refuse: async () => {
      cut();
      await closed(listener);
    },
    freeze: () => {
      frozen = true;
      for (const { client, server } of pairs) for (const socket of [client, server]) socket.pause();
    },
    cut,
    leadTo: (other) => {
      target = new URL(other);
      cut();
    },
    cutAfter: (text) => new Promise((sprung) => (trap = { text, sprung })),
    close: async () => {
      cut();
      await closed(listener);
    },
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));

const closed = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
