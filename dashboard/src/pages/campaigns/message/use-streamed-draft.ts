import { useState } from 'react';
import { api, type Schema } from '../../../api/client';
import { ApiProblem, offline } from '../../../api/problem';
import { readEvents } from '../../../api/server-sent-events';
import { type ModelCall, useModelCall } from '../../../components/use-model-call';

/** Enough for the longest message by mail that is read to its end. */
const MAX_TOKENS = 1024;

export type Wish = Pick<Schema<'GenerateText'>, 'prompt' | 'system'>;

/** A text of the model while it is written. What was written stays when it is stopped, or breaks off. */
export function useStreamedDraft(): ModelCall<Wish, string> & { text: string } {
  const [text, setText] = useState('');
  const call = useModelCall(async (wish: Wish, signal) => {
    setText('');
    const { data } = await api.POST('/ai/generate', {
      body: { ...wish, max_tokens: MAX_TOKENS },
      headers: { Accept: 'text/event-stream' },
      parseAs: 'stream',
      signal,
    });
    if (!data) throw offline(undefined);
    for await (const { event, data: json } of readEvents(data)) {
      signal.throwIfAborted();
      const body = JSON.parse(json) as { text: string } & Schema<'ProblemView'>;
      if (event === 'token') setText((before) => before + body.text);
      if (event === 'problem')
        throw new ApiProblem(body.type.split(':').pop() ?? '', body.status, body.detail, [], { ...body }, undefined);
      if (event === 'done') {
        setText(body.text);
        return body.text;
      }
    }
    throw offline(undefined); // it was cut off before its end
  });
  return { ...call, text };
}
