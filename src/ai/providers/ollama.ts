import { jsonObject, NoAnswer, type Provider, refuseError, textIn } from './provider';

/** Ollama's `POST /api/generate` (https://docs.ollama.com/api/generate). It streams a JSON object a line. */
export const ollama: Provider = {
  name: 'Ollama',
  addressIn: 'OLLAMA_HOST',

  call: ({ prompt, system, temperature, max_tokens, format }, streams, { OLLAMA_HOST, LLM_MODEL }) => ({
    url: `${OLLAMA_HOST}/api/generate`,
    body: {
      model: LLM_MODEL,
      prompt,
      system,
      stream: streams,
      format,
      options: { temperature, num_predict: max_tokens },
    },
  }),

  textOf(answer) {
    refuseError(answer);
    if (answer.done !== true) throw new NoAnswer('half an answer');
    return textIn(answer.response);
  },

  pieceOf(line) {
    if (line.trim() === '') return undefined;
    const answer = jsonObject(line);
    refuseError(answer);
    return { text: textIn(answer.response), isLast: answer.done === true };
  },

  isModelMissing: ({ error }) => typeof error === 'string' && /^model .*not found/s.test(error), // model 'llama3' not found

  installing: (model) => `is not installed: run "ollama pull ${model}" where Ollama runs, or set LLM_MODEL to one that is.`,
};
