import type { ModelWire } from './fake-model';

const MODEL = 'llama3.2:1b-instruct';
const chunk = (delta: unknown, finish_reason: string | null = null): string =>
  event({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1768210200,
    model: MODEL,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** Chat completions as OpenAI, vLLM and others have them; the last pieces are the reason to stop, what it cost, and `[DONE]`. */
export const openaiWire: ModelWire = {
  path: '/v1/chat/completions',
  settings: (url) => ({ LLM_PROVIDER: 'openai', LLM_BASE_URL: `${url}/v1`, LLM_API_KEY: 'the-key-of-the-team' }),
  whole: (content, model = MODEL) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1768210200,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 11, completion_tokens: 18, total_tokens: 29 },
  }),
  piece: (content) => chunk({ content }),
  last: `${chunk({}, 'stop')}${event({ choices: [], usage: { total_tokens: 29 } })}data: [DONE]\n\n`,
  error: (message) => event({ error: { message, type: 'server_error', code: null } }),
  unknownModel: (model) => ({
    error: { message: `The model \`${model}\` does not exist.`, type: 'NotFoundError', param: null, code: 404 },
  }),
  isRefused: ({ messages }) => !Array.isArray(messages),
};
