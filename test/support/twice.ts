import type { Response } from 'supertest';
import type TestAgent from 'supertest/lib/agent';

let keys = 0;

/**
 * A POST, or the same one as of one who repeats what is not answered: twice at once, with one Idempotency-Key.
 * @param seen what both answers must have in common; undefined where one says nothing
 */
export async function post(
  agent: TestAgent,
  address: string,
  body: object | undefined,
  twice: boolean,
  seen: (answer: Response) => string | undefined = ({ text }) => text,
): Promise<Response> {
  const send = (key?: string) => {
    const call = agent.post(address).set({ Prefer: 'wait=0', ...(key && { 'Idempotency-Key': key }) });
    return body ? call.send(body) : call;
  };
  if (!twice) return send();
  const key = `twice at once, ${++keys}`;
  const [one, other] = [send(key).then((answer) => answer), send(key).then((answer) => answer)];
  await Promise.allSettled([one, other]);
  const both = [await one, await other];
  const done = both.filter(({ status }) => status < 300);
  const [first, again] = done.filter((answer) => seen(answer) !== undefined);
  if (again && seen(again) !== seen(first)) throw new Error(`One request with two answers: ${first.text} and ${again.text}`);
  // whoever found the key in use is told by the other what came of it
  return first ?? done[0] ?? both.find(({ body }) => !String(body.type).endsWith(':idempotency-key-in-use'));
}
