import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Lets keep-alive connections end with the answer they are waiting for. Node closes only those that are idle when the server
 * closes; a busy one would stay open after its answer, and the process with it, until its keep-alive time is over.
 * @returns what to call when the server is about to close: each answer from then on is the last of its connection.
 */
export function drainConnections(server: Server): () => void {
  const unanswered = new Set<ServerResponse>();
  let closing = false;
  const lastOfItsConnection = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (closing) lastOfItsConnection(response);
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
  });
  return () => {
    closing = true;
    for (const response of unanswered) lastOfItsConnection(response);
  };
}
