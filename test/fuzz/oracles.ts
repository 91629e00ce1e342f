import addFormats from 'ajv-formats';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { type Answer, checkAnswer, openapi } from '../support/contract';
import type { Memory } from './memory';
import type { Sent } from './requests';

/** Statuses of a service that is well and has to say no for a while, by the type of the problem. */
export const HONEST: ReadonlySet<string> = new Set(['database-busy', 'index-not-available', 'model-busy']);

/** What belongs to us and not to whoever asks. */
const INSIDE = /QueryFailed|TypeORM|node_modules|at \w+.*\.(?:ts|js):\d|\bpg_|syntax error at|relation "|ECONNREFUSED/;

/** Slower than this, an answer that should be quick hangs on something. */
const SLOW_MS = 10_000;

interface Asked {
  readonly sent: Sent;
  readonly answer: Answer & { readonly ms: number };
  readonly memory: Memory;
}

const ajv = addFormats(new Ajv2020({ strict: false, validateFormats: false }));
ajv.addSchema({ $id: 'openapi.json', components: openapi.components });
const validators = new Map<string, ValidateFunction>();

/** What must hold of every answer, after the checks of Schemathesis (https://schemathesis.readthedocs.io): each says what is wrong, or nothing. */
export const oracles: Readonly<Record<string, (asked: Asked) => string | undefined>> = {
  'no server error': ({ sent, answer: { status, headers, body } }) => {
    if (sent.method === 'HEAD' && status === 503 && headers['retry-after'] !== undefined) return undefined; // which one, its body would say
    const type = String((body as { type?: unknown } | null)?.type).replace(/.*:/, '');
    return status >= 500 && !HONEST.has(type) ? `${status} ${type}` : undefined;
  },

  'answers as documented': ({ sent, answer }) => {
    if (['HEAD', 'OPTIONS'].includes(sent.method)) return undefined; // without a body there is nothing to hold against
    // what a GET or a DELETE has for a body means nothing (RFC 9110, 9.3), and so has no place in the document; its type is refused all the same
    if (['GET', 'DELETE'].includes(sent.method) && sent.body !== undefined && answer.status === 415) return undefined;
    try {
      checkAnswer(answer);
      return undefined;
    } catch (error) {
      return (error as Error).message.slice(0, 600);
    }
  },

  'nobody gets in without a token, and a worker not where admins are': ({ sent, answer: { status } }) => {
    if (sent.operation.isPublic || sent.caller === 'admin' || sent.method === 'OPTIONS') return undefined;
    if (sent.caller === 'worker' && /^\/(notifications|me$)/.test(sent.operation.template)) return undefined;
    return status < 400 || status === 404 ? `${sent.caller} was answered ${status}` : undefined;
  },

  'what is wrong is refused': ({ sent, answer: { status } }) =>
    status < 300 && sent.method === sent.operation.method && isWrong(sent)
      ? 'a body that the document does not allow was taken'
      : undefined,

  'what is deleted stays deleted': ({ sent, answer: { status, body, ms }, memory }) => {
    const removal = memory.removal(sent.path);
    if (status >= 300 || sent.method !== 'GET' || !removal || Date.now() - ms < removal.answered) return undefined;
    // the id of a suppression is its customer's: an import, a worker or the customer may have made it again
    const isAnother = Date.parse(String((body as { created_at?: unknown } | null)?.created_at)) > removal.asked;
    return isAnother ? undefined : 'it was removed before';
  },

  'says nothing of its inside': ({ answer: { status, text } }) =>
    status >= 400 && INSIDE.test(text) ? INSIDE.exec(text)?.[0] : undefined,

  'errors are short': ({ answer: { status, text } }) =>
    status >= 400 && text.length > 16 * 1024 ? `${text.length} characters` : undefined,

  'answers in time': ({ answer: { ms } }) => (ms > SLOW_MS ? `took ${Math.round(ms)} ms` : undefined),
};

/** By the schema of the document, which says less than the service knows: what passes here may still be refused. */
function isWrong({ operation, body, headers }: Sent): boolean {
  const wanted = operation.body;
  if (
    !wanted ||
    body === undefined ||
    wanted.mediaType !== 'application/json' ||
    headers['content-type'] !== wanted.mediaType
  )
    return false;
  const name = `${operation.method} ${operation.template}`;
  const schema = JSON.parse(
    JSON.stringify(wanted.schema).replaceAll('"#/components', '"openapi.json#/components'),
  ) as object;
  const validate = validators.get(name) ?? ajv.compile(schema);
  validators.set(name, validate);
  try {
    return !validate(JSON.parse(body.replace(/^\ufeff/, ''))); // a parser may pass over a byte order mark (RFC 8259, 8.1)
  } catch {
    return body.trim() !== ''; // no JSON; an empty body is none
  }
}
