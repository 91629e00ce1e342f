import { ollama } from './ollama';
import { openai } from './openai';
import type { Provider } from './provider';

/** By what LLM_PROVIDER may be. Another one is a file beside these, and its line. */
export const providers = { ollama, openai } as const satisfies Record<string, Provider>;
