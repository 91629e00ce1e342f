import { jsonObject, type JsonObject, NoAnswer, type Provider, refuseError, textIn } from './provider';

/**
 * `POST {LLM_BASE_URL}/chat/completions` as OpenAI has it (https://platform.openai.com/docs/api-reference/chat), and vLLM, llama.cpp,
 * LM Studio and others after it. It streams Server-Sent Events whose data is JSON. `max_tokens` and not the newer
 * `max_completion_tokens`, which most of the others do not know.
 */
export const openai: Provider = {
  name: 'the model server',
  addressIn: 'LLM_BASE_URL',

  call: ({ prompt, system, temperature, max_tokens, format }, streams, { LLM_BASE_URL, LLM_API_KEY, LLM_MODEL }) => ({
    url: `${LLM_BASE_URL}/chat/completions`,
    headers: LLM_API_KEY === undefined ? undefined : { Authorization: `Bearer ${LLM_API_KEY}` },
    body: {
      model: LLM_MODEL,
      messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), { role: 'user', content: prompt }],
      stream: streams,
      response_format: format && { type: 'json_schema', json_schema: { name: 'answer', schema: format } },
      temperature,
      max_tokens,
    },
  }),

  textOf(answer) {
    refuseError(answer);
    return textIn(inside(firstChoice(answer)?.message)?.content);
  },

  /** Comments and blank lines say nothing; of `finish_reason` and `[DONE]` some servers send only one, and '' is no reason. */
  pieceOf(line) {
    const data = /^data: ?(.*?)\r?$/s.exec(line)?.[1];
    if (data === undefined) {
      if (/^[[{<]/.test(line)) throw new NoAnswer('something that is no stream of events');
      return undefined;
    }
    if (data === '[DONE]') return { text: '', isLast: true };
    const answer = jsonObject(data);
    refuseError(answer);
    const choice = firstChoice(answer);
    const { content } = inside(choice?.delta) ?? {};
    return {
      text: content === undefined || content === null ? '' : textIn(content), // the first piece says who speaks, the last what it cost
      isLast: typeof choice?.finish_reason === 'string' && choice.finish_reason !== '',
    };
  },

  isModelMissing({ error, message }) {
    const { code, message: said } = inside(error) ?? { message };
    return code === 'model_not_found' || (typeof said === 'string' && /\bmodel\b.*(not found|not exist)/is.test(said));
  },

  installing: (model) => `is not known at LLM_BASE_URL: set LLM_MODEL to one that is, not to ${model}.`,
};

const inside = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;

const firstChoice = ({ choices }: JsonObject): JsonObject | undefined =>
  Array.isArray(choices) ? inside(choices[0]) : undefined;
