import { get } from 'node:http';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;
/** A replica that does not say by then that it is ready is not. */
const PATIENCE_MS = 1000;

/** Where requests may be sent: one process. */
export interface Target {
  readonly address: string;
}

/**
 * One port in front of several replicas, as a Kubernetes service is: each new connection goes to the next of those that are ready, and stays
 * there until one of its ends closes it. Where none is ready, all are taken for ready, as the balancers of clouds do.
 */
export interface Balancer<T extends Target> {
  url: string;
  add(target: T): void;
  remove(target: T): void;
  /** Whether new connections go there. */
  isIn(target: T): boolean;
  /** To whom the connection went that has this port on the client's side. */
  targetOf(clientPort: number | undefined): T | undefined;
  close(): void;
}

/** @param looks whether it asks its targets if they are ready */
export async function startBalancer<T extends Target>(looks: boolean): Promise<Balancer<T>> {
  const targets = new Map<T, { isReady: boolean }>();
  const byPort = new Map<number, T>();
  const sockets = new Set<Socket>();
  let turn = 0;

  const next = (): T | undefined => {
    const ready = [...targets].filter(([, { isReady }]) => isReady).map(([target]) => target);
    const choice = ready.length > 0 ? ready : [...targets.keys()];
    return choice[turn++ % choice.length];
  };
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = next();
    if (!target) return void client.resetAndDestroy();
    byPort.set(client.remotePort!, target);
    const { hostname, port } = new URL(target.address);
    const server = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      sockets.add(socket);
      socket.on('error', () => void other.resetAndDestroy());
      socket.once('close', () => sockets.delete(socket));
      socket.pipe(other); // with its end: half a connection may close
    }
  });

  const watch = async (target: T, state: { isReady: boolean }) => {
    while (targets.has(target)) {
      state.isReady = !looks || (await saysReady(target));
      await sleep(LOOK_MS, undefined, { ref: false });
    }
  };
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    add: (target) => {
      const state = { isReady: false };
      targets.set(target, state);
      void watch(target, state);
    },
    remove: (target) => void targets.delete(target),
    isIn: (target) => targets.get(target)?.isReady === true,
    targetOf: (port) => (port === undefined ? undefined : byPort.get(port)),
    close: () => {
      targets.clear();
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const saysReady = ({ address }: Target) =>
  new Promise<boolean>((done) => {
    const look = get(`${address}/health/ready`, { agent: false, timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      done(answer.statusCode === 200);
    });
    look.once('timeout', () => look.destroy());
    look.once('error', () => done(false));
    look.once('close', () => done(false));
  });
