import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';

/**
 * Agents that give up when there is no connection after `ms` milliseconds (name, TCP and TLS together), with the code ETIMEDOUT.
 * Once connected they wait as long as the request does: a model that thinks for a minute is no fault, a host that is not there is.
 *
 * No keep-alive: a connection the other side has just closed would turn into a failure, and calls to a model are rare.
 */
export const agentsConnectingWithin = (ms: number) => ({
  httpAgent: impatient(new http.Agent({ keepAlive: false }), 'connect', ms),
  httpsAgent: impatient(new https.Agent({ keepAlive: false }), 'secureConnect', ms),
});

function impatient<A extends http.Agent>(agent: A, connected: 'connect' | 'secureConnect', ms: number): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options: http.ClientRequestArgs, callback) => {
    const socket = connect(options, callback) as Socket;
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })),
      ms,
    );
    const stop = () => clearTimeout(timer);
    socket.once(connected, stop).once('close', stop);
    return socket;
  };
  return agent;
}
