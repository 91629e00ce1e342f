import { useEffect, useRef, useState } from 'react';
import { api } from '../../../api/client';
import { ApiProblem, offline } from '../../../api/problem';
import { readEvents } from '../../../api/server-sent-events';
import type { Schema } from '../../../api/client';

/** A text of the model while it is written, and what can be done meanwhile. What was written stays when it is stopped, or breaks off. */
export interface AiDraft {
  text: string;
  state: 'idle' | 'writing' | 'done' | 'stopped';
  error: unknown;
  start: (request: { prompt: string; system: string }) => void;
  stop: () => void;
}

export function useAiDraft(): AiDraft {
  const [text, setText] = useState('');
  const [state, setState] = useState<AiDraft['state']>('idle');
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function write(request: { prompt: string; system: string }, run: AbortController): Promise<void> {
    const { data } = await api.POST('/ai/generate', {
      body: { ...request, max_tokens: 1024 },
      headers: { Accept: 'text/event-stream' },
      parseAs: 'stream',
      signal: run.signal,
    });
    if (!data) throw offline(undefined);
    for await (const { event, data: json } of readEvents(data)) {
      if (run.signal.aborted) return;
      const body = JSON.parse(json) as { text: string } & Schema<'ProblemView'>;
      if (event === 'token') setText((before) => before + body.text);
      if (event === 'problem')
        throw new ApiProblem(body.type.split(':').pop() ?? '', body.status, body.detail, [], { ...body }, undefined);
      if (event === 'done') {
        setText(body.text);
        return setState('done');
      }
    }
    throw offline(undefined); // it was cut off before its end
  }

  return {
    text,
    state,
    error,
    start: (request) => {
      running.current?.abort();
      const run = new AbortController();
      running.current = run;
      setText('');
      setError(undefined);
      setState('writing');
      write(request, run).catch((problem: unknown) => {
        if (run.signal.aborted) return;
        setError(problem);
        setState('stopped');
      });
    },
    stop: () => {
      running.current?.abort();
      setState('stopped');
    },
  };
}
