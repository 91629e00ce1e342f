import { Problem, type ProblemType } from '../common/problem';
import type { Provider } from './providers/provider';

/** Why there was no whole answer, by the code of Node; anything else is "the connection failed". */
const NO_ANSWER: Partial<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name is not known',
  ETIMEDOUT: 'no connection in time',
  ECONNRESET: 'the connection broke off',
  ERR_BAD_RESPONSE: 'the connection broke off', // axios's word for a body that ends early
};

/** @param reason for the log: our own words or a code, nothing that was sent to us or that a caller wrote. */
const failed = (type: ProblemType, detail: string, reason: string): Problem =>
  new Problem(type, detail, [], { cause: new Error(reason) });

export const tooSlow = (seconds: number): Problem => {
  const reason = `no whole answer within ${seconds} s`;
  const detail = `The model gave ${reason}: ask for less, use a smaller model, or raise LLM_TIMEOUT_SECONDS.`;
  return failed('model-too-slow', detail, reason);
};

export const fellSilent = (seconds: number): Problem => {
  const reason = `nothing more for ${seconds} s`;
  return failed('model-too-slow', `The model began an answer, and wrote ${reason}: try again.`, reason);
};

export const busy = (): Problem => {
  const detail = 'Too many are asking the model already: try again in a while.';
  return failed('model-busy', detail, 'too many wait');
};

export const leftAlone = (seconds: number): Problem => {
  const detail = `The model has failed several times in a row, and is asked again in ${seconds} s at the latest. The log says why it failed.`;
  return failed('model-unavailable', detail, 'left alone after failures in a row');
};

export const overloaded = ({ name }: Provider, status: number): Problem => {
  const reason = `HTTP ${status}`;
  const detail = `What answers as ${name} is overloaded or has failed (${reason}): try again in a while; if it stays so, its log says why.`;
  return failed('model-unavailable', detail, reason);
};

export const loginRefused = ({ addressIn }: Provider, status: number): Problem => {
  const reason = `HTTP ${status}`;
  const detail = `What listens at ${addressIn} wants a login, or another one (${reason}): check LLM_API_KEY and LLM_PROVIDER.`;
  return failed('model-answer-invalid', detail, reason);
};

export const missing = (provider: Provider, model: string): Problem =>
  failed('model-missing', `The model ${model} ${provider.installing(model)}`, `no model ${model}`);

export const invalid = ({ name, addressIn }: Provider, what: string): Problem => {
  const detail = `What listens at ${addressIn} answered with ${what}: try again; if it stays so, check that it is ${name}, and its log.`;
  return failed('model-answer-invalid', detail, `answered with ${what}`);
};

/** @param code of Node or of axios; never its error, which carries the request with the prompt and the key */
export function unanswered(provider: Provider, code: string): Problem {
  if (code.startsWith('HPE_')) return invalid(provider, 'something that is not HTTP');
  const { name, addressIn } = provider;
  const reason = NO_ANSWER[code] ?? 'the connection failed';
  const detail = `No answer of ${name} (${reason}): check that it runs and can be reached, and ${addressIn}.`;
  return failed('model-unavailable', detail, code);
}
